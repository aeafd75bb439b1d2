#include "services/client/connection.h"

#include <absl/random/random.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>

#include "overdracht/api/v1/error_details.pb.h"

namespace overdracht::client {
namespace {

using google::protobuf::Message;

constexpr absl::Duration kShortestPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

// The detail of an error that google.rpc calls so.
template <typename Detail>
std::optional<Detail> DetailOf(const grpc::Status& status, absl::string_view name) {
  api::v1::RefusalStatus details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  for (const google::protobuf::Any& any : details.details()) {
    Detail detail;
    if (any.type_url() == absl::StrCat("type.googleapis.com/google.rpc.", name) && detail.ParseFromString(any.value())) return detail;
  }
  return std::nullopt;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("expected authority, certificate and key together, but one is missing");
  std::error_code error;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, error)) file.open(path, std::ios::binary);
  if (!file.is_open()) return absl::NotFoundError(absl::StrCat("expected a file that can be read, but ", path, " is none"));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const TlsFiles& files) {
  if (files.ca.empty() && files.certificate.empty() && files.key.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  for (const auto& [path, text] : {std::pair(&files.ca, &options.pem_root_certs), std::pair(&files.certificate, &options.pem_cert_chain),
                                   std::pair(&files.key, &options.pem_private_key)}) {
    absl::StatusOr<std::string> read = ReadFile(*path);
    if (!read.ok()) return read.status();
    *text = *std::move(read);
  }
  return grpc::SslCredentials(options);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const Options& options) {
  const absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> credentials = CredentialsOf(options.tls);
  if (!credentials.ok()) return credentials.status();
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, static_cast<int>(absl::ToInt64Milliseconds(kLongestPause)));
  // A quiet subscription finds out that the other end is gone.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // The service is where the address says, never behind a proxy of the environment.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::shared_ptr<grpc::Channel> channel = grpc::CreateCustomChannel(options.address, *credentials, arguments);
  if (options.connect_within <= absl::ZeroDuration() ||
      channel->WaitForConnected(absl::ToChronoTime(absl::Now() + options.connect_within))) {
    return channel;
  }
  return absl::UnavailableError(absl::StrCat("expected a service at ", options.address, ", but nobody answers there",
                                             options.tls.ca.empty() ? "" : " whom these certificates fit"));
}

void Connection::Introduce(grpc::ClientContext* context) const {
  if (!options.organisation.empty()) context->AddMetadata("overdracht-oin", options.organisation);
}

grpc::Status Connection::Call(const std::string& rpc, const Message& request, Message* response) const {
  grpc::TemplatedGenericStub<Message, Message> stub(channel);
  Retry retry(options, options.patience);
  while (true) {
    grpc::ClientContext context;
    Introduce(&context);
    if (options.deadline < absl::InfiniteDuration()) context.set_deadline(absl::ToChronoTime(absl::Now() + options.deadline));
    grpc::Status status;
    absl::Notification done;
    stub.UnaryCall(&context, absl::StrCat("/overdracht.api.v1.", rpc), {}, &request, response, [&](grpc::Status result) {
      status = std::move(result);
      done.Notify();
    });
    done.WaitForNotification();
    if (status.ok() || !retry.Again(status)) return status;
  }
}

bool MayPass(const grpc::Status& why) {
  const grpc::StatusCode code = why.error_code();
  return code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::RESOURCE_EXHAUSTED ||
         code == grpc::StatusCode::DEADLINE_EXCEEDED || code == grpc::StatusCode::ABORTED;
}

Retry::Retry(const Options& options, absl::Duration patience) : told_(options.on_retry), patience_(patience) { Progressed(); }

void Retry::Progressed() {
  give_up_.reset();
  longest_ = kShortestPause;
}

bool Retry::Again(const grpc::Status& why, const absl::Notification* ended) {
  const absl::Time now = absl::Now();
  if (!give_up_) give_up_ = now + patience_;
  if (!MayPass(why) || now >= *give_up_ || (ended != nullptr && ended->HasBeenNotified())) return false;
  longest_ = std::min(kLongestPause, 2 * longest_);
  absl::Duration pause = longest_ * absl::Uniform(absl::BitGen(), 0.5, 1.0);
  if (const auto asked = DetailOf<api::v1::RetryAfter>(why, "RetryInfo")) {
    pause = std::max(pause, absl::Seconds(asked->retry_delay().seconds()) + absl::Nanoseconds(asked->retry_delay().nanos()));
  }
  if (told_) told_(ToStatus(why));
  pause = std::min(pause, *give_up_ - now);
  if (ended != nullptr) return !ended->WaitForNotificationWithTimeout(pause);
  absl::SleepFor(pause);
  return true;
}

absl::StatusOr<Answer> AnswerOf(const grpc::Status& status) {
  const auto info = DetailOf<api::v1::RefusalInfo>(status, "ErrorInfo");
  if (!info || info->metadata().count("code") == 0) return ToStatus(status);
  Answer answer;
  answer.set_reason(info->reason());
  answer.set_message(status.error_message());
  for (const auto& [name, value] : std::map<std::string, std::string>(info->metadata().begin(), info->metadata().end())) {
    if (name == "code") {
      answer.set_code(value);
    } else if (name == "duplicate") {
      answer.set_duplicate(value == "true");
    } else if (name == "position") {
      answer.set_position(value);
    } else if (name == "melding") {
      answer.set_melding(value);
    } else {
      api::v1::AnswerParameter* const parameter = answer.add_parameters();
      parameter->set_name(name);
      parameter->set_value(value);
    }
  }
  return answer;
}

absl::Status ToStatus(const grpc::Status& status) { return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()}; }

}  // namespace overdracht::client
