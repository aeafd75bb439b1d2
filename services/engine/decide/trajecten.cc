// Start and stop of a traject.

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

const workflow::v1::Ending* EndingFor(const Work& work, event::v1::StopReason reason) {
  for (const workflow::v1::Ending& ending : work.definition().endings()) {
    if (ending.reason() == reason) return &ending;
  }
  return nullptr;
}

bool Closes(const Work& work, event::v1::StopReason reason) {
  const workflow::v1::Ending* ending = EndingFor(work, reason);
  return ending != nullptr && ending->to() == notice::v1::STATUS_AFSLUITEND;
}

}  // namespace

void Start(Work* work, const event::v1::TrajectenStarted& event) {
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_traject_started()->set_workflow(work->workflow().id());
    e->mutable_traject_started()->set_version(work->workflow().version());
    e->mutable_traject_started()->set_client(event.client());
  });
  for (const event::v1::Participant& one : event.participants()) {
    work->Emit([&](journal::v1::Effect* e) { *e->mutable_role_filled()->mutable_participant() = one; });
  }
  work->Emit(
      [&](journal::v1::Effect* e) { e->mutable_responsibility_moved()->set_to(Holder(work->traject(), event::v1::ROLE_ZORGAANBIEDER)); });
  StartChart(work);
}

Refused Check(const Work& work, const event::v1::TrajectenStopped& event) {
  if (work.traject().status() == notice::v1::STATUS_AFSLUITEND && work.traject().stop_reason() == event.reason()) {
    return Illegal(journal::v1::REFUSAL_REASON_SAME_REASON, {{"state", base::Code(work.traject().status())}});
  }
  return std::nullopt;
}

void Do(Work* work, const event::v1::TrajectenStopped& event) {
  if (!Closes(*work, event.reason()) && !RuleOut(Rule::kWithdrawingEnds))
    return EndTraject(work, notice::v1::STATUS_GESTOPT, event.reason());
  if (work->traject().status() != notice::v1::STATUS_AFSLUITEND) return CloseTraject(work, event.reason());
  // Closing already: the reason is another one now, and nothing else.
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_status_changed()->set_status(notice::v1::STATUS_AFSLUITEND);
    e->mutable_status_changed()->set_stop_reason(event.reason());
  });
}

}  // namespace overdracht::engine
