#include "services/client/client.h"

#include <absl/container/flat_hash_map.h>
#include <absl/random/random.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <cstdint>

#include "services/api/report_services.h"
#include "services/client/connection.h"

namespace overdracht::client {
namespace {

using google::protobuf::Message;

// An rpc that reports events of one kind.
struct Rpc {
  std::string name;  // HandoverService/OfferHandover
  const Message* request = nullptr;
  const Message* response = nullptr;
};

// Null: it is no event that is reported.
const Rpc* RpcOf(const Message& event) {
  static const auto* rpcs = [] {
    auto* const made = new absl::flat_hash_map<const google::protobuf::Descriptor*, Rpc>;
    auto* const factory = google::protobuf::MessageFactory::generated_factory();
    for (const auto* service : api::ReportServices()) {
      for (int i = 0; i < service->method_count(); ++i) {
        const auto& method = *service->method(i);
        (*made)[method.input_type()->FindFieldByName("event")->message_type()] = {absl::StrCat(service->name(), "/", method.name()),
                                                                                  factory->GetPrototype(method.input_type()),
                                                                                  factory->GetPrototype(method.output_type())};
      }
    }
    return made;
  }();
  const auto found = rpcs->find(event.GetDescriptor());
  return found == rpcs->end() ? nullptr : &found->second;
}

Message* Part(const char* name, Message* of) { return of->GetReflection()->MutableMessage(of, of->GetDescriptor()->FindFieldByName(name)); }

template <typename Response>
absl::StatusOr<Response> Ask(const Connection& connection, const std::string& rpc, const Message& request) {
  Response response;
  if (const grpc::Status status = connection.Call(rpc, request, &response); !status.ok()) return ToStatus(status);
  return response;
}

}  // namespace

std::string NewId() {
  absl::BitGen chance;
  const auto bits = [&chance](int count) { return absl::Uniform<uint64_t>(chance, 0, uint64_t{1} << count); };
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%012x", bits(32), bits(16), bits(12), 0x8000 | bits(14), bits(48));
}

absl::StatusOr<Client> Client::Connect(const Options& options) {
  absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = OpenChannel(options);
  if (!channel.ok()) return channel.status();
  return Client(std::make_shared<Connection>(Connection{options, *std::move(channel)}));
}

absl::StatusOr<Answer> Client::Report(const std::string& traject, const std::string& id, const Message& event) const {
  api::v1::ReportContext context;
  context.set_traject(traject);
  context.set_request_id(id);
  return Report(std::move(context), event);
}

absl::StatusOr<Answer> Client::Report(api::v1::ReportContext context, const Message& event) const {
  const Rpc* const rpc = RpcOf(event);
  if (rpc == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat("expected an event of overdracht.event.v1, but ", event.GetTypeName(), " is none"));
  }
  // Once: each attempt is the same report.
  if (context.request_id().empty()) context.set_request_id(NewId());
  const std::unique_ptr<Message> request(rpc->request->New());
  const std::unique_ptr<Message> response(rpc->response->New());
  Part("report", request.get())->CopyFrom(context);
  Part("event", request.get())->CopyFrom(event);
  const grpc::Status status = connection_->Call(rpc->name, *request, response.get());
  if (status.ok()) return static_cast<const Answer&>(*Part("answer", response.get()));
  absl::StatusOr<Answer> answer = AnswerOf(status);
  if (!answer.ok()) return answer;
  answer->set_id(context.request_id());
  answer->set_subject(context.traject());
  return answer;
}

absl::StatusOr<Answer> Client::Publish(const api::v1::PublishRequest& request) const {
  api::v1::PublishResponse response;
  const grpc::Status status = connection_->Call("EventService/Publish", request, &response);
  if (!status.ok()) return AnswerOf(status);
  return std::move(*response.mutable_answer());
}

std::unique_ptr<ReportStream> Client::OpenStream(std::function<void(const absl::StatusOr<Answer>&)> answered) const {
  return MakeReportStream(connection_, std::move(answered));
}

std::unique_ptr<Subscription> Client::Subscribe(const api::v1::SubscribeRequest& request) const {
  return MakeSubscription(connection_, request);
}

absl::StatusOr<api::v1::GetTrajectResponse> Client::GetTraject(const api::v1::GetTrajectRequest& request) const {
  return Ask<api::v1::GetTrajectResponse>(*connection_, "OverviewService/GetTraject", request);
}

absl::StatusOr<api::v1::ListTrajectenResponse> Client::ListTrajecten(const api::v1::ListTrajectenRequest& request) const {
  return Ask<api::v1::ListTrajectenResponse>(*connection_, "OverviewService/ListTrajecten", request);
}

absl::StatusOr<api::v1::ExplainTrajectResponse> Client::ExplainTraject(const api::v1::ExplainTrajectRequest& request) const {
  return Ask<api::v1::ExplainTrajectResponse>(*connection_, "OverviewService/ExplainTraject", request);
}

}  // namespace overdracht::client
