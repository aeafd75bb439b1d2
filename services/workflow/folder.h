// A data folder keeps what it was made with. Its clock (DIR/clock): history that was imported is not continued on the machine's clock by
// mistake. Of a region on Kafka the number of partitions (DIR/partitions): topics are not given more of them by mistake.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_FOLDER_H_
#define OVERDRACHT_SERVICES_WORKFLOW_FOLDER_H_

#include <absl/status/status.h>

#include <cstdint>
#include <string>

#include "services/workflow/loop.h"

namespace overdracht::workflow {

// wall, events
std::string ClockName(ClockKind clock);

// Writes the clock down in a new folder; FAILED_PRECONDITION, naming both, in one that has another.
absl::Status KeepClock(const std::string& folder, ClockKind clock);
// The same for the number of partitions that the region's topics have.
absl::Status KeepPartitions(const std::string& folder, uint32_t partitions);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_FOLDER_H_
