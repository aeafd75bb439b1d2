#include "services/chart/workflow.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "services/base/check.h"
#include "services/base/sha256.h"
#include "services/chart/schema.h"

namespace overdracht::chart {
namespace {

using workflow::v1::Condition;
using workflow::v1::State;
using workflow::v1::WorkflowDefinition;

std::string VersionOf(const WorkflowDefinition& definition) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    definition.SerializeToCodedStream(&coded);
  }
  return base::Hex(base::Sha256(bytes));
}

template <typename Entries, typename Index>
absl::Status AddAll(const Entries& entries, absl::string_view kind, Index* index) {
  for (int i = 0; i < entries.size(); ++i) {
    if (!index->emplace(entries[i].name(), i).second) {
      return absl::InvalidArgumentError(absl::StrCat("two of ", kind, " are called ", entries[i].name()));
    }
  }
  return absl::OkStatus();
}

template <typename Entries, typename Index>
auto FindIn(const Entries& entries, const Index& index, absl::string_view name) -> decltype(&entries[0]) {
  const auto it = index.find(name);
  return it == index.end() ? nullptr : &entries[it->second];
}

// Every duration in the message and in what it holds. They are known by the options of their fields.
absl::Status AddDurations(const google::protobuf::Message& message, absl::flat_hash_map<std::string, base::Duration>* by_text) {
  const auto* reflection = message.GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (RuleOf(field).means() == workflow::v1::MEANING_DURATION) {
      const std::string text = reflection->GetString(message, field);
      const std::optional<base::Duration> duration = base::ParseDuration(text);
      if (!duration) return absl::InvalidArgumentError(absl::StrCat(text, " is no duration"));
      by_text->emplace(text, *duration);
    }
    if (field->message_type() == nullptr) continue;
    const int size = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < size; ++i) {
      const auto& held = field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i) : reflection->GetMessage(message, field);
      if (absl::Status status = AddDurations(held, by_text); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

void AddElapsed(const Condition& condition, std::vector<std::string>* durations) {
  const auto add_all = [&](const workflow::v1::Conditions& conditions) {
    for (const Condition& one : conditions.conditions()) AddElapsed(one, durations);
  };
  switch (condition.condition_case()) {
    case Condition::kAll:
      return add_all(condition.all());
    case Condition::kAny:
      return add_all(condition.any());
    case Condition::kNot:
      return AddElapsed(condition.not_(), durations);
    case Condition::kElapsed:
      if (std::find(durations->begin(), durations->end(), condition.elapsed()) == durations->end()) {
        durations->push_back(condition.elapsed());
      }
      return;
    default:
      return;
  }
}

void AddElapsedIn(const State& state, std::vector<std::string>* durations) {
  for (const auto& transition : state.transitions()) {
    for (const auto& gate : transition.gates()) AddElapsed(gate.when(), durations);
  }
  for (const State& child : state.states()) AddElapsedIn(child, durations);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const Workflow>> Workflow::Compile(WorkflowDefinition definition) {
  std::shared_ptr<Workflow> workflow(new Workflow);
  workflow->definition_ = std::move(definition);
  if (absl::Status status = workflow->Build(); !status.ok()) return status;
  return workflow;
}

absl::Status Workflow::Build() {
  version_ = VersionOf(definition_);
  if (absl::Status status = chart_.Build(definition_); !status.ok()) return status;
  if (absl::Status status = AddAll(definition_.tasks(), "the tasks", &tasks_); !status.ok()) return status;
  if (absl::Status status = AddAll(definition_.series(), "the series", &series_); !status.ok()) return status;
  if (absl::Status status = AddAll(definition_.decisions(), "the decisions", &decisions_); !status.ok()) return status;
  for (int i = 0; i < definition_.tasks_size(); ++i) {
    const workflow::v1::Task& task = definition_.tasks(i);
    const std::string& called = task.called().empty() ? task.name() : task.called();
    if (!called_.emplace(absl::StrCat(called, task.per_reference() ? ":" : ""), i).second) {
      return absl::InvalidArgumentError(absl::StrCat("two of the tasks are called ", called));
    }
    if (task.has_open_while() || task.has_closes_when() || !task.after().empty()) tasks_that_move_.push_back(i);
    if (task.has_stands_still_while()) tasks_that_stand_still_.push_back(i);
  }
  contact_kinds_.assign(definition_.contacts().begin(), definition_.contacts().end());
  if (absl::Status status = AddAll(definition_.contacts(), "the contacts", &contacts_); !status.ok()) return status;
  for (const auto& series : definition_.series()) {
    if (!contacts_.emplace(series.contact(), contact_kinds_.size()).second) continue;
    contact_kinds_.emplace_back().set_name(series.contact());
  }
  for (int i = 0; i < definition_.requirements_size(); ++i) requirements_.emplace(definition_.requirements(i).event(), i);
  for (const auto& decision : definition_.decisions()) {
    agreements_.insert(decision.agreements().begin(), decision.agreements().end());
  }
  for (int i = 0; i < definition_.rules_size(); ++i) {
    const workflow::v1::Rule& rule = definition_.rules(i);
    if (!rule.on().event().empty() && FindEvent(rule.on().event()) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat("there is no event ", rule.on().event()));
    }
    for (const std::string& task : rule.opens()) {
      if (!tasks_.contains(task)) return absl::InvalidArgumentError(absl::StrCat("there is no task ", task));
    }
    if (!rule.on().event().empty()) rules_on_event_[rule.on().event()].push_back(i);
    if (rule.on().internal() != workflow::v1::INTERNAL_UNSPECIFIED) rules_on_internal_[rule.on().internal()].push_back(i);
  }
  AddMilestones();
  return AddDurations(definition_, &durations_);
}

// A condition of a state matters in its phase, one of a task in the phases where that can be open, every other in all phases.
void Workflow::AddMilestones() {
  for (const State& phase : definition_.phases()) {
    std::vector<std::string>& durations = milestones_[phase.name()];
    AddElapsedIn(phase, &durations);
    for (const auto& task : definition_.tasks()) {
      const auto& phases = task.phases();
      const bool matters = !phases.empty() ? std::count(phases.begin(), phases.end(), phase.name()) > 0
                                           : task.table().empty() || PhaseOf(task.table()) == phase.name();
      if (!matters) continue;
      for (const Condition* condition : {&task.open_while(), &task.closes_when(), &task.stands_still_while(), &task.opens_if()}) {
        AddElapsed(*condition, &durations);
      }
    }
    for (const auto& decision : definition_.decisions()) {
      AddElapsed(decision.when(), &durations);
      AddElapsed(decision.awaited(), &durations);
    }
    AddElapsed(definition_.stay().while_(), &durations);
  }
}

const workflow::v1::Task* Workflow::FindTask(absl::string_view name) const { return FindIn(definition_.tasks(), tasks_, name); }

const workflow::v1::Task* Workflow::FindTaskCalled(absl::string_view task) const {
  const int index = IndexOfTaskCalled(task);
  return index < 0 ? nullptr : &definition_.tasks(index);
}

int Workflow::IndexOfTaskCalled(absl::string_view task, int likely) const {
  if (likely < definition_.tasks_size()) {
    const workflow::v1::Task& one = definition_.tasks(likely);
    if (!one.per_reference() && (one.called().empty() ? one.name() : one.called()) == task) return likely;
  }
  const size_t colon = task.find(':');
  const auto it = called_.find(colon == absl::string_view::npos ? task : task.substr(0, colon + 1));
  return it == called_.end() ? -1 : it->second;
}

const workflow::v1::Decision* Workflow::FindDecision(absl::string_view name) const {
  return FindIn(definition_.decisions(), decisions_, name);
}

const workflow::v1::Series* Workflow::FindSeries(absl::string_view name) const { return FindIn(definition_.series(), series_, name); }

const workflow::v1::ContactKind* Workflow::FindContact(absl::string_view kind) const { return FindIn(contact_kinds_, contacts_, kind); }

const workflow::v1::Requirement* Workflow::FindRequirement(absl::string_view event) const {
  return FindIn(definition_.requirements(), requirements_, event);
}

bool Workflow::IsAgreement(absl::string_view name) const { return agreements_.contains(name); }

const std::vector<int>& Workflow::RulesOn(absl::string_view event) const {
  static const auto* none = new std::vector<int>;
  const auto it = rules_on_event_.find(event);
  return it == rules_on_event_.end() ? *none : it->second;
}

const std::vector<int>& Workflow::RulesOn(workflow::v1::Internal internal) const {
  static const auto* none = new std::vector<int>;
  const auto it = rules_on_internal_.find(internal);
  return it == rules_on_internal_.end() ? *none : it->second;
}

const base::Duration& Workflow::DurationOf(absl::string_view text) const {
  const auto it = durations_.find(text);
  OVERDRACHT_CHECK(it != durations_.end(), "a duration that is not in the definition");
  return it->second;
}

const std::vector<std::string>& Workflow::Milestones(absl::string_view phase) const {
  static const auto* none = new std::vector<std::string>;
  const auto it = milestones_.find(phase);
  return it == milestones_.end() ? *none : it->second;
}

// The deployed workflows ---------------------------------------------------------------------------------------------------------------

void Workflows::Add(std::shared_ptr<const Workflow> workflow) {
  const auto same = std::find_if(all_.begin(), all_.end(),
                                 [&](const auto& one) { return one->id() == workflow->id() && one->version() == workflow->version(); });
  current_[workflow->id()] = static_cast<int>(same - all_.begin());
  if (same == all_.end()) all_.push_back(std::move(workflow));
}

const Workflow* Workflows::Find(absl::string_view id_or_version) const {
  const size_t at = id_or_version.find('@');
  if (at != absl::string_view::npos) return Find(id_or_version.substr(0, at), id_or_version.substr(at + 1));
  const auto it = current_.find(id_or_version);
  return it == current_.end() ? nullptr : all_[it->second].get();
}

const Workflow* Workflows::Find(absl::string_view id, absl::string_view version) const {
  const auto it = std::find_if(all_.begin(), all_.end(), [&](const auto& one) { return one->id() == id && one->version() == version; });
  return it == all_.end() ? nullptr : it->get();
}

bool Workflows::KnowsContact(absl::string_view kind) const {
  return std::any_of(all_.begin(), all_.end(), [&](const auto& one) { return one->FindContact(kind) != nullptr; });
}

std::vector<std::shared_ptr<const Workflow>> Workflows::All() const { return all_; }

}  // namespace overdracht::chart
