// Where what counts is told once more: the outboxes that stand beside the journal, topics on Kafka (kafka/). On the embedded log there are
// none, as an outbox is read from the journal there.
//
// No batch is appended before all that was told of the one before it stands there. So when an owner is gone at most items of the newest
// batch with records are missing, however many took over since: whoever takes over tells of it again, and readers drop what they have.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_OUTBOXES_H_
#define OVERDRACHT_SERVICES_WORKFLOW_OUTBOXES_H_

#include <absl/status/status.h>

#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "services/base/sha256.h"

namespace overdracht::workflow {

// Used by the loop's thread only.
class Outboxes {
 public:
  virtual ~Outboxes() = default;

  // These records stand in a batch that counts, the newest; none: nothing new does, but reports were answered. Returns soon; the records
  // are good until then.
  virtual void Tell(uint64_t batch, const base::Hash& hash, const std::vector<journal::v1::Record*>& records) = 0;

  // Returns when all that was told stands there. An error: perhaps some of it does not.
  virtual absl::Status Settle() = 0;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_OUTBOXES_H_
