// The warme overdracht (invariants 1, 2, 3):
//
//   (new)                -offered-------->  aangeboden            term: answer
//   aangeboden           -accepted------->  geaccepteerd          term: meeting; what consent covers is disclosed
//   aangeboden           -declined------->  afgewezen
//   aangeboden           -more-requested->  aanvulling_gevraagd   term: more
//   aanvulling_gevraagd  -offered-------->  aangeboden
//   geaccepteerd         -meeting-held--->  overlegd              term: farewell
//   overlegd             -farewell-held-->  afgerond              transferring: responsibility moves
//   any open             -withdrawn------>  ingetrokken
//   any open transferring one is aangehouden while the client is in crisis or away (follow/follow.cc); then only withdrawn

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

using journal::v1::Handover;
using notice::v1::HANDOVER_STATE_AANGEBODEN;
using notice::v1::HANDOVER_STATE_AANVULLING_GEVRAAGD;
using notice::v1::HANDOVER_STATE_AFGEROND;
using notice::v1::HANDOVER_STATE_AFGEWEZEN;
using notice::v1::HANDOVER_STATE_GEACCEPTEERD;
using notice::v1::HANDOVER_STATE_INGETROKKEN;
using notice::v1::HANDOVER_STATE_OVERLEGD;

struct StateTerm {
  TermKind of = notice::v1::TERM_KIND_UNSPECIFIED;
  const workflow::v1::Term* term = nullptr;
};

StateTerm TermIn(const Work& work, HandoverState state) {
  const workflow::v1::HandoverProtocol& protocol = work.definition().handover();
  switch (state) {
    case HANDOVER_STATE_AANGEBODEN:
      return {notice::v1::TERM_KIND_ANSWER, &protocol.answer()};
    case HANDOVER_STATE_AANVULLING_GEVRAAGD:
      return {notice::v1::TERM_KIND_MORE, &protocol.more()};
    case HANDOVER_STATE_GEACCEPTEERD:
      return {notice::v1::TERM_KIND_MEETING, &protocol.meeting()};
    case HANDOVER_STATE_OVERLEGD:
      return {notice::v1::TERM_KIND_FAREWELL, &protocol.farewell()};
    default:
      return {};
  }
}

// The term of the state it is in, held or not, no longer runs.
void ClearTerm(Work* work, const Handover& handover) {
  const HandoverState state = handover.state() == notice::v1::HANDOVER_STATE_AANGEHOUDEN ? handover.held_in() : handover.state();
  if (const StateTerm term = TermIn(*work, state); term.term != nullptr) ClearTimer(work, term.of, handover.handover());
}

void StartTerm(Work* work, const std::string& handover, HandoverState state) {
  if (RuleOut(Rule::kHandoverHasATerm)) return;
  if (const StateTerm term = TermIn(*work, state); term.term != nullptr) SetTerm(work, term.of, handover, term.term->term());
}

bool AtLeast(const google::protobuf::RepeatedField<int>& categories, const google::protobuf::RepeatedField<int>& earlier) {
  for (int category : earlier) {
    if (!Contains(categories, category)) return false;
  }
  return true;
}

Refused CheckOfferAgain(const Handover& before, const event::v1::HandoversOffered& event) {
  const bool same = before.recipient() == event.recipient() && before.purpose() == event.purpose() &&
                    before.transfers_responsibility() == event.transfers_responsibility() &&
                    AtLeast(event.categories(), before.categories());
  if (same) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_OFFER_DIFFERS, {{"thing", "handover"}, {"state", base::Code(before.state())}});
}

Refused CheckState(const Work& work, const std::string& id, HandoverState expected) {
  const Handover& handover = *FindHandover(work.traject(), id);
  if (handover.state() == expected) return std::nullopt;
  return WrongState("handover", base::Code(handover.state()), base::Code(expected));
}

// One of the meeting's participants, an OIN or a role, is this organisation.
bool Attends(const Work& work, const event::v1::HandoversMeetingHeld& event, const std::string& organisation) {
  for (const std::string& one : event.participants()) {
    if (one == organisation) return true;
    const std::optional<Role> role = base::Parse<Role>(one);
    if (role && HoldsRole(work.traject(), organisation, *role)) return true;
  }
  return false;
}

void TellOffered(Work* work, const Handover& handover) {
  notice::v1::OfferReceived* told = work->TellOne(handover.recipient())->mutable_offer_received();
  told->set_handover(handover.handover());
  told->set_sender(handover.sender());
  told->set_purpose(handover.purpose());
  *told->mutable_categories() = handover.categories();
  told->set_transfers_responsibility(handover.transfers_responsibility());
  told->set_answer_by_us(DueBy(*work, notice::v1::TERM_KIND_ANSWER, handover.handover()));
}

notice::v1::OfferAnswered* TellAnswered(Work* work, const std::string& id, notice::v1::OfferAnswer answer) {
  notice::v1::OfferAnswered* told = work->TellOne(FindHandover(work->traject(), id)->sender())->mutable_offer_answered();
  told->set_handover(id);
  told->set_answer(answer);
  return told;
}

}  // namespace

void TellHandover(Work* work, const std::string& id) {
  const Handover& handover = *FindHandover(work->traject(), id);
  notice::v1::Notice* notice = work->TellOne(handover.sender());
  notice->add_to(handover.recipient());
  notice::v1::HandoverChanged* told = notice->mutable_handover_changed();
  told->set_handover(id);
  told->set_state(handover.state());
  if (const StateTerm term = TermIn(*work, handover.state()); term.term != nullptr) told->set_due_by_us(DueBy(*work, term.of, id));
}

void MoveHandover(Work* work, const std::string& id, HandoverState state) {
  ClearTerm(work, *FindHandover(work->traject(), id));
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_handover_moved()->set_handover(id);
    e->mutable_handover_moved()->set_state(state);
  });
  StartTerm(work, id, state);
  TellHandover(work, id);
}

void WithdrawHandover(Work* work, const std::string& id) {
  MoveHandover(work, id, HANDOVER_STATE_INGETROKKEN);
  CloseDisclosures(work, id, notice::v1::CLOSE_REASON_HANDOVER_WITHDRAWN);
  EndOverrides(work, id);
}

Refused Check(const Work& work, const event::v1::HandoversOffered& event) {
  const Traject& traject = work.traject();
  if (const Handover* before = FindHandover(traject, event.handover())) {
    if (before->state() == HANDOVER_STATE_AANVULLING_GEVRAAGD) return CheckOfferAgain(*before, event);
    return Illegal(journal::v1::REFUSAL_REASON_REFERENCE_USED, {{"thing", "handover"}, {"state", base::Code(before->state())}});
  }
  if (event.recipient() == work.reporter()) return Illegal(journal::v1::REFUSAL_REASON_RECIPIENT_IS_SENDER);
  if (!event.transfers_responsibility()) return std::nullopt;
  if (!HoldsCareRole(traject, event.recipient())) return Illegal(journal::v1::REFUSAL_REASON_RECIPIENT_HAS_NO_CARE_ROLE);
  if (OpenTransfer(traject) && !RuleOut(Rule::kOneTransferAtATime))
    return Illegal(journal::v1::REFUSAL_REASON_TRANSFER_OPEN, {{"state", base::Code(OpenTransfer(traject)->state())}});
  if (TransferHeld(traject)) return Illegal(journal::v1::REFUSAL_REASON_NOT_POSSIBLE_NOW);
  return std::nullopt;
}

void Do(Work* work, const event::v1::HandoversOffered& event) {
  if (const Handover* before = FindHandover(work->traject(), event.handover())) ClearTerm(work, *before);
  work->Emit([&](journal::v1::Effect* e) {
    Handover* handover = e->mutable_handover_offered()->mutable_handover();
    handover->set_handover(event.handover());
    handover->set_sender(work->reporter());
    handover->set_recipient(event.recipient());
    handover->set_purpose(event.purpose());
    *handover->mutable_categories() = event.categories();
    handover->set_transfers_responsibility(event.transfers_responsibility());
    *handover->mutable_dossier() = event.dossier();
    handover->set_state(HANDOVER_STATE_AANGEBODEN);
  });
  StartTerm(work, event.handover(), HANDOVER_STATE_AANGEBODEN);
  TellOffered(work, *FindHandover(work->traject(), event.handover()));
  TellHandover(work, event.handover());
}

Refused Check(const Work& work, const event::v1::HandoversAccepted& event) {
  return CheckState(work, event.handover(), HANDOVER_STATE_AANGEBODEN);
}

void Do(Work* work, const event::v1::HandoversAccepted& event) {
  TellAnswered(work, event.handover(), notice::v1::OFFER_ANSWER_ACCEPTED);
  MoveHandover(work, event.handover(), HANDOVER_STATE_GEACCEPTEERD);
  const Handover& handover = *FindHandover(work->traject(), event.handover());
  for (int category : handover.categories()) {
    if (HasBasis(*work, handover, static_cast<Category>(category))) continue;  // disclosed by what follows
    notice::v1::CategoryWithheld* told = work->TellOne(handover.recipient())->mutable_category_withheld();
    told->set_handover(event.handover());
    told->set_category(static_cast<Category>(category));
  }
}

Refused Check(const Work& work, const event::v1::HandoversDeclined& event) {
  return CheckState(work, event.handover(), HANDOVER_STATE_AANGEBODEN);
}

void Do(Work* work, const event::v1::HandoversDeclined& event) {
  TellAnswered(work, event.handover(), notice::v1::OFFER_ANSWER_DECLINED)->set_reason(event.reason());
  MoveHandover(work, event.handover(), HANDOVER_STATE_AFGEWEZEN);
  EndOverrides(work, event.handover());
}

Refused Check(const Work& work, const event::v1::HandoversMoreRequested& event) {
  return CheckState(work, event.handover(), HANDOVER_STATE_AANGEBODEN);
}

void Do(Work* work, const event::v1::HandoversMoreRequested& event) {
  *TellAnswered(work, event.handover(), notice::v1::OFFER_ANSWER_MORE_REQUESTED)->mutable_categories() = event.categories();
  MoveHandover(work, event.handover(), HANDOVER_STATE_AANVULLING_GEVRAAGD);
}

Refused Check(const Work& work, const event::v1::HandoversMeetingHeld& event) {
  Refused refused = CheckState(work, event.handover(), HANDOVER_STATE_GEACCEPTEERD);
  if (refused && !RuleOut(Rule::kMeetingAfterAcceptance)) return refused;
  const Handover& handover = *FindHandover(work.traject(), event.handover());
  if (Attends(work, event, handover.sender()) && Attends(work, event, handover.recipient())) return std::nullopt;
  if (RuleOut(Rule::kBothSidesMeet)) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_SIDE_ABSENT);
}

void Do(Work* work, const event::v1::HandoversMeetingHeld& event) { MoveHandover(work, event.handover(), HANDOVER_STATE_OVERLEGD); }

Refused Check(const Work& work, const event::v1::HandoversFarewellHeld& event) {
  Refused refused = CheckState(work, event.handover(), HANDOVER_STATE_OVERLEGD);
  if (refused && !RuleOut(Rule::kFarewellAfterMeeting)) return refused;
  if (event.client_knows_contact()) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_REQUIREMENT_NOT_MET, {{"missing", "client_knows_contact"}});
}

void Do(Work* work, const event::v1::HandoversFarewellHeld& event) {
  MoveHandover(work, event.handover(), HANDOVER_STATE_AFGEROND);
  EndOverrides(work, event.handover());
  const Handover handover = *FindHandover(work->traject(), event.handover());
  if (handover.transfers_responsibility()) MoveResponsibility(work, handover.recipient(), event.handover());
}

Refused Check(const Work& work, const event::v1::HandoversWithdrawn& event) {
  const Handover& handover = *FindHandover(work.traject(), event.handover());
  if (IsOpen(handover.state())) return std::nullopt;
  return WrongState("handover", base::Code(handover.state()), "open");
}

void Do(Work* work, const event::v1::HandoversWithdrawn& event) { WithdrawHandover(work, event.handover()); }

}  // namespace overdracht::engine
