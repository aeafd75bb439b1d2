// Where a partition of a region on Kafka is.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_KAFKA_PARTITION_PLACE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_KAFKA_PARTITION_PLACE_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <string>

#include "services/kafka/handle.h"
#include "services/log/kafka/kafka_log.h"
#include "services/topics/names.h"

namespace overdracht::workflow {

struct PartitionPlace {
  kafka::Cluster cluster;
  topics::Names names;
  uint32_t partition = 0;

  kafka::Place Of(std::string topic) const {
    return {.cluster = cluster, .topic = std::move(topic), .partition = static_cast<int32_t>(partition)};
  }
  // Fails as KafkaLog::Open does.
  absl::StatusOr<std::unique_ptr<log::KafkaLog>> OpenJournal() const { return log::KafkaLog::Open({.place = Of(names.Journal())}); }
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_KAFKA_PARTITION_PLACE_H_
