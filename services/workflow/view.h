// A traject as `traject list` and `traject show` print it: state -> JSON, one line, everything in a fixed order (docs: outputs of the CLI).
#ifndef OVERDRACHT_SERVICES_WORKFLOW_VIEW_H_
#define OVERDRACHT_SERVICES_WORKFLOW_VIEW_H_

#include <cstdint>
#include <string>

#include "services/chart/workflow.h"
#include "services/engine/engine.h"

namespace overdracht::workflow {

// A line of `traject list --json`. Only the state speaks, so that a replay prints the same.
std::string TrajectLine(const journal::v1::Traject& traject);

// `traject show --json`: the line with charts, tasks, timers and position.
std::string TrajectShow(const engine::TrajectState& state, const chart::Workflows& workflows, uint32_t partition);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_VIEW_H_
