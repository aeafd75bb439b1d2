// Whether a partition that came from other topics is whole. Whoever moves a region writes a record in front of what it moves, and one
// behind it when all partitions are there; one that was broken off must not be owned, as reports about trajecten that it lacks would be
// refused.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_MOVED_H_
#define OVERDRACHT_SERVICES_WORKFLOW_MOVED_H_

#include <absl/status/status.h>

#include "services/log/event_log.h"
#include "services/workflow/partition.h"

namespace overdracht::workflow {

// With which the version ends that the batches of a move are decided by.
inline constexpr char kMover[] = "region move";

// FAILED_PRECONDITION: it is not whole. Asked before each take-over; reads something only before the first that follows a move.
absl::Status HoldToMoved(Partition* partition, log::EventLog* journal);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_MOVED_H_
