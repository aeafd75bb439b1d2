// A region on Kafka, as one workflow service has it: its membership in the group of them, and each partition, owned or followed.
#ifndef OVERDRACHT_SERVICES_CLI_KAFKA_REGION_PARTS_H_
#define OVERDRACHT_SERVICES_CLI_KAFKA_REGION_PARTS_H_

#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/cli/kafka_options.h"
#include "services/edge/log.h"
#include "services/http/metrics.h"
#include "services/log/embedded/folder_lock.h"
#include "services/workflow/edge/partitions_service.h"
#include "services/workflow/kafka/membership.h"
#include "services/workflow/kafka/owned_partition.h"
#include "services/workflow/snapshots.h"

namespace overdracht::cli {

struct KafkaRegionOptions {
  std::string data;
  std::string clock = "wall";
  std::string workflows;
  OnKafka region;
  int session_ms = 2000;
  std::optional<workflow::SnapshotOptions> snapshots = {};  // nothing: there are none
};

class KafkaRegionParts {
 public:
  // NOT_FOUND, FAILED_PRECONDITION: the region's topics are not there, or not as they have to be. The log must outlive it.
  static absl::StatusOr<std::unique_ptr<KafkaRegionParts>> Open(const KafkaRegionOptions& options, const edge::Callers* callers,
                                                                edge::Log* log);
  ~KafkaRegionParts() { Drain(); }

  grpc::Service* operators() { return operators_.get(); }
  absl::Status Serving(const std::string& address) { return lock_.Announce(address); }
  // Gives the partitions back, in order.
  void Drain();
  std::vector<http::Figures> figures() const;

 private:
  explicit KafkaRegionParts(log::FolderLock lock) : lock_(std::move(lock)) {}

  log::FolderLock lock_;
  std::vector<std::unique_ptr<workflow::OwnedPartition>> partitions_;
  std::unique_ptr<workflow::PartitionsService> operators_;
  std::unique_ptr<workflow::Membership> membership_;
  std::unique_ptr<workflow::Snapshots> snapshots_;
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_KAFKA_REGION_PARTS_H_
