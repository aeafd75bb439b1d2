// A compiled workflow: the definition, found quickly, and its chart (Harel statechart with the semantics of W3C SCXML).
//
// The chart is a tree of states. A configuration is the set of active states, written outermost first, parallel regions in the order
// of the definition; its first entry is the phase. Transitions are taken one microstep at a time: those that the event enables first,
// then those without event, until none is enabled (run to completion). A deeper state's transition comes before its ancestor's.
#ifndef OVERDRACHT_SERVICES_CHART_WORKFLOW_H_
#define OVERDRACHT_SERVICES_CHART_WORKFLOW_H_

#include <absl/container/flat_hash_map.h>
#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <string>
#include <absl/strings/string_view.h>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "overdracht/workflow/v1/definition.pb.h"

namespace overdracht::chart {

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

class Workflow {
 public:
  // The definition must be sound by itself (services/chart/check): every name that it uses is there. Else INVALID_ARGUMENT.
  static absl::StatusOr<std::shared_ptr<const Workflow>> Compile(workflow::v1::WorkflowDefinition definition);

  const workflow::v1::WorkflowDefinition& definition() const { return definition_; }
  const std::string& id() const { return definition_.id(); }
  // 64 hexadecimal digits: SHA-256 over the deterministic serialization of the definition.
  const std::string& version() const { return version_; }

  // Null where there is none of that name.
  const workflow::v1::Task* FindTask(absl::string_view name) const;
  const workflow::v1::Decision* FindDecision(absl::string_view name) const;
  const workflow::v1::Series* FindSeries(absl::string_view name) const;
  const workflow::v1::ContactKind* FindContact(absl::string_view kind) const;  // a series' kind of contact too
  const workflow::v1::Requirement* FindRequirement(absl::string_view event) const;
  bool IsAgreement(absl::string_view name) const;
  // Indexes into definition().rules() of the rules on this event, or on this internal event.
  const std::vector<int>& RulesOn(absl::string_view event) const;
  const std::vector<int>& RulesOn(workflow::v1::Internal internal) const;
  // Durations of `elapsed` in conditions that matter while this state is active, in the order of the definition.
  const std::vector<std::string>& Milestones(absl::string_view state) const;

  // The configuration in which a traject starts.
  Microstep Start() const;
  // The next microstep: for `event`, or without event where it is null. Nothing: the chart is at rest.
  std::optional<Microstep> Next(const Configuration& configuration, const Histories& histories, const event::v1::Event* event,
                                Guard guard) const;

 private:
  Workflow() = default;

  struct Node;  // a state with its place in the tree
  const Node* FindState(absl::string_view name) const;

  workflow::v1::WorkflowDefinition definition_;
  std::string version_;
  std::vector<std::shared_ptr<const Node>> nodes_;  // in document order
  absl::flat_hash_map<std::string, int> state_index_, task_index_, decision_index_, series_index_, contact_index_, requirement_index_;
  absl::flat_hash_map<std::string, std::vector<int>> rules_on_event_;
  absl::flat_hash_map<int, std::vector<int>> rules_on_internal_;
  absl::flat_hash_map<std::string, std::vector<std::string>> milestones_;
};

// Whether the event is the one that the trigger waits for (name and every `where`). False for an internal trigger.
bool Matches(const workflow::v1::Trigger& trigger, const event::v1::Event& event);

// The name of the event's kind: trajecten.started, … Empty when it has no data.
const std::string& EventName(const event::v1::Event& event);

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
