// What the operator asks a workflow service on Kafka (gRPC): of the partitions that it owns. The whole of a region is in its topics: lists
// and copies are made from there, by the auditor's commands.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_PARTITIONS_SERVICE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_PARTITIONS_SERVICE_H_

#include <vector>

#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/edge/identity.h"
#include "services/workflow/kafka/owned_partition.h"

namespace overdracht::workflow {

class PartitionsService : public region::v1::OperatorService::CallbackService {
 public:
  // They must outlive it.
  PartitionsService(std::vector<OwnedPartition*> partitions, const edge::Callers* callers)
      : partitions_(std::move(partitions)), callers_(callers) {}

  // Of every partition that this service owns.
  grpc::ServerUnaryReactor* AdvanceClock(grpc::CallbackServerContext* context, const region::v1::AdvanceClockRequest* request,
                                         region::v1::AdvanceClockResponse* response) override;
  // NOT_FOUND: no partition that this service owns has it.
  grpc::ServerUnaryReactor* GetTraject(grpc::CallbackServerContext* context, const region::v1::GetTrajectRequest* request,
                                       region::v1::GetTrajectResponse* response) override;

 private:
  const std::vector<OwnedPartition*> partitions_;
  const edge::Callers* const callers_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_PARTITIONS_SERVICE_H_
