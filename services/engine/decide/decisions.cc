// Decisions that the workflow waits for or allows, and stays that have a longest duration. Where a decision leads is the chart's.

#include "services/engine/decide/rules.h"

namespace overdracht::engine {

void AwaitDecision(Work* work, const workflow::v1::Decision& decision) {
  if (decision.term().empty() || FindTimer(work->traject(), notice::v1::TERM_KIND_DECISION, decision.name()) != nullptr) return;
  SetTerm(work, notice::v1::TERM_KIND_DECISION, decision.name(), decision.term());
}

Refused Check(const Work& work, const event::v1::DecisionsTaken& event) {
  const workflow::v1::Decision& decision = *work.workflow().FindDecision(event.decision());
  if (!decision.has_when() || Holds(work, decision.when())) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_DECISION_NOT_AWAITED, {{"thing", "decision"}});
}

void Do(Work* work, const event::v1::DecisionsTaken& event) {
  const journal::v1::Decision* before = FindDecision(work->traject(), event.decision());
  journal::v1::Decision decision;
  decision.set_decision(event.decision());
  decision.set_outcome(event.outcome());
  for (const std::string& agreement : event.agreements()) decision.add_agreements(agreement);
  decision.set_awaited(before != nullptr && before->awaited());
  ClearTimer(work, notice::v1::TERM_KIND_DECISION, event.decision());
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_decision_changed()->mutable_decision() = decision; });
}

Refused Check(const Work&, const event::v1::StaysRegistered&) { return std::nullopt; }

void Do(Work* work, const event::v1::StaysRegistered& event) {
  ClearTimer(work, notice::v1::TERM_KIND_STAY, kStay);  // registered anew: it counts from the new day
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_stay_registered()->mutable_stay()->set_setting(event.setting());
    e->mutable_stay_registered()->mutable_stay()->set_since(event.since());
  });
}

}  // namespace overdracht::engine
