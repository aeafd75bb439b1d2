#include "services/chart/check_chart.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <vector>

namespace overdracht::chart {
namespace {

using workflow::v1::State;
using workflow::v1::Transition;
using workflow::v1::WorkflowDefinition;

bool IsHistory(const State& state) { return state.history() != workflow::v1::HISTORY_UNSPECIFIED; }
bool IsFinal(const State& state) { return state.final() != notice::v1::STATUS_UNSPECIFIED; }

class ChartChecker {
 public:
  ChartChecker(const WorkflowDefinition& definition, const Places& places, Findings* findings)
      : definition_(definition), places_(places), findings_(findings) {}

  void Check() {
    if (definition_.phases().empty()) return;
    for (const State& phase : definition_.phases()) AddState(phase, nullptr);
    const State& first = definition_.phases(0);
    if (IsFinal(first)) Add(places_.Of(first), "phase", "a phase where a traject can start", "this one ends it");
    for (const State& phase : definition_.phases()) {
      if (IsHistory(phase)) Add(places_.Of(phase, "history"), "history", "a history inside a state", "this one is in none");
      CheckState(phase);
    }
    // With targets that are not there (found by the reader) nothing can be said about ways.
    if (!std::all_of(all_.begin(), all_.end(), [&](const State* state) { return TargetsAreThere(*state); })) return;
    CheckReachable();
    CheckEnds();
  }

 private:
  void Add(const Place& place, absl::string_view code, absl::string_view expected, absl::string_view but) {
    findings_->Add(place, code, absl::StrCat("expected ", expected, ", but ", but));
  }

  void AddState(const State& state, const State* parent) {
    all_.push_back(&state);
    states_.emplace(state.name(), &state);
    parents_.emplace(&state, parent);
    for (const State& child : state.states()) AddState(child, &state);
  }

  const State* Find(absl::string_view name) const {
    const auto it = states_.find(name);
    return it == states_.end() ? nullptr : it->second;
  }

  bool TargetsAreThere(const State& state) const {
    return std::all_of(state.transitions().begin(), state.transitions().end(),
                       [&](const Transition& transition) { return Find(transition.to()) != nullptr; });
  }

  bool IsIn(const State* state, const State* ancestor) const {
    while (state != nullptr && state != ancestor) state = parents_.at(state);
    return state != nullptr;
  }

  // The form of one state ----------------------------------------------------------------------------------------------------------------

  void CheckState(const State& state) {
    const int children = std::count_if(state.states().begin(), state.states().end(), [](const State& child) { return !IsHistory(child); });
    if (state.parallel() && children < 2)
      Add(places_.Of(state, "parallel"), "parallel", "at least two states in a parallel one", "there are fewer");
    if (!state.states().empty() && children == 0)
      Add(places_.Of(state, "states"), "history", "a state beside the history", "there is none");
    if (!state.initial().empty()) {
      const State* initial = Find(state.initial());
      const bool is_child = initial != nullptr && parents_.at(initial) == &state;
      if (state.parallel() || (initial != nullptr && !is_child)) {
        Add(places_.Of(state, "initial"), "initial", "one of its own states, where it is not parallel", "this is otherwise");
      }
    }
    if (IsFinal(state)) {
      if (!state.states().empty() || !state.transitions().empty() || state.parallel() || IsHistory(state)) {
        Add(places_.Of(state, "final"), "final", "nothing in a final state and nothing out of it", "there is something");
      }
      if (state.final() != notice::v1::STATUS_AFGEROND && state.final() != notice::v1::STATUS_GESTOPT) {
        Add(places_.Of(state, "final"), "final", "afgerond or gestopt", "this is neither");
      }
    }
    if (IsHistory(state)) return CheckHistory(state);
    for (const Transition& transition : state.transitions()) CheckTransition(transition);
    for (const State& child : state.states()) CheckState(child);
  }

  void CheckHistory(const State& state) {
    const State* parent = parents_.at(&state);
    if (!state.states().empty() || state.parallel() || state.transitions_size() > 1) {
      Add(places_.Of(state), "history", "at most one transition in a history", "there is more");
    }
    for (const Transition& transition : state.transitions()) {
      const State* target = Find(transition.to());
      if (target != nullptr && (IsHistory(*target) || target == parent || parent == nullptr || !IsIn(target, parent))) {
        Add(places_.Of(transition), "history", "a target in the same state", "this one is not");
      }
      if (transition.has_on() || !transition.gates().empty()) {
        Add(places_.Of(transition), "history", "neither event nor gates: a history only says what comes first", "there is one");
      }
    }
  }

  void CheckTransition(const Transition& transition) {
    if (transition.on().internal() != workflow::v1::INTERNAL_UNSPECIFIED) {
      Add(places_.Of(transition, "on"), "trigger", "the name of an event: what happens inside is a gate's condition", "this is none");
    }
    if (!transition.has_on() && transition.gates().empty()) {
      Add(places_.Of(transition), "no_gate", "an event or gates", "without either its state would be left at once");
    }
  }

  // The way through
  // ------------------------------------------------------------------------------------------------------------------------

  // As if every gate were open: a state that is not reached then never is.
  void CheckReachable() {
    std::vector<const State*> todo;
    absl::flat_hash_set<const State*> reached;
    const auto reach = [&](const State* state) {
      if (state != nullptr && reached.insert(state).second) todo.push_back(state);
    };
    reach(&definition_.phases(0));
    while (!todo.empty()) {
      const State* state = todo.back();
      todo.pop_back();
      reach(parents_.at(state));
      if (const State* parent = parents_.at(state); IsHistory(*state) && parent != nullptr) reach(Default(*parent));
      // Whoever is in one region is in all.
      if (state->parallel()) std::for_each(state->states().begin(), state->states().end(), [&](const State& region) { reach(&region); });
      if (!state->states().empty() && !state->parallel() && IsEnteredByDefault(*state)) reach(Initial(*state));
      for (const Transition& transition : state->transitions()) reach(Find(transition.to()));
    }
    for (const State* state : all_) {
      if (!reached.contains(state) && !(IsHistory(*state) && reached.contains(parents_.at(state)))) {
        Add(places_.Of(*state), "unreachable", "a way to this state", "there is none");
      }
    }
  }

  const State* Initial(const State& state) const { return state.initial().empty() ? Default(state) : Find(state.initial()); }

  // What a history leads to that has no transition of its own, at the latest.
  const State* Default(const State& state) const {
    const State* initial = state.initial().empty() ? nullptr : Find(state.initial());
    if (initial != nullptr && !IsHistory(*initial)) return initial;
    const auto it = std::find_if(state.states().begin(), state.states().end(), [](const State& child) { return !IsHistory(child); });
    return it == state.states().end() ? nullptr : &*it;
  }

  // The start, a region, or the target of a transition: the initial states of others are passed by.
  bool IsEnteredByDefault(const State& state) const {
    const State* parent = parents_.at(&state);
    if (&state == &definition_.phases(0) || (parent != nullptr && (parent->parallel() || Initial(*parent) == &state))) return true;
    if (!has_targets_) {
      has_targets_ = true;
      for (const State* one : all_) {
        for (const Transition& transition : one->transitions()) targets_.insert(transition.to());
      }
    }
    return targets_.contains(state.name());
  }

  // From every phase there is a way to an end.
  void CheckEnds() {
    absl::flat_hash_set<const State*> ends;
    for (const State& phase : definition_.phases()) {
      if (IsFinal(phase)) ends.insert(&phase);
    }
    for (bool grew = true; grew;) {
      grew = false;
      for (const State& phase : definition_.phases()) {
        if (!ends.contains(&phase) && LeadsTo(phase, ends)) grew = ends.insert(&phase).second;
      }
    }
    for (const State& phase : definition_.phases()) {
      if (!ends.contains(&phase)) Add(places_.Of(phase), "dead_end", "a way from this phase to a final one", "there is none");
    }
  }

  bool LeadsTo(const State& state, const absl::flat_hash_set<const State*>& phases) const {
    const bool directly = std::any_of(state.transitions().begin(), state.transitions().end(), [&](const Transition& transition) {
      const State* target = Find(transition.to());
      while (target != nullptr && parents_.at(target) != nullptr) target = parents_.at(target);
      return phases.contains(target);
    });
    return directly ||
           std::any_of(state.states().begin(), state.states().end(), [&](const State& child) { return LeadsTo(child, phases); });
  }

  const WorkflowDefinition& definition_;
  const Places& places_;
  Findings* findings_;
  std::vector<const State*> all_;  // in document order
  absl::flat_hash_map<std::string, const State*> states_;
  absl::flat_hash_map<const State*, const State*> parents_;
  mutable bool has_targets_ = false;
  mutable absl::flat_hash_set<std::string> targets_;
};

}  // namespace

void CheckChart(const WorkflowDefinition& definition, const Places& places, Findings* findings) {
  ChartChecker(definition, places, findings).Check();
}

}  // namespace overdracht::chart
