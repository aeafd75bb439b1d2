// overdracht dev --demo: a made-up region of 25 trajecten.
#ifndef OVERDRACHT_SERVICES_CLI_DEMO_H_
#define OVERDRACHT_SERVICES_CLI_DEMO_H_

#include <absl/status/status.h>

#include <string>

#include "services/base/time.h"
#include "services/workflow/loop.h"

namespace overdracht::cli {

// Reports what happened in the region up to the day of `now`. Fails where the service refuses what the demonstration does not expect.
absl::Status FillDemo(workflow::Loop* loop, base::Micros now);

// In Dutch: who holds which client, how to stop, how to go on.
absl::Status PrintDemo(workflow::Loop* loop, base::Micros now, const std::string& address);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_DEMO_H_
