// Holds a loop to the eight invariants (services/oracle): in tests and debug builds the service dies at the first decision that breaks one,
// before anybody hears of it.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_INVARIANTS_H_
#define OVERDRACHT_SERVICES_WORKFLOW_INVARIANTS_H_

#include "services/workflow/loop.h"

namespace overdracht::workflow {

// For LoopOptions::make_watch.
Watch HoldToTheInvariants();

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_INVARIANTS_H_
