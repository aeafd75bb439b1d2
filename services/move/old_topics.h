// Whether an export has all that there is of a region on Kafka: what was reported behind it, or decided, would not move.
#ifndef OVERDRACHT_SERVICES_MOVE_OLD_TOPICS_H_
#define OVERDRACHT_SERVICES_MOVE_OLD_TOPICS_H_

#include <absl/status/status.h>

#include "services/audit/audit.h"
#include "services/kafka/handle.h"
#include "services/topics/names.h"

namespace overdracht::move {

struct OldTopics {
  kafka::Cluster cluster;
  topics::Names names;
};

// FAILED_PRECONDITION: it has not, what there is, and what to do. Reads the journals.
absl::Status HoldToTopics(const audit::Verification& verified, const OldTopics& old);

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_OLD_TOPICS_H_
