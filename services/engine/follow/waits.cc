// What a traject waits for before it goes on, for people: no decision asks it.

#include "services/base/codes.h"
#include "services/engine/engine.h"
#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

// Its name, the state that it leads to where that has another name, and the event that it waits for.
std::string Describe(const workflow::v1::Transition& transition) {
  std::string text = transition.name();
  if (transition.name() != transition.to()) text += " -> " + transition.to();
  if (!transition.on().event().empty()) text += " on " + transition.on().event();
  if (transition.on().internal() != workflow::v1::INTERNAL_UNSPECIFIED) text += " on " + base::Code(transition.on().internal());
  return text;
}

}  // namespace

std::vector<Waiting> WaitsFor(const chart::Workflows& workflows, const TrajectState& state, int64_t now_us) {
  std::vector<Waiting> waits;
  const chart::Workflow* workflow = workflows.Find(state.traject.workflow(), state.traject.version());
  if (workflow == nullptr || !Running(state.traject)) return waits;
  TrajectState copy = state;
  journal::v1::Record record;
  record.set_time_us(now_us);
  const Work work(*workflow, &copy, &record);
  const auto& configuration = state.traject.configuration();
  for (auto name = configuration.rbegin(); name != configuration.rend(); ++name) {
    const workflow::v1::State* active = workflow->FindState(*name);
    if (active == nullptr) continue;
    for (const workflow::v1::Transition& transition : active->transitions()) {
      waits.emplace_back().transition = Describe(transition);
      for (const workflow::v1::Gate& gate : transition.gates()) {
        if (!Holds(work, gate.when())) waits.back().gates.push_back(gate.name());
      }
    }
  }
  return waits;
}

}  // namespace overdracht::engine
