#include "services/http/connect_handler.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>

#include <algorithm>

#include "services/edge/answers.h"
#include "services/http/connect.h"
#include "services/http/stream_writer.h"

namespace overdracht::http {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

namespace {

using edge::ToGrpc;
using google::protobuf::Descriptor;
using google::protobuf::Message;

// Of a unary call that says nothing of it.
constexpr absl::Duration kUsualTimeout = absl::Seconds(60);

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

// The message of a response in the codec of the request. Both of protobuf are the bytes as they are.
absl::StatusOr<std::string> Translate(const grpc::ByteBuffer& bytes, const Descriptor* type, bool json) {
  if (!json) return FromBytes(bytes);
  const std::unique_ptr<Message> message = NewMessage(type);
  if (!Parse(bytes, message.get())) return absl::InternalError("expected a response of this method, but it cannot be read");
  return WriteMessage(*message, json);
}

absl::StatusOr<CallContext> ContextOf(const MethodDescriptor& method, const Request& request) {
  const absl::StatusOr<absl::Duration> timeout = ReadConnectHeaders(request);
  if (!timeout.ok()) return timeout.status();
  return CallContext{.method = absl::StrCat("/", method.service()->full_name(), "/", method.name()),
                     .metadata = MetadataOf(request),
                     .within = *timeout == absl::InfiniteDuration() && !method.server_streaming() ? kUsualTimeout : *timeout};
}

absl::StatusOr<grpc::ByteBuffer> ReadRequest(const MethodDescriptor& method, absl::string_view text, bool json) {
  if (!json) return ToBytes(text);  // read where it is served
  const std::unique_ptr<Message> message = NewMessage(method.input_type());
  if (absl::Status status = ReadMessage(text, json, message.get()); !status.ok()) return status;
  return ToBytes(*message);
}

void CallUnary(Calls* calls, const MethodDescriptor& method, ConnectType type, const Request& request,
               const std::shared_ptr<Reply>& reply) {
  const absl::StatusOr<CallContext> context = ContextOf(method, request);
  if (!context.ok()) return reply->Send(ConnectError(ToGrpc(context.status())));
  absl::StatusOr<grpc::ByteBuffer> bytes = ReadRequest(method, request.body, type.json);
  if (!bytes.ok()) return reply->Send(ConnectError(ToGrpc(bytes.status())));
  const auto call =
      calls->Unary(*context, *std::move(bytes),
                   [reply, type, output = method.output_type()](const grpc::Status& status, const grpc::ByteBuffer& response) {
                     if (!status.ok()) return reply->Send(ConnectError(status));
                     absl::StatusOr<std::string> text = Translate(response, output, type.json);
                     if (!text.ok()) return reply->Send(ConnectError(ToGrpc(text.status())));
                     reply->Send({.status = 200, .content_type = ContentTypeOf(type), .body = *std::move(text), .headers = {}});
                   });
  reply->OnGone([call] { call->Cancel(); });
}

// Reads the next message of the call only when there is room for it (stream_writer.h).
void CallStream(Calls* calls, const MethodDescriptor& method, ConnectType type, const Request& request,
                const std::shared_ptr<Reply>& reply) {
  reply->Start({.status = 200, .content_type = ContentTypeOf(type), .body = "", .headers = {}});
  const auto writer = std::make_shared<StreamWriter>(reply);
  const auto end = [writer](const grpc::Status& status) { writer->End(EndOfStream(status)); };
  const absl::StatusOr<CallContext> context = ContextOf(method, request);
  if (!context.ok()) return end(ToGrpc(context.status()));
  const absl::StatusOr<absl::string_view> message = OnlyMessage(request.body);
  if (!message.ok()) return end(ToGrpc(message.status()));
  absl::StatusOr<grpc::ByteBuffer> bytes = ReadRequest(method, *message, type.json);
  if (!bytes.ok()) return end(ToGrpc(bytes.status()));

  const auto call = std::make_shared<std::weak_ptr<OpenCall>>();
  const auto read = [call] {
    if (const auto open = call->lock()) open->Read();
  };
  const std::shared_ptr<OpenCall> open =
      calls->Stream(*context, {.message =
                                   [writer, type, read, call, output = method.output_type()](const grpc::ByteBuffer& response) {
                                     absl::StatusOr<std::string> text = Translate(response, output, type.json);
                                     // No message of ours; the stream then ends with what gRPC says of it.
                                     if (!text.ok()) return call->lock()->Cancel();
                                     writer->Write(Envelope(0, *text), read);
                                   },
                               .sent =
                                   [call] {
                                     if (const auto open = call->lock()) open->Close();
                                   },
                               .over = end});
  *call = open;
  reply->OnGone([open] { open->Cancel(); });
  open->Write(*std::move(bytes));
  open->Read();
}

}  // namespace

std::vector<const ServiceDescriptor*> CalledByOthers(const std::vector<std::string>& services) {
  std::vector<const ServiceDescriptor*> called;
  for (const std::string& name : services) {
    if (!absl::StartsWith(name, "overdracht.api.") && name != "overdracht.region.v1.OperatorService") continue;
    if (const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name)) called.push_back(service);
  }
  std::sort(called.begin(), called.end(), [](const auto* a, const auto* b) { return a->full_name() < b->full_name(); });
  return called;
}

const MethodDescriptor* FindMethod(const std::vector<const ServiceDescriptor*>& services, absl::string_view path) {
  for (const ServiceDescriptor* service : services) {
    absl::string_view rest = path;
    if (!absl::ConsumePrefix(&rest, "/") || !absl::ConsumePrefix(&rest, service->full_name()) || !absl::ConsumePrefix(&rest, "/")) continue;
    return service->FindMethodByName(std::string(rest));
  }
  return nullptr;
}

void HandleConnect(Calls* calls, const MethodDescriptor& method, const Request& request, const std::shared_ptr<Reply>& reply) {
  if (method.client_streaming()) {
    return reply->Send(
        ConnectError({grpc::StatusCode::UNIMPLEMENTED,
                      "expected a method that takes one message, but this one takes a stream: call it by gRPC, or POST /v1/events"}));
  }
  const bool stream = method.server_streaming();
  const std::optional<ConnectType> type = ParseConnectType(request.Header("content-type"));
  if (!type || type->stream != stream) {
    Response response =
        ErrorResponse(415, "unsupported_media_type",
                      stream ? "expected application/connect+json or application/connect+proto, but the content type is another one"
                             : "expected application/json or application/proto, but the content type is another one");
    response.headers = {
        {"Accept-Post", stream ? "application/connect+json, application/connect+proto" : "application/json, application/proto"}};
    return reply->Send(std::move(response));
  }
  (stream ? CallStream : CallUnary)(calls, method, *type, request, reply);
}

}  // namespace overdracht::http
