// DATA LEAVES: an organisation's outbox, read from the journal by the index that the partition keeps.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_OUTBOX_H_
#define OVERDRACHT_SERVICES_WORKFLOW_OUTBOX_H_

#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/log/event_log.h"
#include "services/workflow/partition.h"

namespace overdracht::workflow {

// Where the reader stands: after this place (services/event/write.h, SequenceOf).
absl::StatusOr<uint64_t> ParseCursor(absl::string_view cursor);

// Records that the index names, and the tip before the batch of each.
struct OutboxPlan {
  std::vector<OutboxEntry> entries;
  std::vector<log::Tip> before;
  bool more = false;  // the index has more than these
};

// On the loop's thread. `after`: the cursor. Empty: nothing new.
absl::StatusOr<OutboxPlan> PlanOutbox(Partition* partition, const std::string& organisation, uint64_t after, bool answers);

// Anywhere else: the CloudEvents of those records for the organisation that come after the cursor, which moves on to the last of them.
absl::StatusOr<std::vector<std::string>> ReadOutbox(log::EventLog* journal, uint32_t partition, const OutboxPlan& plan,
                                                    const std::string& organisation, bool answers, uint64_t* after);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_OUTBOX_H_
