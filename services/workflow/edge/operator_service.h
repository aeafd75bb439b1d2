// DATA LEAVES: what the operator of the installation asks (gRPC): the clock, the trajecten, the outboxes, a copy of the journal.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_OPERATOR_SERVICE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_OPERATOR_SERVICE_H_

#include <functional>
#include <memory>
#include <string>

#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/edge/identity.h"
#include "services/edge/workers.h"
#include "services/workflow/edge/outbox_reader.h"
#include "services/workflow/edge/traject_reader.h"

namespace overdracht::workflow {

class OperatorService : public region::v1::OperatorService::CallbackService {
 public:
  // `export_journal` writes the export to a file of this name; `folder` is where such a file may stand while it is sent.
  using ExportJournal = std::function<absl::Status(const std::string& path)>;
  OperatorService(Loop* loop, OutboxReader* outboxes, region::Listeners* listeners, const edge::Callers* callers, std::string folder,
                  ExportJournal export_journal);

  grpc::ServerUnaryReactor* AdvanceClock(grpc::CallbackServerContext* context, const region::v1::AdvanceClockRequest* request,
                                         region::v1::AdvanceClockResponse* response) override;
  grpc::ServerWriteReactor<region::v1::ListTrajectenResponse>* ListTrajecten(grpc::CallbackServerContext* context,
                                                                             const region::v1::ListTrajectenRequest*) override {
    return trajecten_.List(*context);
  }
  grpc::ServerUnaryReactor* GetTraject(grpc::CallbackServerContext* context, const region::v1::GetTrajectRequest* request,
                                       region::v1::GetTrajectResponse* response) override {
    return trajecten_.Get(context, *request, response);
  }
  grpc::ServerWriteReactor<region::v1::ReadOutboxResponse>* ReadOutbox(grpc::CallbackServerContext* context,
                                                                       const region::v1::ReadOutboxRequest* request) override;
  grpc::ServerWriteReactor<region::v1::ReadJournalResponse>* ReadJournal(grpc::CallbackServerContext* context,
                                                                         const region::v1::ReadJournalRequest* request) override;

 private:
  Loop* const loop_;
  OutboxReader* const outboxes_;
  region::Listeners* const listeners_;
  const edge::Callers* const callers_;
  const std::string folder_;
  const ExportJournal export_journal_;
  const TrajectReader trajecten_;
  edge::Workers workers_{2};
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_OPERATOR_SERVICE_H_
