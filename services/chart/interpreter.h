// The chart of a workflow: a tree of states, and the steps that it takes. Algorithm and words are those of W3C SCXML, appendix D:
// optimally enabled transitions (deepest first, then document order), removal of conflicts, exit set, history, entry set.
//
// What differs from SCXML: every transition has exactly one target and is external; an event is matched by its kind and fields, a
// condition by the caller's guard. States are numbered in document order, the chart itself is 0, so that a state's descendants are the
// numbers up to `last`.
#ifndef OVERDRACHT_SERVICES_CHART_INTERPRETER_H_
#define OVERDRACHT_SERVICES_CHART_INTERPRETER_H_

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>
#include <absl/functional/function_ref.h>
#include <absl/status/status.h>
#include <absl/strings/string_view.h>

#include <optional>
#include <string>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "overdracht/workflow/v1/definition.pb.h"

namespace overdracht::chart {

// The active states, outermost first, parallel regions in the order of the definition; the first is the phase.
using Configuration = std::vector<std::string>;
using Histories = std::vector<journal::v1::History>;
// Whether a condition holds in the traject as it is now.
using Guard = absl::FunctionRef<bool(const workflow::v1::Condition&)>;

// One microstep of the chart. In a parallel state several transitions may be taken in one.
struct Microstep {
  std::vector<const workflow::v1::Transition*> taken;
  std::vector<std::string> exited;   // innermost first
  std::vector<std::string> entered;  // outermost first
  Configuration configuration;       // after it
  Histories histories;               // after it
  // Other than UNSPECIFIED: a final state of the top was entered, the traject ends with this status.
  notice::v1::Status final = notice::v1::STATUS_UNSPECIFIED;
};

class Chart {
 public:
  // Refers to the definition from then on. INVALID_ARGUMENT: the definition's states are no chart.
  absl::Status Build(const workflow::v1::WorkflowDefinition& definition);

  Microstep Start() const;
  std::optional<Microstep> Next(const Configuration& configuration, const Histories& histories, const event::v1::Event* event,
                                Guard guard) const;

  // Null: no state of that name.
  const workflow::v1::State* Find(absl::string_view name) const;
  // The phase that this state lies in; empty: no state of that name.
  const std::string& PhaseOf(absl::string_view name) const;

 private:
  using Set = absl::InlinedVector<int, 16>;  // of states, ascending

  struct Arrow {
    const workflow::v1::Transition* transition;
    int source;
    int target;
    int event;  // number of the event's field in event.v1.Event; 0: taken without event
  };
  using Arrows = absl::InlinedVector<const Arrow*, 4>;
  struct Node {
    const workflow::v1::State* state = nullptr;
    int parent = -1;
    int last = 0;
    int initial = 0;  // the child entered by default; 0: an atomic state
    Set children;     // without histories
    Set histories;
    std::vector<Arrow> arrows;
  };

  void AddStates(const google::protobuf::RepeatedPtrField<workflow::v1::State>& states, int parent);
  absl::Status AddInitial(int index);
  absl::Status AddArrows(int index);
  bool IsHistory(int state) const { return state != 0 && nodes_[state].state->history() != workflow::v1::HISTORY_UNSPECIFIED; }
  bool IsParallel(int state) const { return state != 0 && nodes_[state].state->parallel(); }
  // Below it in the tree, not itself.
  bool IsDescendant(int state, int ancestor) const { return state > ancestor && state <= nodes_[ancestor].last; }

  Set Numbers(const Configuration& configuration) const;
  Arrows Enabled(const Set& active, const event::v1::Event* event, Guard guard) const;
  Arrows WithoutConflicts(Arrows enabled, const Set& active, const Histories& histories) const;
  int Domain(const Arrow& arrow, const Histories& histories) const;
  Set ExitSet(const Arrow& arrow, const Set& active, const Histories& histories) const;
  Set Remembered(int history, const Histories& histories) const;
  void Remember(int left, const Set& active, Histories* histories) const;
  void Enter(int state, const Histories& histories, std::vector<bool>* entered) const;
  void EnterAncestors(int state, int below, const Histories& histories, std::vector<bool>* entered) const;
  void EnterRegions(int parallel, const Histories& histories, std::vector<bool>* entered) const;
  void Finish(const Set& active, const std::vector<bool>& entered, Microstep* step) const;

  std::vector<Node> nodes_;
  absl::flat_hash_map<std::string, int> index_;
  std::vector<bool> waits_for_;  // by number of an event's field: some transition does
};

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_INTERPRETER_H_
