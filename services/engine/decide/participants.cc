// Who takes part, in which role, and who is responsible (invariant 1).

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

// Whoever joins is told where the traject stands; of an interruption only with a care role.
void Welcome(Work* work, const std::string& organisation) {
  notice::v1::TrajectChanged* told = work->TellOne(organisation)->mutable_traject_changed();
  told->set_phase(Phase(work->traject()));
  const bool hide = Interrupted(work->traject()) && !HoldsCareRole(work->traject(), organisation);
  told->set_status(hide ? notice::v1::STATUS_LOPEND : work->traject().status());
}

void BeginLeaving(Work* work, const std::string& organisation, Role role) {
  const bool responsible = work->traject().responsible() == organisation && !RuleOut(Rule::kResponsibleStaysOn);
  if (!responsible && !HasOpenHandover(work->traject(), organisation)) return;
  const journal::v1::Leaving* before = FindLeaving(work->traject(), organisation);
  const bool care = IsCareRole(role) || (before != nullptr && before->care());
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_leaving_begun()->mutable_leaving()->set_organisation(organisation);
    e->mutable_leaving_begun()->mutable_leaving()->set_care(care);
  });
}

}  // namespace

void FillRole(Work* work, Role role, const std::string& organisation) {
  const bool joins = !TakesPart(work->traject(), organisation);
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_role_filled()->mutable_participant()->set_role(role);
    e->mutable_role_filled()->mutable_participant()->set_organisation(organisation);
  });
  if (joins) Welcome(work, organisation);
}

void MoveResponsibility(Work* work, const std::string& to, const std::string& handover) {
  const std::string from = work->traject().responsible();
  work->Emit([&](journal::v1::Effect* e) { e->mutable_responsibility_moved()->set_to(to); });
  notice::v1::ResponsibilityMoved* told =
      work->Tell(RuleOut(Rule::kAllAreToldWhoHolds) ? Organisations{to} : Everybody(work->traject()))->mutable_responsibility_moved();
  told->set_handover(handover);
  told->set_from(from);
  told->set_to(to);
}

Refused Check(const Work& work, const event::v1::ParticipantsAdded& event) {
  if (Holder(work.traject(), event.role()).empty()) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_ROLE_TAKEN, {{"thing", base::Code(event.role())}});
}

void Do(Work* work, const event::v1::ParticipantsAdded& event) { FillRole(work, event.role(), event.organisation()); }

Refused Check(const Work& work, const event::v1::ParticipantsReplaced& event) {
  const std::string& holder = Holder(work.traject(), event.role());
  if (holder.empty()) return Illegal(journal::v1::REFUSAL_REASON_ROLE_EMPTY, {{"thing", base::Code(event.role())}});
  if (holder == event.organisation()) return Illegal(journal::v1::REFUSAL_REASON_SAME_ORGANISATION, {{"thing", base::Code(event.role())}});
  return std::nullopt;
}

void Do(Work* work, const event::v1::ParticipantsReplaced& event) {
  const std::string replaced = Holder(work->traject(), event.role());
  FillRole(work, event.role(), event.organisation());
  BeginLeaving(work, replaced, event.role());
}

}  // namespace overdracht::engine
