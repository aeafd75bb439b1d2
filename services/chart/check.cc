#include "services/chart/check.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <functional>
#include <set>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/chart/check_chart.h"
#include "services/chart/trigger.h"

namespace overdracht::chart {
namespace {

using google::protobuf::RepeatedPtrField;
using workflow::v1::Condition;
using workflow::v1::Escalation;
using workflow::v1::Gate;
using workflow::v1::Party;
using workflow::v1::State;
using workflow::v1::Task;
using workflow::v1::WorkflowDefinition;

class Checker {
 public:
  Checker(const WorkflowDefinition& definition, const Places& places, Findings* findings)
      : definition_(definition), places_(places), findings_(findings) {}

  void Check() {
    for (const auto& rule : definition_.rules()) {
      opened_by_rules_.insert(rule.opens().begin(), rule.opens().end());
      if (!rule.awaits().empty()) awaited_by_rules_.insert(rule.awaits());
    }
    for (const Task& task : definition_.tasks()) CheckTask(task);
    CheckCalled();
    for (const auto& series : definition_.series()) CheckParties(series, series.tell(), {});
    for (const auto& decision : definition_.decisions()) CheckDecision(decision);
    for (const auto& rule : definition_.rules()) CheckRule(rule);
    CheckProtocols();
    CheckEndings();
    for (const auto& requirement : definition_.requirements()) CheckRequirement(requirement);
    for (const auto& invariant : definition_.invariants()) CheckInvariant(invariant);
    for (const State& phase : definition_.phases()) CheckGatesOf(phase);
  }

 private:
  void Add(const Place& place, absl::string_view code, absl::string_view expected, absl::string_view but) {
    findings_->Add(place, code, absl::StrCat("expected ", expected, ", but ", but));
  }

  // Tasks ------------------------------------------------------------------------------------------------------------------------------

  void CheckTask(const Task& task) {
    const bool by_itself = task.has_open_while() || task.has_closes_when();
    const bool by_rule = opened_by_rules_.contains(task.name());
    if (!task.optional() && task.term().empty() && !places_.Has(task, "term"))
      Add(places_.Of(task), "no_term", "a term: a required task never waits for ever", "it has none");
    if (task.optional() && (!task.term().empty() || !task.terms().empty())) {
      Add(places_.Of(task, "term"), "term", "no term, for nobody waits for an optional task", "it has one");
    }
    CheckParties(task, task.also_tell(), {workflow::v1::RELATION_OWNER});
    if (task.owner().has_relation() && task.owner().relation() != workflow::v1::RELATION_RESPONSIBLE) {
      Add(places_.Of(task, "owner"), "owner", "a role, or responsible", "this is neither");
    }
    if (task.table().empty() && !by_rule && !task.has_open_while() && task.after().empty()) {
      Add(places_.Of(task), "never_opens", "a rule that opens it, open_while or after", "this task outside the tables has none of these");
    }
    if (task.has_closes_when() && !by_rule && !task.has_open_while() && task.table().empty()) {
      Add(places_.Of(task, "closes_when"), "never_opens", "a rule that opens it, or open_while", "there is neither");
    }
    if (task.declines_support() && !task.has_open_while()) {
      Add(places_.Of(task, "declines_support"), "form", "open_while beside declines_support", "there is none");
    }
    if (task.per_reference() && (!task.table().empty() || !by_rule || task.has_open_while())) {
      Add(places_.Of(task, "per_reference"), "form", "a task outside the tables that a rule opens, once for each reference",
          "this one is not");
    }
    if (task.has_opens_if() && task.table().empty()) {
      Add(places_.Of(task, "opens_if"), "form", "opens_if at a task in a table", "this one is in none");
    }
    if (task.ends_traject() && (by_itself || task.per_reference() || task.optional())) {
      Add(places_.Of(task, "ends_traject"), "form", "a required task that is closed by hand", "this one is not");
    }
    CheckPhases(task);
    CheckAfter(task);
  }

  void CheckPhases(const Task& task) {
    if (task.phases().empty()) return;
    for (const auto& term : task.terms()) {
      if (std::count(task.phases().begin(), task.phases().end(), term.phase()) > 0) continue;
      Add(places_.Of(term), "unknown_reference", "one of the phases in which the task can be open", "this is none");
    }
  }

  // A task that waits for a task that waits for it never opens.
  void CheckAfter(const Task& task) {
    std::set<std::string> seen = {task.name()};
    for (const Task* before = FindTask(task.after()); before != nullptr; before = FindTask(before->after())) {
      if (before->name() == task.name())
        return Add(places_.Of(task, "after"), "never_opens", "a task that can be closed first", "they wait for each other");
      if (!seen.insert(before->name()).second) return;
    }
  }

  void CheckCalled() {
    std::set<std::string> called, names;
    for (const Task& task : definition_.tasks()) {
      if (!names.insert(task.name()).second) continue;  // found by the reader
      const std::string& name = task.called().empty() ? task.name() : task.called();
      if (called.insert(absl::StrCat(name, task.per_reference() ? ":" : "")).second) continue;
      Add(places_.Of(task, "called"), "duplicate_name", "one task of this name, or one beside one per_reference",
          absl::StrCat("'", name, "' is there already"));
    }
  }

  const Task* FindTask(absl::string_view name) const {
    if (tasks_.empty()) {
      for (const Task& task : definition_.tasks()) tasks_.emplace(task.name(), &task);
    }
    const auto it = tasks_.find(std::string(name));
    return it == tasks_.end() ? nullptr : it->second;
  }

  // Chains of escalation and rules -----------------------------------------------------------------------------------------------------

  // Some parties are there only where the thing that is waited for has them.
  void CheckParties(const google::protobuf::Message& where, const RepeatedPtrField<Party>& parties,
                    const std::set<workflow::v1::Relation>& also) {
    for (const Party& party : parties) {
      const workflow::v1::Relation relation = party.relation();
      const bool always =
          !party.has_relation() || relation == workflow::v1::RELATION_RESPONSIBLE || relation == workflow::v1::RELATION_CARE_ROLES;
      if (!always && !also.contains(relation)) {
        Add(places_.Of(party), "party", "somebody who is there", absl::StrCat("nobody is the ", base::Code(relation), " here"));
      }
    }
  }

  void CheckEscalation(const Escalation& escalation, const std::set<workflow::v1::Relation>& also) {
    for (int i = 0; i < escalation.steps_size(); ++i) {
      const auto& step = escalation.steps(i);
      CheckParties(step, step.tell(), also);
      if (i == 0 && !(step.wait().empty() && step.at_most().empty())) {
        Add(places_.Of(step), "first_step", "no wait and no at_most: the first step comes when the term runs out", "there is one");
      }
      if (!step.at_most().empty() && !step.wait().empty()) {
        Add(places_.Of(step, "at_most"), "form", "either wait or at_most", "there are both");
      }
    }
  }

  // Each step after the first says how long to wait for it, and there is one.
  static bool HasWaits(const Escalation& escalation) {
    if (escalation.steps_size() < 2) return false;
    return std::none_of(escalation.steps().begin() + 1, escalation.steps().end(), [](const auto& step) { return step.wait().empty(); });
  }

  void CheckDecision(const workflow::v1::Decision& decision) {
    const bool is_awaited = decision.has_awaited() || awaited_by_rules_.contains(decision.name());
    if (is_awaited && decision.term().empty())
      Add(places_.Of(decision), "no_term", "a term, for this decision is waited for", "it has none");
    if (!decision.term().empty() && decision.escalation().steps().empty()) {
      Add(places_.Of(decision), "no_escalation", "an escalation: whom to tell when the term runs out", "it has none");
    }
    CheckEscalation(decision.escalation(), {});
    CheckCondition(decision.when(), places_.Of(decision), false);
  }

  void CheckRule(const workflow::v1::Rule& rule) {
    CheckParties(rule, rule.tell(), {});
    if (rule.tell().empty() && rule.opens().empty() && rule.awaits().empty()) {
      Add(places_.Of(rule), "no_effect", "tell, opens or awaits", "this rule does nothing");
    }
    for (const std::string& name : rule.opens()) {
      const Task* task = FindTask(name);
      if (task == nullptr || !task->has_open_while()) continue;
      Add(places_.Of(rule, "opens"), "opens", "tasks that do not open by themselves", absl::StrCat("'", name, "' has open_while"));
    }
  }

  // What the term of an episode may be called; the engine's other terms are not an episode's.
  const std::set<notice::v1::TermKind> kEpisodeTerms = {notice::v1::TERM_KIND_ASSESSMENT, notice::v1::TERM_KIND_RESPONSE,
                                                        notice::v1::TERM_KIND_RESPITE, notice::v1::TERM_KIND_REVIEW};

  void CheckProtocols() {
    const std::set<workflow::v1::Relation> both = {workflow::v1::RELATION_SENDER, workflow::v1::RELATION_RECIPIENT};
    const auto& handover = definition_.handover();
    for (const auto* term : {&handover.answer(), &handover.more(), &handover.meeting(), &handover.farewell()}) {
      CheckEscalation(term->escalation(), both);
    }
    CheckEscalation(definition_.task_escalation(), {workflow::v1::RELATION_OWNER});
    CheckEscalation(definition_.stay().escalation(), {});
    std::set<notice::v1::EpisodeState> with_term;
    for (const auto& term : definition_.terugval().terms()) {
      with_term.insert(term.state());
      if (!kEpisodeTerms.contains(term.of()))
        Add(places_.Of(term, "of"), "term_kind", "assessment, response, respite or review", "it is otherwise");
      CheckEscalation(term.escalation(), {});
      const bool is_respite = term.state() == notice::v1::EPISODE_STATE_RESPIJT;
      if (is_respite != (term.dreigend().empty() && term.crisis().empty()) || term.dreigend().empty() != term.crisis().empty()) {
        Add(places_.Of(term), "no_term", is_respite ? "no terms, for respijt ends with its date" : "a term for dreigend and one for crisis",
            "it is otherwise");
      }
      if (is_respite && !HasWaits(term.escalation())) {
        Add(places_.Of(term), "no_wait", "a second step, and from then on a wait at each, for respijt has no term of its own to wait again",
            "it is otherwise");
      }
    }
    for (const auto state :
         {notice::v1::EPISODE_STATE_GESIGNALEERD, notice::v1::EPISODE_STATE_BEOORDEELD, notice::v1::EPISODE_STATE_OPGESCHAALD,
          notice::v1::EPISODE_STATE_RESPIJT, notice::v1::EPISODE_STATE_OPGENOMEN}) {
      if (with_term.contains(state) || definition_.terugval().terms().empty()) continue;
      Add(places_.Of(definition_.terugval(), "terms"), "no_term", absl::StrCat("a term for ", base::Code(state)), "it has none");
    }
  }

  void CheckEndings() {
    bool closes = false;
    std::set<event::v1::StopReason> reasons;
    for (const auto& ending : definition_.endings()) {
      reasons.insert(ending.reason());
      closes |= ending.to() == notice::v1::STATUS_AFSLUITEND;
      if (ending.to() == notice::v1::STATUS_AFSLUITEND || ending.to() == notice::v1::STATUS_GESTOPT) continue;
      Add(places_.Of(ending), "ending", "afsluitend or gestopt", "this is neither");
    }
    const auto* all = event::v1::StopReason_descriptor();
    for (int i = 1; i < all->value_count() && !reasons.empty(); ++i) {
      if (reasons.contains(static_cast<event::v1::StopReason>(all->value(i)->number()))) continue;
      Add(places_.Of(definition_, "endings"), "ending", absl::StrCat("what follows on ", base::CodeOf(all, all->value(i)->number())),
          "it is not said");
    }
    const bool can_end =
        std::any_of(definition_.tasks().begin(), definition_.tasks().end(), [](const Task& task) { return task.ends_traject(); });
    if (closes && !can_end) {
      Add(places_.Of(definition_, "endings"), "ending", "a task with ends_traject, for some endings are afsluitend", "there is none");
    }
  }

  // Gates ------------------------------------------------------------------------------------------------------------------------------

  void CheckGatesOf(const State& state) {
    for (const auto& transition : state.transitions()) {
      for (const Gate& gate : transition.gates()) CheckCondition(gate.when(), places_.Of(gate), false);
    }
    for (const State& child : state.states()) CheckGatesOf(child);
  }

  void CheckRequirement(const workflow::v1::Requirement& requirement) {
    const auto* event = FindEvent(requirement.event());
    const bool has_handover = event != nullptr && FindEventField(event, "handover") != nullptr;
    for (const Gate& gate : requirement.gates()) CheckCondition(gate.when(), places_.Of(gate), has_handover);
  }

  void CheckCondition(const Condition& condition, const Place& place, bool has_handover) {
    EachCondition(condition, [&](const Condition& one) {
      if ((one.has_this_transfers() || one.has_this_sender_leaving()) && !has_handover) {
        Add(place, "unknown_reference", "an event about a handover", "this one is not about any");
      }
    });
  }

  static void EachCondition(const Condition& condition, const std::function<void(const Condition&)>& visit) {
    visit(condition);
    if (condition.has_not_()) EachCondition(condition.not_(), visit);
    for (const Condition& one : condition.all().conditions()) EachCondition(one, visit);
    for (const Condition& one : condition.any().conditions()) EachCondition(one, visit);
  }

  // The author's invariants ------------------------------------------------------------------------------------------------------------

  void CheckInvariant(const workflow::v1::Invariant& invariant) {
    const auto role = invariant.no_gate_waits_for();
    if ((role == event::v1::ROLE_UNSPECIFIED) != invariant.has_always()) {
      Add(places_.Of(invariant), "form", "either no_gate_waits_for or always", "it is otherwise");
    }
    if (role == event::v1::ROLE_UNSPECIFIED) return;
    const auto check = [&](const Gate& gate) { CheckNoGateWaitsFor(invariant, gate); };
    const std::function<void(const State&)> check_state = [&](const State& state) {
      for (const auto& transition : state.transitions()) std::for_each(transition.gates().begin(), transition.gates().end(), check);
      std::for_each(state.states().begin(), state.states().end(), check_state);
    };
    std::for_each(definition_.phases().begin(), definition_.phases().end(), check_state);
    for (const auto& requirement : definition_.requirements()) {
      std::for_each(requirement.gates().begin(), requirement.gates().end(), check);
    }
  }

  void CheckNoGateWaitsFor(const workflow::v1::Invariant& invariant, const Gate& gate) {
    EachCondition(gate.when(), [&](const Condition& one) {
      for (const Task& task : definition_.tasks()) {
        const bool waits_for = one.has_task_closed() ? one.task_closed() == task.name()
                                                     : one.has_tasks_closed() && one.tasks_closed() == task.table() && !task.optional();
        if (!waits_for) continue;
        // A task that opens after another is waited for with it.
        int left = definition_.tasks_size();
        for (const Task* waited = &task; waited != nullptr && left-- > 0; waited = FindTask(waited->after())) {
          if (!waited->owner().has_role() || waited->owner().role() != invariant.no_gate_waits_for()) continue;
          Add(places_.Of(gate), "invariant",
              absl::StrCat("no gate that waits for a task of ", base::Code(invariant.no_gate_waits_for()), " (", invariant.name(), ")"),
              absl::StrCat("'", gate.name(), "' waits for '", waited->name(), "'"));
        }
      }
    });
  }

  const WorkflowDefinition& definition_;
  const Places& places_;
  Findings* findings_;
  std::set<std::string> opened_by_rules_, awaited_by_rules_;
  mutable std::map<std::string, const Task*> tasks_;
};

// Every name that a person may get to see.
std::map<std::string, Place> NamesOf(const WorkflowDefinition& definition, const Places& places) {
  std::map<std::string, Place> names;
  const auto add = [&](const auto& named) { names.emplace(named.name(), places.Of(named)); };
  const std::function<void(const State&)> add_state = [&](const State& state) {
    add(state);
    for (const auto& transition : state.transitions()) std::for_each(transition.gates().begin(), transition.gates().end(), add);
    std::for_each(state.states().begin(), state.states().end(), add_state);
  };
  std::for_each(definition.phases().begin(), definition.phases().end(), add_state);
  std::for_each(definition.tasks().begin(), definition.tasks().end(), add);
  std::for_each(definition.decisions().begin(), definition.decisions().end(), add);
  std::for_each(definition.series().begin(), definition.series().end(), add);
  std::for_each(definition.contacts().begin(), definition.contacts().end(), add);
  for (const auto& series : definition.series()) names.emplace(series.contact(), places.Of(series));
  for (const auto& decision : definition.decisions()) {
    for (const std::string& agreement : decision.agreements()) names.emplace(agreement, places.Of(decision, "agreements"));
  }
  for (const auto& requirement : definition.requirements()) std::for_each(requirement.gates().begin(), requirement.gates().end(), add);
  return names;
}

}  // namespace

void CheckDefinition(const WorkflowDefinition& definition, const Places& places, Findings* findings) {
  Checker(definition, places, findings).Check();
  CheckChart(definition, places, findings);
}

void CheckTexts(const WorkflowDefinition& definition, const Places& places, workflow::v1::WorkflowTexts* texts, Findings* findings) {
  const std::map<std::string, Place> names = NamesOf(definition, places);
  const std::string own_file = absl::StrCat(definition.id(), "/texts.nl.yaml");
  std::set<std::string> with_text;
  RepeatedPtrField<workflow::v1::Text> kept;
  for (const auto& text : texts->texts()) {
    with_text.insert(text.name());
    if (names.contains(text.name())) {
      *kept.Add() = text;
      continue;
    }
    const Place place = places.Of(text);
    if (place.file != nullptr && *place.file == own_file) {
      findings->Add(place, "unknown_text",
                    absl::StrCat("expected the name of something in this workflow, but there is no '", text.name(), "'"));
    }
  }
  texts->mutable_texts()->Swap(&kept);
  for (const auto& [name, place] : names) {
    if (!with_text.contains(name))
      findings->Add(place, "no_text", absl::StrCat("expected a text for '", name, "' in ", own_file, ", but there is none"));
  }
}

}  // namespace overdracht::chart
