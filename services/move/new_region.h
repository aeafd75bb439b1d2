// The new region's topics while they are filled: made before (overdracht deploy kafka-init), empty, and nobody else's.
#ifndef OVERDRACHT_SERVICES_MOVE_NEW_REGION_H_
#define OVERDRACHT_SERVICES_MOVE_NEW_REGION_H_

#include <absl/status/statusor.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/audit/heads.h"
#include "services/kafka/publisher.h"
#include "services/log/kafka/kafka_log.h"
#include "services/move/contents.h"
#include "services/move/new_partition.h"
#include "services/topics/names.h"
#include "services/workflow/kafka/outbox_topics.h"

namespace overdracht::move {

class NewRegion {
 public:
  struct Options {
    kafka::Cluster cluster;
    topics::Names names;
    std::string program;  // name and version, for the batches
    std::function<int64_t()> machine_clock;
  };

  // Writes nothing. FAILED_PRECONDITION: some topic is not empty, which, and what to do; NOT_FOUND: they are not there.
  static absl::StatusOr<std::unique_ptr<NewRegion>> Open(const Options& options);

  uint32_t partitions() const { return static_cast<uint32_t>(journals_.size()); }
  // From here on it is not empty.
  absl::Status TakeOver();
  absl::Status Write(uint32_t partition, Unnumbered record) { return partitions_[partition]->Add(std::move(record)); }
  // All that was written counts and is told.
  absl::Status Finish();
  // Where its partitions end.
  std::vector<audit::BatchTip> Tips() const;

  // All of it: the journals as an auditor reads them, and that the outboxes have the items that they tell, each once. DATA_LOSS: something
  // is not as it has to be.
  absl::StatusOr<Contents> Read() const;

 private:
  using Told = std::map<std::string, Sum>;  // the ids of items, by organisation

  explicit NewRegion(const Options& options) : options_(options) {}
  absl::Status HoldToEmpty() const;
  // `head`: of the record's traject.
  absl::Status ReadRecord(uint32_t partition, const log::StoredRecord& stored, base::Hash* head, journal::v1::Record* record) const;
  absl::Status HoldOutboxesTo(const Told& told) const;

  const Options options_;
  std::vector<std::unique_ptr<log::KafkaLog>> journals_;
  std::unique_ptr<kafka::Publisher> publisher_;
  std::vector<std::unique_ptr<workflow::OutboxTopics>> outboxes_;
  std::vector<std::unique_ptr<NewPartition>> partitions_;
};

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_NEW_REGION_H_
