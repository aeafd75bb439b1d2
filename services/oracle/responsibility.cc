// 1  At every moment exactly one organisation is responsible, it takes part with a care role, and everybody knows which it is.
// Responsibility
//    moves in one step, from one named organisation to another.
// 2  It moves only by an accepted farewell at the end of a whole handover (the model notes what was missing, model_events.cc), or by the
//    guarantee of return.

#include "services/base/codes.h"
#include "services/oracle/checks.h"

namespace overdracht::oracle {
namespace {

using notice::v1::HANDOVER_STATE_AANGEHOUDEN;

void CheckOne(const Moment& m, Findings* f) {
  const std::string& responsible = m.after.responsible();
  f->Expect(1, !responsible.empty(), "nobody is responsible");
  f->Expect(1, responsible == m.is.responsible, "responsible is ", responsible, ", expected ", m.is.responsible);
  std::set<std::string> take_part;
  for (const auto& one : m.after.participants()) take_part.insert(one.organisation());
  for (const auto& one : m.after.leaving()) take_part.insert(one.organisation());
  f->Expect(1, take_part.count(responsible) > 0, "responsible is ", responsible, ", which takes no part");
  f->Expect(1, m.is.Care().count(m.is.responsible) > 0, "responsible is ", m.is.responsible, ", which has no care role");
  f->Expect(1, take_part == m.is.Everybody(), "another list of participants than was reported");
}

void CheckStep(const Moment& m, Findings* f) {
  int steps = 0, told = 0;
  for (const auto& one : m.record.effects()) steps += one.has_responsibility_moved();
  const bool started = m.before.status() == notice::v1::STATUS_UNSPECIFIED;
  const bool moves = !started && m.is.responsible != m.was.responsible;
  f->Expect(1, steps == (started || moves ? 1 : 0), "responsibility moved in ", steps, " steps");
  for (const auto& one : m.record.notices()) {
    if (!one.has_responsibility_moved()) continue;
    ++told;
    f->Expect(1, one.responsibility_moved().from() == m.was.responsible && one.responsibility_moved().to() == m.is.responsible,
              "told that responsibility moved to ", one.responsibility_moved().to(), ", expected ", m.is.responsible);
    f->Expect(1, Within(m.is.Everybody(), To(one)), "somebody was not told who is responsible now");
  }
  f->Expect(1, told == (moves ? 1 : 0), "responsibility moved, told ", told, " times");
}

void CheckMove(const Moment& m, Findings* f) {
  if (m.before.responsible().empty() || m.after.responsible() == m.before.responsible()) return;
  const auto* event = m.event();
  const bool farewell = event != nullptr && event->has_handovers_farewell_held();
  const bool back = event != nullptr && event->has_decisions_taken() && m.is.Holds(m.after.responsible(), event::v1::ROLE_ZORGAANBIEDER);
  f->Expect(2, farewell || back, "responsibility left ", m.before.responsible(), " without a farewell and without a decision to return");
  if (farewell)
    f->Expect(2, m.event()->organisation() == m.before.responsible(), "the party responsible was released by another's farewell");
}

void CheckHandovers(const Moment& m, Findings* f) {
  int transfers = 0;
  for (const Handover& one : m.is.handovers) {
    if (!one.transfers || !one.is_open()) continue;
    ++transfers;
    f->Expect(1, one.sender == m.is.responsible, "handover ", one.id, " transfers responsibility that ", one.sender, " does not have");
  }
  f->Expect(1, transfers <= 1, transfers, " handovers transfer responsibility at once");
  f->Expect(2, static_cast<size_t>(m.after.handovers_size()) == m.is.handovers.size(), "another number of handovers than was offered");
  for (const auto& one : m.after.handovers()) {
    const Handover* expected = m.is.FindHandover(one.handover());
    if (expected == nullptr) continue;
    const bool held = expected->transfers && expected->is_open() && m.is.TransfersHeld();
    const auto state = held ? HANDOVER_STATE_AANGEHOUDEN : expected->state;
    f->Expect(2, one.state() == state && (!held || one.held_in() == expected->state), "handover ", one.handover(), " is ",
              base::Code(one.state()), ", expected ", base::Code(state));
    const bool who =
        one.sender() == expected->sender && one.recipient() == expected->recipient && one.transfers_responsibility() == expected->transfers;
    f->Expect(2, who, "handover ", one.handover(), " is between others than it was offered between");
  }
}

// Sender and recipient are told of every state entered.
void CheckMoveTold(const Moment& m, Findings* f) {
  for (const auto& one : m.after.handovers()) {
    auto state = notice::v1::HANDOVER_STATE_UNSPECIFIED;
    for (const auto& before : m.before.handovers()) {
      if (before.handover() == one.handover()) state = before.state();
    }
    if (state == one.state()) continue;
    bool told = false;
    for (const auto& notice : m.record.notices()) {
      told |= notice.has_handover_changed() && notice.handover_changed().handover() == one.handover() &&
              notice.handover_changed().state() == one.state() && To(notice) == std::set<std::string>{one.sender(), one.recipient()};
    }
    f->Expect(2, told, "handover ", one.handover(), " is ", base::Code(one.state()), ", and the two sides were not told");
  }
}

}  // namespace

void CheckResponsibility(const Moment& moment, Findings* findings) {
  CheckOne(moment, findings);
  CheckStep(moment, findings);
  CheckMove(moment, findings);
  CheckHandovers(moment, findings);
  CheckMoveTold(moment, findings);
}

}  // namespace overdracht::oracle
