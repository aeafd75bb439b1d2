#include "services/edge/answers.h"

#include <absl/strings/ascii.h>
#include <absl/strings/cord.h>
#include <absl/strings/str_cat.h>
#include <google/protobuf/util/time_util.h>

#include "overdracht/api/v1/error_details.pb.h"
#include "services/base/codes.h"
#include "services/base/uuid.h"
#include "services/event/write.h"

namespace overdracht::edge {

using journal::v1::RefusalCode;

namespace {

constexpr char kDomain[] = "overdracht.nl";
constexpr char kDetails[] = "type.googleapis.com/google.rpc.Status";  // a status of its own, in an absl::Status

grpc::StatusCode CodeFor(RefusalCode code) {
  switch (code) {
    case journal::v1::REFUSAL_CODE_MALFORMED:
      return grpc::StatusCode::INVALID_ARGUMENT;
    case journal::v1::REFUSAL_CODE_SOURCE_MISMATCH:
    case journal::v1::REFUSAL_CODE_NOT_A_PARTICIPANT:
    case journal::v1::REFUSAL_CODE_ROLE_NOT_ALLOWED:
      return grpc::StatusCode::PERMISSION_DENIED;
    case journal::v1::REFUSAL_CODE_UNKNOWN_TRAJECT:
    case journal::v1::REFUSAL_CODE_UNKNOWN_REFERENCE:
      return grpc::StatusCode::NOT_FOUND;
    case journal::v1::REFUSAL_CODE_ALREADY_EXISTS:
      return grpc::StatusCode::ALREADY_EXISTS;
    default:
      return grpc::StatusCode::FAILED_PRECONDITION;
  }
}

// What google.rpc calls it -> the message in its wire form.
void AddDetail(absl::string_view name, const google::protobuf::Message& detail, api::v1::RefusalStatus* status) {
  google::protobuf::Any* const added = status->add_details();
  added->set_type_url(absl::StrCat("type.googleapis.com/google.rpc.", name));
  added->set_value(detail.SerializeAsString());
}

std::string ParameterOf(const api::v1::Answer& refused, absl::string_view name) {
  for (const api::v1::AnswerParameter& parameter : refused.parameters()) {
    if (parameter.name() == name) return parameter.value();
  }
  return "";
}

api::v1::RefusalInfo InfoOf(const api::v1::Answer& refused) {
  api::v1::RefusalInfo info;
  info.set_reason(refused.reason());
  info.set_domain(kDomain);
  auto& metadata = *info.mutable_metadata();
  for (const api::v1::AnswerParameter& parameter : refused.parameters()) metadata[parameter.name()] = parameter.value();
  metadata["code"] = refused.code();
  metadata["duplicate"] = refused.duplicate() ? "true" : "false";
  metadata["melding"] = refused.melding();
  if (!refused.position().empty()) metadata["position"] = refused.position();
  return info;
}

}  // namespace

Envelope EnvelopeOf(const std::variant<event::v1::Event, event::Malformed>& event) {
  if (const auto* malformed = std::get_if<event::Malformed>(&event)) return {malformed->source, malformed->id, malformed->subject};
  const auto& read = std::get<event::v1::Event>(event);
  return {event::SourceOf(read), read.id(), base::FormatUuid(read.traject())};
}

api::v1::Answer ToApi(const Envelope& envelope, const region::Answer& answer) {
  return event::MakeAnswer(envelope.source, envelope.id, envelope.subject,
                           answer.record == 0 ? "" : event::FormatPosition(answer.partition, answer.record), answer.duplicate,
                           answer.refusal ? &*answer.refusal : nullptr);
}

grpc::Status ToError(const api::v1::Answer& refused) {
  RefusalCode code = journal::v1::REFUSAL_CODE_UNSPECIFIED;
  if (const auto parsed = base::Parse<RefusalCode>(absl::AsciiStrToLower(refused.code()))) code = *parsed;
  api::v1::RefusalStatus status;
  status.set_code(CodeFor(code));
  status.set_message(refused.message());
  AddDetail("ErrorInfo", InfoOf(refused), &status);
  if (const std::string place = ParameterOf(refused, "place"); CodeFor(code) == grpc::StatusCode::INVALID_ARGUMENT && !place.empty()) {
    api::v1::BadFields bad;
    bad.add_field_violations()->set_field(place);
    bad.mutable_field_violations(0)->set_description(refused.message());
    AddDetail("BadRequest", bad, &status);
  }
  if (CodeFor(code) == grpc::StatusCode::FAILED_PRECONDITION) {
    const std::string thing = ParameterOf(refused, "thing");
    api::v1::UnmetConditions unmet;
    unmet.add_violations()->set_type(refused.reason());
    unmet.mutable_violations(0)->set_subject(thing.empty() ? "traject" : thing);
    unmet.mutable_violations(0)->set_description(refused.message());
    AddDetail("PreconditionFailure", unmet, &status);
  }
  return {CodeFor(code), refused.message(), status.SerializeAsString()};
}

grpc::Status TooOften(absl::string_view why, base::Micros again_after) {
  api::v1::RetryAfter retry;
  *retry.mutable_retry_delay() = google::protobuf::util::TimeUtil::MicrosecondsToDuration(again_after);
  api::v1::RefusalStatus status;
  status.set_code(grpc::StatusCode::RESOURCE_EXHAUSTED);
  status.set_message(std::string(why));
  AddDetail("RetryInfo", retry, &status);
  return {grpc::StatusCode::RESOURCE_EXHAUSTED, std::string(why), status.SerializeAsString()};
}

absl::Status FallsBehind(absl::string_view cursor) {
  api::v1::RefusalInfo info;
  info.set_reason("FALLING_BEHIND");
  info.set_domain(kDomain);
  (*info.mutable_metadata())["cursor"] = std::string(cursor);
  const std::string why = absl::StrCat(
      "expected a reader that keeps up, but it gets further and further behind; when it is faster, go on behind the cursor ", cursor);
  api::v1::RefusalStatus details;
  details.set_code(grpc::StatusCode::RESOURCE_EXHAUSTED);
  details.set_message(why);
  AddDetail("ErrorInfo", info, &details);
  absl::Status status = absl::ResourceExhaustedError(why);
  status.SetPayload(kDetails, absl::Cord(details.SerializeAsString()));
  return status;
}

grpc::Status ToGrpc(const absl::Status& status) {
  const absl::optional<absl::Cord> details = status.GetPayload(kDetails);
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message()), details ? std::string(*details) : ""};
}

grpc::ServerUnaryReactor* Finished(grpc::CallbackServerContext* context, const grpc::Status& status) {
  // Asked a second time, gRPC makes another reactor in the same place, and the call never ends.
  grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
  reactor->Finish(status);
  return reactor;
}

}  // namespace overdracht::edge
