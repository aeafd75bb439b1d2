// DATA LEAVES: the trajecten of a region for the operator (gRPC), whatever holds its partitions: one loop, or on Kafka one for each
// partition that is owned and what is followed of the others.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_TRAJECT_READER_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_TRAJECT_READER_H_

#include <absl/status/statusor.h>

#include <functional>
#include <utility>
#include <vector>

#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/edge/identity.h"
#include "services/workflow/partition.h"

namespace overdracht::workflow {

class TrajectReader {
 public:
  // What is asked sees the state, or why it cannot be read now; once, on whatever thread.
  using Question = std::function<void(absl::StatusOr<Partition*>)>;
  using Ask = std::function<void(Question)>;
  // How each partition of the region is asked, in their order. The callers must outlive it.
  TrajectReader(std::vector<Ask> partitions, const edge::Callers* callers) : partitions_(std::move(partitions)), callers_(callers) {}

  // Every traject, sorted by id; all or an error, never some.
  grpc::ServerWriteReactor<region::v1::ListTrajectenResponse>* List(const grpc::CallbackServerContext& context) const;
  // NOT_FOUND: nobody started it.
  grpc::ServerUnaryReactor* Get(grpc::CallbackServerContext* context, const region::v1::GetTrajectRequest& request,
                                region::v1::GetTrajectResponse* response) const;

 private:
  const std::vector<Ask> partitions_;
  const edge::Callers* const callers_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_TRAJECT_READER_H_
