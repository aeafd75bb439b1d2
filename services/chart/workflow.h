// A compiled workflow: the definition, found quickly, and its chart (Harel statechart with the semantics of W3C SCXML, interpreter.h).
//
// The chart is a tree of states. A configuration is the set of active states, written outermost first, parallel regions in the order
// of the definition; its first entry is the phase. Transitions are taken one microstep at a time: those that the event enables first,
// then those without event, until none is enabled (run to completion). A deeper state's transition comes before its ancestor's.
#ifndef OVERDRACHT_SERVICES_CHART_WORKFLOW_H_
#define OVERDRACHT_SERVICES_CHART_WORKFLOW_H_

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "overdracht/workflow/v1/definition.pb.h"
#include "services/base/time.h"
#include "services/chart/interpreter.h"
#include "services/chart/trigger.h"

namespace overdracht::chart {

class Workflow {
 public:
  // The definition must be sound by itself (services/chart/check): every name that it uses is there, every duration is one. Else
  // INVALID_ARGUMENT.
  static absl::StatusOr<std::shared_ptr<const Workflow>> Compile(workflow::v1::WorkflowDefinition definition);

  const workflow::v1::WorkflowDefinition& definition() const { return definition_; }
  const std::string& id() const { return definition_.id(); }
  // 64 hexadecimal digits: SHA-256 over the deterministic serialization of the definition.
  const std::string& version() const { return version_; }

  // Null where there is none of that name.
  const workflow::v1::Task* FindTask(absl::string_view name) const;
  // The task that events and notices call this: `x:<reference>` is a task per reference, `x` is not; both may be there (Task.called).
  const workflow::v1::Task* FindTaskCalled(absl::string_view task) const;
  // Its index in definition().tasks(); -1: none. `likely` is tried first: a traject's tasks mostly lie in the definition's order.
  int IndexOfTaskCalled(absl::string_view task, int likely = 0) const;
  // Indexes of the tasks that may open or close by themselves, and of those whose terms may stand still while the traject goes on: few,
  // so that not every task is asked after every event.
  const std::vector<int>& TasksThatMove() const { return tasks_that_move_; }
  const std::vector<int>& TasksThatStandStill() const { return tasks_that_stand_still_; }
  const workflow::v1::Decision* FindDecision(absl::string_view name) const;
  const workflow::v1::Series* FindSeries(absl::string_view name) const;
  const workflow::v1::ContactKind* FindContact(absl::string_view kind) const;  // a series' kind of contact too
  const workflow::v1::Requirement* FindRequirement(absl::string_view event) const;
  bool IsAgreement(absl::string_view name) const;
  // Indexes into definition().rules() of the rules on this event, or on this internal event.
  const std::vector<int>& RulesOn(absl::string_view event) const;
  const std::vector<int>& RulesOn(workflow::v1::Internal internal) const;
  // What a duration of the definition (a term, a wait, a grace, …) says; `text` as it stands there, not empty.
  const base::Duration& DurationOf(absl::string_view text) const;
  // Durations of `elapsed` in conditions that matter while this phase is active, in the order of the definition.
  const std::vector<std::string>& Milestones(absl::string_view phase) const;
  // Null: no state of that name.
  const workflow::v1::State* FindState(absl::string_view name) const { return chart_.Find(name); }
  // The phase that this state lies in (a phase lies in itself); empty: no state of that name.
  const std::string& PhaseOf(absl::string_view state) const { return chart_.PhaseOf(state); }

  // The configuration in which a traject starts.
  Microstep Start() const { return chart_.Start(); }
  // The next microstep: for `event`, or without event where it is null. Nothing: the chart is at rest.
  std::optional<Microstep> Next(const Configuration& configuration, const Histories& histories, const event::v1::Event* event,
                                Guard guard) const {
    return chart_.Next(configuration, histories, event, guard);
  }

 private:
  using Index = absl::flat_hash_map<std::string, int>;

  Workflow() = default;
  absl::Status Build();
  void AddMilestones();

  workflow::v1::WorkflowDefinition definition_;
  std::string version_;
  Chart chart_;
  Index tasks_, called_, decisions_, series_, contacts_, requirements_;
  std::vector<int> tasks_that_move_, tasks_that_stand_still_;
  std::vector<workflow::v1::ContactKind> contact_kinds_;
  absl::flat_hash_set<std::string> agreements_;
  absl::flat_hash_map<std::string, std::vector<int>> rules_on_event_;
  absl::flat_hash_map<int, std::vector<int>> rules_on_internal_;
  absl::flat_hash_map<std::string, std::vector<std::string>> milestones_;
  absl::flat_hash_map<std::string, base::Duration> durations_;
};

// The workflows that are deployed: for each id the current version, and every version that a traject runs on.
class Workflows {
 public:
  void Add(std::shared_ptr<const Workflow> workflow);
  // By id (the one added last) or id@version. Null: unknown.
  const Workflow* Find(absl::string_view id_or_version) const;
  const Workflow* Find(absl::string_view id, absl::string_view version) const;
  // Some deployed workflow names this kind of contact.
  bool KnowsContact(absl::string_view kind) const;
  std::vector<std::shared_ptr<const Workflow>> All() const;  // every version, in the order in which they were added

 private:
  std::vector<std::shared_ptr<const Workflow>> all_;
  absl::flat_hash_map<std::string, int> current_;
};

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_WORKFLOW_H_
