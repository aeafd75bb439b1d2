// A data folder keeps the clock that it was made with (DIR/clock): history that was imported is not continued on the machine's clock by
// mistake.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_FOLDER_H_
#define OVERDRACHT_SERVICES_WORKFLOW_FOLDER_H_

#include <absl/status/status.h>

#include <string>

#include "services/workflow/loop.h"

namespace overdracht::workflow {

// wall, events
std::string ClockName(ClockKind clock);

// Writes the clock down in a new folder; FAILED_PRECONDITION, naming both, in one that has another.
absl::Status KeepClock(const std::string& folder, ClockKind clock);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_FOLDER_H_
