// Where what counts is told once more: the outboxes that stand beside the journal, topics on Kafka (kafka/). On the embedded log there are
// none, as an outbox is read from the journal there.
//
// No batch is appended before all that was told of the one before it stands there. So when an owner is gone at most items of the newest
// batch with records are missing, however many took over since: whoever takes over tells of it again, and readers drop what they have.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_OUTBOXES_H_
#define OVERDRACHT_SERVICES_WORKFLOW_OUTBOXES_H_

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "services/base/sha256.h"
#include "services/log/event_log.h"

namespace overdracht::workflow {

class Partition;

// What stands in an outbox about this journal: a record, and the batch that held it when it was told.
struct Told {
  std::string topic;
  uint64_t offset = 0;
  uint64_t record = 0, batch = 0;
  base::Hash batch_hash{};
};

// Used by the loop's thread only.
class Outboxes {
 public:
  virtual ~Outboxes() = default;

  // The newest of each, as far as it is found. Asked before the journal is read: then all of it has to stand there.
  virtual absl::StatusOr<std::vector<Told>> Newest() = 0;

  // These records stand in a batch that counts, the newest; none: nothing new does, but reports were answered. Returns soon; the records
  // are good until then.
  virtual void Tell(uint64_t batch, const base::Hash& hash, const std::vector<journal::v1::Record*>& records) = 0;

  // Returns when all that was told stands there. An error: perhaps some of it does not.
  virtual absl::Status Settle() = 0;
};

// Whether the journal holds all of that, as it was told. DATA_LOSS: it was read, and does not; what organisations were told is lost.
// Reads one batch. `patience`: how long one that ends too early is given, as its leader may be new and has to catch up. Any other error: it
// is not known.
absl::Status HoldToTold(std::vector<Told> told, absl::Duration patience, Partition* partition, log::EventLog* journal);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_OUTBOXES_H_
