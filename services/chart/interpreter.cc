#include "services/chart/interpreter.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>

#include "services/chart/trigger.h"

namespace overdracht::chart {

using event::v1::Event;
using workflow::v1::Gate;
using workflow::v1::State;
using workflow::v1::Transition;

// Building -----------------------------------------------------------------------------------------------------------------------------

absl::Status Chart::Build(const workflow::v1::WorkflowDefinition& definition) {
  nodes_.assign(1, Node{});
  AddStates(definition.phases(), 0);
  for (int i = 1; i < static_cast<int>(nodes_.size()); ++i) {
    if (!index_.emplace(nodes_[i].state->name(), i).second) {
      return absl::InvalidArgumentError(absl::StrCat("two states are called ", nodes_[i].state->name()));
    }
  }
  for (int i = 0; i < static_cast<int>(nodes_.size()); ++i) {
    if (absl::Status status = AddInitial(i); !status.ok()) return status;
  }
  for (int i = 1; i < static_cast<int>(nodes_.size()); ++i) {
    if (absl::Status status = AddArrows(i); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void Chart::AddStates(const google::protobuf::RepeatedPtrField<State>& states, int parent) {
  for (const State& state : states) {
    const int index = static_cast<int>(nodes_.size());
    nodes_.emplace_back();
    nodes_[index].state = &state;
    nodes_[index].parent = parent;
    (state.history() == workflow::v1::HISTORY_UNSPECIFIED ? nodes_[parent].children : nodes_[parent].histories).push_back(index);
    AddStates(state.states(), index);
    nodes_[parent].last = nodes_[index].last = static_cast<int>(nodes_.size()) - 1;
  }
}

absl::Status Chart::AddInitial(int index) {
  Node& node = nodes_[index];
  if (node.children.empty()) {
    const bool needs_states = index == 0 || IsParallel(index) || !node.histories.empty();
    return needs_states ? absl::InvalidArgumentError("a chart and a parallel state have states in them") : absl::OkStatus();
  }
  node.initial = node.children.front();
  if (index == 0 || node.state->initial().empty()) return absl::OkStatus();
  const auto initial = index_.find(node.state->initial());
  if (initial == index_.end() || nodes_[initial->second].parent != index) {
    return absl::InvalidArgumentError(absl::StrCat("the initial state of ", node.state->name(), " is not one of its states"));
  }
  node.initial = initial->second;
  return absl::OkStatus();
}

absl::Status Chart::AddArrows(int index) {
  for (const Transition& transition : nodes_[index].state->transitions()) {
    const auto target = index_.find(transition.to());
    if (target == index_.end()) return absl::InvalidArgumentError(absl::StrCat("there is no state ", transition.to()));
    int event = 0;
    if (!transition.on().event().empty()) {
      const auto* kind = FindEvent(transition.on().event());
      if (kind == nullptr) return absl::InvalidArgumentError(absl::StrCat("there is no event ", transition.on().event()));
      event = kind->number();
    }
    // What a history leads to when nothing was left yet must lie beside it, or entering would go round in circles.
    if (IsHistory(index) && (IsHistory(target->second) || !IsDescendant(target->second, nodes_[index].parent))) {
      return absl::InvalidArgumentError(absl::StrCat("the history ", nodes_[index].state->name(), " leads out of its state"));
    }
    nodes_[index].arrows.push_back({&transition, index, target->second, event});
    if (waits_for_.size() <= static_cast<size_t>(event)) waits_for_.resize(event + 1);
    waits_for_[event] = true;
  }
  return absl::OkStatus();
}

const State* Chart::Find(absl::string_view name) const {
  const auto it = index_.find(name);
  return it == index_.end() ? nullptr : nodes_[it->second].state;
}

const std::string& Chart::PhaseOf(absl::string_view name) const {
  static const auto* none = new std::string;
  const auto it = index_.find(name);
  if (it == index_.end()) return *none;
  int state = it->second;
  while (nodes_[state].parent != 0) state = nodes_[state].parent;
  return nodes_[state].state->name();
}

// A step -------------------------------------------------------------------------------------------------------------------------------

Microstep Chart::Start() const {
  Microstep step;
  std::vector<bool> entered(nodes_.size());
  Enter(nodes_[0].initial, step.histories, &entered);
  Finish({}, entered, &step);
  return step;
}

std::optional<Microstep> Chart::Next(const Configuration& configuration, const Histories& histories, const Event* event,
                                     Guard guard) const {
  const size_t kind = event == nullptr ? 0 : event->data_case();
  if (kind >= waits_for_.size() || !waits_for_[kind]) return std::nullopt;
  const Set active = Numbers(configuration);
  const Arrows arrows = WithoutConflicts(Enabled(active, event, guard), active, histories);
  if (arrows.empty()) return std::nullopt;

  Microstep step;
  step.histories = histories;
  std::vector<bool> leaves(nodes_.size());
  for (const Arrow* arrow : arrows) {
    step.taken.push_back(arrow->transition);
    for (int state : ExitSet(*arrow, active, histories)) leaves[state] = true;
  }
  Set stays;
  for (int state : active) {
    if (!leaves[state]) stays.push_back(state);
  }
  for (auto state = active.rbegin(); state != active.rend(); ++state) {
    if (!leaves[*state]) continue;
    Remember(*state, active, &step.histories);
    step.exited.push_back(nodes_[*state].state->name());
  }
  std::vector<bool> entered(nodes_.size());
  for (const Arrow* arrow : arrows) {
    // The domain as it was before leaving: leaving may just have changed what a history leads to.
    const int domain = Domain(*arrow, histories);
    Enter(arrow->target, step.histories, &entered);
    EnterAncestors(arrow->target, domain, step.histories, &entered);
  }
  Finish(stays, entered, &step);
  return step;
}

// What is active after a step: what stayed and what was entered.
void Chart::Finish(const Set& stays, const std::vector<bool>& entered, Microstep* step) const {
  Set active = stays;
  for (int state = 1; state < static_cast<int>(entered.size()); ++state) {
    if (!entered[state]) continue;
    step->entered.push_back(nodes_[state].state->name());
    active.push_back(state);
    if (nodes_[state].parent == 0) step->final = nodes_[state].state->final();
  }
  std::sort(active.begin(), active.end());
  for (int state : active) step->configuration.push_back(nodes_[state].state->name());
}

Chart::Set Chart::Numbers(const Configuration& configuration) const {
  Set numbers;
  for (const std::string& name : configuration) {
    if (const auto it = index_.find(name); it != index_.end()) numbers.push_back(it->second);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Which transitions --------------------------------------------------------------------------------------------------------------------

// For each atomic active state the first transition that is enabled in it or else in its nearest ancestor.
Chart::Arrows Chart::Enabled(const Set& active, const Event* event, Guard guard) const {
  const int kind = event == nullptr ? 0 : static_cast<int>(event->data_case());
  const auto is_enabled = [&](const Arrow& arrow) {
    if (arrow.event != kind || (event != nullptr && !Matches(arrow.transition->on(), *event))) return false;
    if (arrow.transition->on().internal() != workflow::v1::INTERNAL_UNSPECIFIED) return false;
    const auto& gates = arrow.transition->gates();
    return std::all_of(gates.begin(), gates.end(), [&](const Gate& gate) { return guard(gate.when()); });
  };
  Arrows enabled;
  Set barren;  // ancestors in which nothing is enabled: regions share them
  for (int atomic : active) {
    if (nodes_[atomic].initial != 0) continue;
    for (int state = atomic; state != 0; state = nodes_[state].parent) {
      const auto& arrows = nodes_[state].arrows;
      if (arrows.empty()) continue;
      if (std::find(barren.begin(), barren.end(), state) != barren.end()) break;
      const auto found = std::find_if(arrows.begin(), arrows.end(), is_enabled);
      if (found == arrows.end()) {
        barren.push_back(state);
        continue;
      }
      if (std::find(enabled.begin(), enabled.end(), &*found) == enabled.end()) enabled.push_back(&*found);
      break;
    }
  }
  return enabled;
}

// Of two transitions that would leave the same state the one from the deeper source is taken, else the first in document order.
Chart::Arrows Chart::WithoutConflicts(Arrows enabled, const Set& active, const Histories& histories) const {
  if (enabled.size() < 2) return enabled;
  Arrows kept;
  for (const Arrow* arrow : enabled) {
    const Set leaves = ExitSet(*arrow, active, histories);
    const auto conflicts = [&](const Arrow* other) {
      const Set theirs = ExitSet(*other, active, histories);
      Set both;
      std::set_intersection(leaves.begin(), leaves.end(), theirs.begin(), theirs.end(), std::back_inserter(both));
      return !both.empty();
    };
    const bool is_preempted = std::any_of(
        kept.begin(), kept.end(), [&](const Arrow* other) { return !IsDescendant(arrow->source, other->source) && conflicts(other); });
    if (is_preempted) continue;
    kept.erase(std::remove_if(kept.begin(), kept.end(), conflicts), kept.end());
    kept.push_back(arrow);
  }
  return kept;
}

// The innermost state, not parallel, that holds source and target; nothing outside it changes.
int Chart::Domain(const Arrow& arrow, const Histories& histories) const {
  const Set targets = IsHistory(arrow.target) ? Remembered(arrow.target, histories) : Set{arrow.target};
  int domain = nodes_[arrow.source].parent;
  const auto holds_all = [&] {
    return std::all_of(targets.begin(), targets.end(), [&](int target) { return IsDescendant(target, domain); });
  };
  while (domain != 0 && (IsParallel(domain) || !holds_all())) domain = nodes_[domain].parent;
  return domain;
}

Chart::Set Chart::ExitSet(const Arrow& arrow, const Set& active, const Histories& histories) const {
  const int domain = Domain(arrow, histories);
  Set leaves;
  std::copy_if(active.begin(), active.end(), std::back_inserter(leaves), [&](int state) { return IsDescendant(state, domain); });
  return leaves;
}

// History ------------------------------------------------------------------------------------------------------------------------------

// What entering this history enters: what was left, or where its own transition leads, or its parent's initial state.
Chart::Set Chart::Remembered(int history, const Histories& histories) const {
  const auto it = std::find_if(histories.begin(), histories.end(),
                               [&](const journal::v1::History& one) { return one.state() == nodes_[history].state->name(); });
  if (it != histories.end()) return Numbers({it->configuration().begin(), it->configuration().end()});
  if (!nodes_[history].arrows.empty()) return {nodes_[history].arrows.front().target};
  const int parent = nodes_[history].parent;
  const int initial = nodes_[parent].initial;
  return {IsHistory(initial) ? nodes_[parent].children.front() : initial};
}

// Keeps, for each history in a state that is left, its active children (shallow) or its active atomic descendants (deep).
void Chart::Remember(int left, const Set& active, Histories* histories) const {
  for (int history : nodes_[left].histories) {
    const State& state = *nodes_[history].state;
    auto it = std::find_if(histories->begin(), histories->end(), [&](const auto& one) { return one.state() == state.name(); });
    if (it == histories->end()) it = histories->insert(histories->end(), journal::v1::History());
    it->set_state(state.name());
    it->clear_configuration();
    for (int other : active) {
      const bool is_kept = state.history() == workflow::v1::HISTORY_SHALLOW ? nodes_[other].parent == left
                                                                            : IsDescendant(other, left) && nodes_[other].initial == 0;
      if (is_kept) it->add_configuration(nodes_[other].state->name());
    }
  }
}

// Entering -----------------------------------------------------------------------------------------------------------------------------

// This state and what is entered in it by default.
void Chart::Enter(int state, const Histories& histories, std::vector<bool>* entered) const {
  if (IsHistory(state)) {
    const Set targets = Remembered(state, histories);
    for (int target : targets) Enter(target, histories, entered);
    for (int target : targets) EnterAncestors(target, nodes_[state].parent, histories, entered);
    return;
  }
  (*entered)[state] = true;
  if (IsParallel(state)) {
    EnterRegions(state, histories, entered);
  } else if (const int initial = nodes_[state].initial; initial != 0) {
    Enter(initial, histories, entered);
    EnterAncestors(initial, state, histories, entered);
  }
}

// The states around this one, up to but not including `below`, with the other regions of those that are parallel.
void Chart::EnterAncestors(int state, int below, const Histories& histories, std::vector<bool>* entered) const {
  for (int ancestor = nodes_[state].parent; ancestor > 0 && ancestor != below; ancestor = nodes_[ancestor].parent) {
    (*entered)[ancestor] = true;
    if (IsParallel(ancestor)) EnterRegions(ancestor, histories, entered);
  }
}

// Every region of a parallel state that nothing was entered in yet.
void Chart::EnterRegions(int parallel, const Histories& histories, std::vector<bool>* entered) const {
  for (int region : nodes_[parallel].children) {
    const auto begin = entered->begin() + region, end = entered->begin() + nodes_[region].last + 1;
    if (std::find(begin, end, true) == end) Enter(region, histories, entered);
  }
}

}  // namespace overdracht::chart
