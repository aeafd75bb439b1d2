// DATA LEAVES: an organisation's outbox, read from the journal by the index that the partition keeps.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_OUTBOX_H_
#define OVERDRACHT_SERVICES_WORKFLOW_OUTBOX_H_

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/log/event_log.h"
#include "services/region/region.h"
#include "services/workflow/partition.h"

namespace overdracht::workflow {

// Records that the index names, and the tip before the batch of each.
struct OutboxPlan {
  std::vector<OutboxEntry> entries;
  std::vector<log::Tip> before;
  bool more = false;  // the index has more than these
  uint64_t end = 0;   // the place of its last one, where it has more
};

// On the loop's thread. Empty: nothing new. OUT_OF_RANGE: the cursor is ahead of the journal.
absl::StatusOr<OutboxPlan> PlanOutbox(Partition* partition, const region::OutboxRequest& request);

// Anywhere else: shows those items of the records that the organisation may see and that come after the cursor, which moves on to the last
// of them. An item is a notice of the record (n is its index) or the answer to its event (n is event::kAnswer).
using VisitItem = absl::FunctionRef<void(const journal::v1::Record& record, int n)>;
absl::Status ReadOutbox(log::EventLog* journal, const OutboxPlan& plan, const std::string& organisation, bool answers, uint64_t* after,
                        VisitItem visit);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_OUTBOX_H_
