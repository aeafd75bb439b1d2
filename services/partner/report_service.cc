#include "services/partner/report_service.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>

#include "services/api/report_services.h"
#include "services/edge/answers.h"
#include "services/edge/random_id.h"

namespace overdracht::partner {
namespace {

using google::protobuf::Message;

// One call. It lives until the region has answered.
class ReportReactor : public grpc::ServerUnaryReactor {
 public:
  ReportReactor(region::Region* region, const ReportMethod& method, const edge::OrganisationCaller& caller, const grpc::ByteBuffer& request,
                grpc::ByteBuffer* response)
      : method_(method), response_(response) {
    if (grpc::Status status = Start(region, caller, request); !status.ok()) Finish(status);
  }

  void OnDone() override { delete this; }

 private:
  // OK: an answer comes, or has come.
  grpc::Status Start(region::Region* region, const edge::OrganisationCaller& caller, grpc::ByteBuffer bytes) {
    if (!caller.status.ok()) return caller.status;
    const size_t size = bytes.Length();
    const std::unique_ptr<Message> request(method_.request->New());
    if (!grpc::GenericDeserialize<grpc::ProtoBufferReader, Message>(&bytes, request.get()).ok()) {
      return {grpc::StatusCode::INVALID_ARGUMENT, "expected a request of this method, but it cannot be read"};
    }
    const std::shared_ptr<const chart::Workflows> workflows = region->workflows();
    absl::StatusOr<region::Report> report = ReadTyped(
        method_, caller.organisation, edge::RandomId, [&](absl::string_view kind) { return workflows->KnowsContact(kind); }, request.get());
    if (!report.ok()) return edge::ToGrpc(report.status());
    report->supplier = caller.supplier;
    report->no_wait = no_wait_ = ContextOf(method_, *request).no_wait() && !report->validate_only;
    report->done = [this, envelope = edge::EnvelopeOf(report->event)](const absl::StatusOr<region::Answer>& answer) {
      Answer(envelope, answer);
    };
    return edge::ToGrpc(region->Take(*std::move(report), region::MemoryOf(size)));
  }

  void Answer(const edge::Envelope& envelope, const absl::StatusOr<region::Answer>& answer) {
    if (!answer.ok()) return Finish(edge::ToGrpc(answer.status()));
    api::v1::Answer told = edge::ToApi(envelope, *answer);
    const bool kept = answer->record != 0 || !answer->refusal;
    if (no_wait_ && kept) {
      told.Clear();
      told.set_source(envelope.source);
      told.set_id(envelope.id);
      told.set_subject(envelope.subject);
    } else if (answer->refusal) {
      return Finish(edge::ToError(told));
    }
    const std::unique_ptr<Message> response(method_.response->New());
    response->GetReflection()->MutableMessage(response.get(), method_.answer)->CopyFrom(told);
    bool own_buffer = false;
    Finish(grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(*response, response_, &own_buffer));
  }

  const ReportMethod& method_;
  grpc::ByteBuffer* const response_;
  bool no_wait_ = false;  // nothing of the decision in the answer
};

}  // namespace

ReportService::ReportService(const google::protobuf::ServiceDescriptor& service, region::Region* region, const edge::Callers* callers)
    : methods_(MethodsOf(service)) {
  using Handler = grpc::internal::CallbackUnaryHandler<grpc::ByteBuffer, grpc::ByteBuffer>;
  for (size_t i = 0; i < methods_.size(); ++i) {
    const ReportMethod& method = methods_[i];
    AddMethod(new grpc::internal::RpcServiceMethod(method.path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC, nullptr));
    MarkMethodRawCallback(static_cast<int>(i),
                          new Handler([region, callers, &method](grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
                                                                 grpc::ByteBuffer* response) {
                            return new ReportReactor(region, method, callers->IdentifyReporter(*context, method.kind), *request, response);
                          }));
  }
}

std::vector<std::unique_ptr<grpc::Service>> MakeReportServices(region::Region* region, const edge::Callers* callers) {
  std::vector<std::unique_ptr<grpc::Service>> services;
  for (const auto* service : api::ReportServices()) services.push_back(std::make_unique<ReportService>(*service, region, callers));
  return services;
}

}  // namespace overdracht::partner
