#include "services/http/connect.h"

#include <absl/strings/escaping.h>
#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <google/protobuf/util/json_util.h>

#include <nlohmann/json.hpp>

#include "overdracht/api/v1/error_details.pb.h"
#include "services/http/codes.h"

namespace overdracht::http {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::ordered_json;

constexpr size_t kMostTimeoutDigits = 10;
constexpr size_t kEnvelopeBytes = 5;

// Protobuf says "(event.categories[0]): …" with values and unknown names. Of that only the part that names fields is kept.
std::string PlaceIn(const Descriptor* message, absl::string_view said) {
  const size_t begin = said.find('(');
  const size_t end = said.find(')');
  if (begin == absl::string_view::npos || end == absl::string_view::npos || end < begin) return "";
  std::string place;
  for (absl::string_view part : absl::StrSplit(said.substr(begin + 1, end - begin - 1), '.')) {
    const std::string name(part.substr(0, part.find('[')));
    if (message == nullptr) break;
    const FieldDescriptor* field = message->FindFieldByCamelcaseName(name);
    if (field == nullptr) field = message->FindFieldByName(name);
    if (field == nullptr) break;
    absl::StrAppend(&place, place.empty() ? "" : ".", field->json_name());
    message = field->message_type();
  }
  return place;
}

ordered_json DetailOf(const google::protobuf::Any& any) {
  const std::string type(any.type_url().substr(any.type_url().rfind('/') + 1));
  std::string value = absl::Base64Escape(any.value());
  while (!value.empty() && value.back() == '=') value.pop_back();
  ordered_json detail = {{"type", type}, {"value", value}};
  api::v1::RefusalInfo info;
  if (type == "google.rpc.ErrorInfo" && info.ParseFromString(any.value())) {
    detail["debug"] = ordered_json::parse(WriteMessage(info, /*json=*/true));
  }
  return detail;
}

ordered_json ErrorOfStatus(const grpc::Status& status) {
  ordered_json error = {{"code", CodeFor(status.error_code()).name}};
  if (!status.error_message().empty()) error["message"] = status.error_message();
  api::v1::RefusalStatus details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) error["details"].push_back(DetailOf(detail));
  }
  return error;
}

std::string Dump(const ordered_json& json) { return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace); }

}  // namespace

std::optional<ConnectType> ParseConnectType(absl::string_view content_type) {
  const std::vector<absl::string_view> parts = absl::StrSplit(content_type, absl::MaxSplits(';', 1));
  absl::string_view type = absl::StripAsciiWhitespace(parts[0]);
  if (!absl::ConsumePrefix(&type, "application/")) return std::nullopt;
  ConnectType found{.stream = absl::ConsumePrefix(&type, "connect+"), .json = type == "json"};
  if (!found.json && type != "proto") return std::nullopt;
  return found;
}

std::string ContentTypeOf(const ConnectType& type) {
  return absl::StrCat("application/", type.stream ? "connect+" : "", type.json ? "json" : "proto");
}

absl::StatusOr<absl::Duration> ReadConnectHeaders(const Request& request) {
  const absl::string_view version = request.Header("connect-protocol-version");
  if (!version.empty() && version != "1") {
    return absl::InvalidArgumentError("expected Connect-Protocol-Version to be 1, but it is not");
  }
  for (const char* name : {"content-encoding", "connect-content-encoding"}) {
    const absl::string_view encoding = request.Header(name);
    if (!encoding.empty() && encoding != "identity") {
      return absl::UnimplementedError(absl::StrCat("expected no compression, but ", name, " names one"));
    }
  }
  const absl::string_view timeout = request.Header("connect-timeout-ms");
  if (timeout.empty()) return absl::InfiniteDuration();
  int64_t ms = 0;
  if (timeout.size() > kMostTimeoutDigits || !absl::SimpleAtoi(timeout, &ms) || ms < 0) {
    return absl::InvalidArgumentError("expected Connect-Timeout-Ms to be a number of at most 10 digits, but it is not");
  }
  return absl::Milliseconds(ms);
}

absl::Status ReadMessage(absl::string_view text, bool json, google::protobuf::Message* message) {
  if (!json) {
    if (message->ParseFromArray(text.data(), static_cast<int>(text.size()))) return absl::OkStatus();
    return absl::InvalidArgumentError("expected a request of this method, but it cannot be read");
  }
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(text), message);
  if (status.ok()) return absl::OkStatus();
  const std::string place = PlaceIn(message->GetDescriptor(), std::string(status.message()));
  return absl::InvalidArgumentError(absl::StrCat("expected a request of this method in protobuf's JSON, but it cannot be read as one",
                                                 place.empty() ? "" : " at ", place));
}

std::string WriteMessage(const google::protobuf::Message& message, bool json) {
  std::string text;
  if (json) {
    (void)google::protobuf::util::MessageToJsonString(message, &text);
  } else {
    text = message.SerializeAsString();
  }
  return text;
}

std::string Envelope(char flags, absl::string_view message) {
  const auto size = static_cast<uint32_t>(message.size());
  std::string envelope = {flags, static_cast<char>(size >> 24), static_cast<char>(size >> 16), static_cast<char>(size >> 8),
                          static_cast<char>(size)};
  envelope.append(message.data(), message.size());
  return envelope;
}

absl::StatusOr<absl::string_view> OnlyMessage(absl::string_view body) {
  if (body.size() < kEnvelopeBytes)
    return absl::InvalidArgumentError("expected one enveloped message, but the body is shorter than an envelope");
  if (body[0] == kCompressed) return absl::UnimplementedError("expected no compression, but the message is compressed");
  if (body[0] != 0) return absl::InvalidArgumentError("expected the flags of an envelope to be 0, but they are not");
  size_t size = 0;
  for (size_t i = 1; i < kEnvelopeBytes; ++i) size = size << 8 | static_cast<unsigned char>(body[i]);
  if (body.size() - kEnvelopeBytes != size)
    return absl::InvalidArgumentError("expected exactly one enveloped message, but the lengths differ");
  return body.substr(kEnvelopeBytes);
}

std::string ErrorJson(const grpc::Status& status) { return Dump(ErrorOfStatus(status)); }

Response ConnectError(const grpc::Status& status) {
  return {.status = CodeFor(status.error_code()).status, .content_type = "application/json", .body = ErrorJson(status), .headers = {}};
}

std::string EndOfStream(const grpc::Status& status) {
  ordered_json end = ordered_json::object();
  if (!status.ok()) end["error"] = ErrorOfStatus(status);
  return Envelope(kEndOfStream, Dump(end));
}

}  // namespace overdracht::http
