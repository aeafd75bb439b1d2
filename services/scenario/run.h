// A scenario against workflows: plays its steps in a region in memory and compares what came of them with what the text says.
#ifndef OVERDRACHT_SERVICES_SCENARIO_RUN_H_
#define OVERDRACHT_SERVICES_SCENARIO_RUN_H_

#include <absl/strings/string_view.h>

#include <optional>
#include <string>
#include <vector>

#include "services/chart/workflow.h"
#include "services/scenario/region.h"
#include "services/scenario/scenario.h"
#include "services/scenario/words.h"

namespace overdracht::scenario {

// Plays a scenario block by block.
class Player {
 public:
  // Both must outlive it.
  Player(const chart::Workflows& workflows, const Scenario& scenario);

  // What came of the block. A problem: a step of a used file was refused.
  Lines Play(const Block& block, std::optional<Problem>* problem);
  const Region& region() const { return region_; }

 private:
  void Report(const Step& step, bool quietly, Lines* lines);
  void State(const Step& step, const engine::TrajectState& state, Lines* lines) const;

  const chart::Workflows& workflows_;
  const Scenario& scenario_;
  const Names names_;
  Region region_;
  size_t written_ = 0;  // records
  int reports_ = 0;
};

struct Outcome {
  std::optional<Problem> problem;  // the scenario cannot be played
  std::string difference;          // a line diff, each piece under its file:line; empty: none
  std::string text;                // the scenario with what came of it
  bool ok() const { return !problem && difference.empty(); }
};

// `file` is for messages.
Outcome Run(const chart::Workflows& workflows, absl::string_view file, absl::string_view text, Files files);

}  // namespace overdracht::scenario

#endif  // OVERDRACHT_SERVICES_SCENARIO_RUN_H_
