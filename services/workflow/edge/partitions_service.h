// What the operator asks a workflow service on Kafka (gRPC). Trajecten are those of the whole region: of a partition that this service does
// not own as far as it has followed. Outboxes and the journal are topics, and are read there.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_PARTITIONS_SERVICE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_PARTITIONS_SERVICE_H_

#include <vector>

#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/edge/identity.h"
#include "services/edge/workers.h"
#include "services/topics/names.h"
#include "services/workflow/edge/traject_reader.h"
#include "services/workflow/kafka/owned_partition.h"

namespace overdracht::workflow {

class PartitionsService : public region::v1::OperatorService::CallbackService {
 public:
  // All partitions of the region, in their order. They and the callers must outlive it.
  PartitionsService(std::vector<OwnedPartition*> partitions, topics::Names names, const edge::Callers* callers);

  // Of every partition that this service owns. UNAVAILABLE: it owns none now.
  grpc::ServerUnaryReactor* AdvanceClock(grpc::CallbackServerContext* context, const region::v1::AdvanceClockRequest* request,
                                         region::v1::AdvanceClockResponse* response) override;
  // UNAVAILABLE, these two: a partition that they need is neither owned nor followed now.
  grpc::ServerWriteReactor<region::v1::ListTrajectenResponse>* ListTrajecten(grpc::CallbackServerContext* context,
                                                                             const region::v1::ListTrajectenRequest*) override {
    return trajecten_.List(*context);
  }
  grpc::ServerUnaryReactor* GetTraject(grpc::CallbackServerContext* context, const region::v1::GetTrajectRequest* request,
                                       region::v1::GetTrajectResponse* response) override {
    return trajecten_.Get(context, *request, response);
  }
  // FAILED_PRECONDITION, both, with where to read instead.
  grpc::ServerWriteReactor<region::v1::ReadOutboxResponse>* ReadOutbox(grpc::CallbackServerContext* context,
                                                                       const region::v1::ReadOutboxRequest* request) override;
  grpc::ServerWriteReactor<region::v1::ReadJournalResponse>* ReadJournal(grpc::CallbackServerContext* context,
                                                                         const region::v1::ReadJournalRequest* request) override;

 private:
  void Ask(const OwnedPartition* partition, TrajectReader::Question question);
  grpc::Status OnKafkaOnly(const grpc::CallbackServerContext& context, const std::string& instead) const;

  const std::vector<OwnedPartition*> partitions_;
  const topics::Names names_;
  const edge::Callers* const callers_;
  const TrajectReader trajecten_;
  edge::Workers readers_{2};  // of what is followed
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_PARTITIONS_SERVICE_H_
