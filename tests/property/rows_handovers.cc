// The table of the warme overdracht with its refusals, its terms, holding; consent, override and disclosure.

#include "services/base/codes.h"
#include "tests/property/coverage.h"

namespace overdracht::testing {
namespace {

using namespace notice::v1;  // NOLINT: states, answers, reasons, kinds of terms
using journal::v1::REFUSAL_REASON_OFFER_DIFFERS;
using journal::v1::REFUSAL_REASON_REFERENCE_USED;
using journal::v1::REFUSAL_REASON_WRONG_STATE;

const HandoverState kStates[] = {HANDOVER_STATE_AANGEBODEN, HANDOVER_STATE_AANVULLING_GEVRAAGD, HANDOVER_STATE_GEACCEPTEERD,
                                 HANDOVER_STATE_OVERLEGD,   HANDOVER_STATE_AANGEHOUDEN,         HANDOVER_STATE_AFGEROND,
                                 HANDOVER_STATE_AFGEWEZEN,  HANDOVER_STATE_INGETROKKEN};

struct Transition {
  On on;
  const char* event;
  HandoverState from, to;
};

const Transition kTable[] = {
    {On::kHandoversAccepted, "accepted", HANDOVER_STATE_AANGEBODEN, HANDOVER_STATE_GEACCEPTEERD},
    {On::kHandoversDeclined, "declined", HANDOVER_STATE_AANGEBODEN, HANDOVER_STATE_AFGEWEZEN},
    {On::kHandoversMoreRequested, "more-requested", HANDOVER_STATE_AANGEBODEN, HANDOVER_STATE_AANVULLING_GEVRAAGD},
    {On::kHandoversOffered, "offered", HANDOVER_STATE_AANVULLING_GEVRAAGD, HANDOVER_STATE_AANGEBODEN},
    {On::kHandoversMeetingHeld, "meeting-held", HANDOVER_STATE_GEACCEPTEERD, HANDOVER_STATE_OVERLEGD},
    {On::kHandoversFarewellHeld, "farewell-held", HANDOVER_STATE_OVERLEGD, HANDOVER_STATE_AFGEROND},
    {On::kHandoversWithdrawn, "withdrawn", HANDOVER_STATE_AANGEBODEN, HANDOVER_STATE_INGETROKKEN},
    {On::kHandoversWithdrawn, "withdrawn", HANDOVER_STATE_AANVULLING_GEVRAAGD, HANDOVER_STATE_INGETROKKEN},
    {On::kHandoversWithdrawn, "withdrawn", HANDOVER_STATE_GEACCEPTEERD, HANDOVER_STATE_INGETROKKEN},
    {On::kHandoversWithdrawn, "withdrawn", HANDOVER_STATE_OVERLEGD, HANDOVER_STATE_INGETROKKEN},
    {On::kHandoversWithdrawn, "withdrawn", HANDOVER_STATE_AANGEHOUDEN, HANDOVER_STATE_INGETROKKEN},
};

void AddTable(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"handover", name, std::move(reached)}); };
  const Is told = Tells([](const Notice& one) { return one.has_handover_changed(); });
  for (bool transfers : {true, false}) {
    const std::string kind = transfers ? " (transferring)" : " (other)";
    add("offered" + kind, All({Accepted(On::kHandoversOffered), HandoverIs(HANDOVER_STATE_AANGEBODEN), Transfers(transfers), told}));
    for (const Transition& one : kTable) {
      if (!transfers && one.from == HANDOVER_STATE_AANGEHOUDEN) continue;
      add(base::Code(one.from) + " -" + one.event + "-> " + base::Code(one.to) + kind,
          All({Accepted(one.on), HandoverWas(one.from), HandoverIs(one.to), Transfers(transfers), told}));
    }
  }
  for (const Transition& one : kTable) {
    if (one.on == On::kHandoversWithdrawn || one.on == On::kHandoversOffered) continue;
    for (HandoverState state : kStates) {
      if (state == one.from) continue;
      add(std::string(one.event) + " is refused in " + base::Code(state),
          All({Refused(one.on, REFUSAL_REASON_WRONG_STATE), HandoverWas(state)}));
    }
  }
  for (HandoverState state : kStates) {
    if (state == HANDOVER_STATE_AANVULLING_GEVRAAGD) continue;
    add("offered again is refused in " + base::Code(state),
        All({Refused(On::kHandoversOffered, REFUSAL_REASON_REFERENCE_USED), HandoverWas(state)}));
  }
  for (HandoverState state : {HANDOVER_STATE_AFGEROND, HANDOVER_STATE_AFGEWEZEN, HANDOVER_STATE_INGETROKKEN}) {
    add("withdrawn is refused in " + base::Code(state),
        All({Refused(On::kHandoversWithdrawn, REFUSAL_REASON_WRONG_STATE), HandoverWas(state)}));
  }
  add("offered again as something else", Refused(On::kHandoversOffered, REFUSAL_REASON_OFFER_DIFFERS));
  add("responsibility moves, told to everybody",
      All({Accepted(On::kHandoversFarewellHeld), Tells([](const Notice& one) { return one.has_responsibility_moved(); })}));
  add("farewell without a home, the sender leaving",
      All({Accepted(On::kHandoversFarewellHeld), Transfers(true), Was(STATUS_LOPEND), [](const Step& step) {
             for (const auto& one : step.before.homes()) {
               if (one.state() == journal::v1::HOME_STATE_LIVED_IN) return false;
             }
             return true;
           }}));
  add("farewell while closing", All({Accepted(On::kHandoversFarewellHeld), Transfers(true), Was(STATUS_AFSLUITEND)}));
  add("farewell without a home is refused", All({Refused(On::kHandoversFarewellHeld, journal::v1::REFUSAL_REASON_REQUIREMENT_NOT_MET),
                                                 Parameter("missing", "woning_voor_afscheid")}));
  for (const char* presence : {"present", "declined"}) {
    add(std::string("meeting, the client: ") + presence, All({Accepted(On::kHandoversMeetingHeld), Field("client_presence", presence)}));
  }
}

void AddTerms(std::vector<Row>* rows) {
  using W = Who;
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"terms of handovers", name, std::move(reached)}); };
  add("answer P7D: recipient and gemeente", TermTold(TERM_KIND_ANSWER, 1, {W::kRecipient, W::kGemeente}, "P7D"));
  add("answer, then every P7D", TermTold(TERM_KIND_ANSWER, 0, {W::kRecipient, W::kGemeente}, "P7D"));
  add("more P7D: sender and gemeente", TermTold(TERM_KIND_MORE, 1, {W::kSender, W::kGemeente}, "P7D"));
  add("more, then every P7D", TermTold(TERM_KIND_MORE, 0, {W::kSender, W::kGemeente}, "P7D"));
  add("meeting P14D: both and gemeente", TermTold(TERM_KIND_MEETING, 1, {W::kSender, W::kRecipient, W::kGemeente}, "P7D"));
  add("meeting, then every P7D", TermTold(TERM_KIND_MEETING, 0, {W::kSender, W::kRecipient, W::kGemeente}, "P7D"));
  add("farewell P4W: sender and gemeente", TermTold(TERM_KIND_FAREWELL, 1, {W::kSender, W::kGemeente}, "P4W"));
  add("farewell, then every P4W", TermTold(TERM_KIND_FAREWELL, 0, {W::kSender, W::kGemeente}, "P4W"));
  const auto held = [&](const std::string& name, Is reached) { rows->push_back({"held", name, std::move(reached)}); };
  for (HandoverState state :
       {HANDOVER_STATE_AANGEBODEN, HANDOVER_STATE_AANVULLING_GEVRAAGD, HANDOVER_STATE_GEACCEPTEERD, HANDOVER_STATE_OVERLEGD}) {
    held(base::Code(state) + " is held", SomeHandover(state, HANDOVER_STATE_AANGEHOUDEN));
    held(base::Code(state) + " goes on", SomeHandover(HANDOVER_STATE_AANGEHOUDEN, state));
  }
  held("in a crisis", [](const Step& step) {
    for (const auto& one : step.after.handovers()) {
      const auto* before = FindHandover(step.before, one.handover());
      const bool now_held = one.state() == HANDOVER_STATE_AANGEHOUDEN && before != nullptr && before->state() != HANDOVER_STATE_AANGEHOUDEN;
      if (now_held && step.after.status() == STATUS_LOPEND) return true;
    }
    return false;
  });
  held("in a stay of severity dreigend", All({Becomes(STATUS_ONDERBROKEN), SeverityIs(event::v1::SEVERITY_DREIGEND), [](const Step& step) {
                                                for (const auto& one : step.after.handovers()) {
                                                  if (one.state() == HANDOVER_STATE_AANGEHOUDEN) return true;
                                                }
                                                return false;
                                              }}));
  held("its term has what it had left", [](const Step& step) {
    for (TermKind of : {TERM_KIND_ANSWER, TERM_KIND_MEETING, TERM_KIND_FAREWELL}) {
      for (const auto& one : step.after.handovers()) {
        const auto* before = FindTimer(step.before, of, one.handover());
        const auto* after = FindTimer(step.after, of, one.handover());
        if (before != nullptr && after != nullptr && before->left_us() > 0 && after->at_us() == step.record.time_us() + before->left_us())
          return true;
      }
    }
    return false;
  });
  held("another handover goes on meanwhile", All({TransferHeldNow(), Accepted(On::kHandoversAccepted), Transfers(false)}));
  held("a new offer of responsibility is refused",
       All({TransferHeldNow(), Refused(On::kHandoversOffered, journal::v1::REFUSAL_REASON_NOT_POSSIBLE_NOW),
            Field("transfers_responsibility", "true")}));
}

bool Discloses(const Notice& notice, bool on_consent) {
  return notice.has_category_disclosed() && notice.category_disclosed().consent().empty() != on_consent;
}

Is ClosedFor(CloseReason reason) {
  return Tells([=](const Notice& one) { return one.has_category_closed() && one.category_closed().reason() == reason; });
}

void AddConsent(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"consent", name, std::move(reached)}); };
  const Is on_consent = Tells([](const Notice& one) { return Discloses(one, true); });
  const Is on_override = Tells([](const Notice& one) { return Discloses(one, false); });
  add("covered at acceptance: disclosed", All({Accepted(On::kHandoversAccepted), on_consent}));
  add("not covered at acceptance: withheld",
      All({Accepted(On::kHandoversAccepted), Tells([](const Notice& one) { return one.has_category_withheld(); })}));
  add("both at once",
      All({Accepted(On::kHandoversAccepted), on_consent, Tells([](const Notice& one) { return one.has_category_withheld(); })}));
  add("covered later: disclosed at once", All({Accepted(On::kConsentsGranted), on_consent}));
  add("… also while held", All({Accepted(On::kConsentsGranted), on_consent, TransferHeldNow(),
                                Tells([](const Notice& one) { return one.has_category_disclosed(); })}));
  add("for one who takes no part", All({Accepted(On::kConsentsGranted), [](const Step& step) {
                                          for (const auto& one : step.after.participants()) {
                                            if (one.organisation() == step.record.event().consents_granted().recipient()) return false;
                                          }
                                          return true;
                                        }}));
  add("withdrawn: closed", All({Accepted(On::kConsentsWithdrawn), ClosedFor(CLOSE_REASON_WITHDRAWN)}));
  add("withdrawn as a whole", All({Accepted(On::kConsentsWithdrawn),
                                   [](const Step& step) { return step.record.event().consents_withdrawn().categories().empty(); }}));
  add("withdrawn in part", All({Accepted(On::kConsentsWithdrawn), [](const Step& step) {
                                  for (const auto& one : step.after.consents()) {
                                    if (one.consent() == step.record.event().consents_withdrawn().consent())
                                      return !one.categories().empty();
                                  }
                                  return false;
                                }}));
  add("withdrawn, some of it passed over", All({Accepted(On::kConsentsWithdrawn), [](const Step& step) {
                                                  for (const auto& one : step.before.consents()) {
                                                    if (one.consent() != step.record.event().consents_withdrawn().consent()) continue;
                                                    for (int category : step.record.event().consents_withdrawn().categories()) {
                                                      bool has = false;
                                                      for (int c : one.categories()) has |= c == category;
                                                      if (!has) return true;
                                                    }
                                                  }
                                                  return false;
                                                }}));
  add("none of it left is refused", Refused(On::kConsentsWithdrawn, journal::v1::REFUSAL_REASON_NOTHING_LEFT));
  add("a day that is past is refused", Refused(On::kConsentsGranted, journal::v1::REFUSAL_REASON_DAY_PAST));
  add("expired: closed", All({RanOut(TERM_KIND_CONSENT_ENDS), ClosedFor(CLOSE_REASON_EXPIRED)}));
  add("another consent takes over", All({Any({Accepted(On::kConsentsWithdrawn), RanOut(TERM_KIND_CONSENT_ENDS)}), on_consent}));
  add("an override takes over", All({Any({Accepted(On::kConsentsWithdrawn), RanOut(TERM_KIND_CONSENT_ENDS)}), on_override}));
  add("covered again: disclosed again",
      All({Accepted(On::kConsentsGranted), on_consent, [](const Step& step) {
             for (const auto& one : step.before.disclosures()) {
               for (const auto& after : step.after.disclosures()) {
                 if (after.handover() == one.handover() && after.category() == one.category() && !one.open() && after.open()) return true;
               }
             }
             return false;
           }}));
  add("withdrawn after the end of the handover", All({Accepted(On::kConsentsWithdrawn), [](const Step& step) {
                                                        for (const auto& one : step.record.notices()) {
                                                          const auto* handover = FindHandover(step.after, one.category_closed().handover());
                                                          if (handover != nullptr && handover->state() == HANDOVER_STATE_AFGEROND)
                                                            return true;
                                                        }
                                                        return false;
                                                      }}));
  add("withdrawn after the end of the traject", All({Accepted(On::kConsentsWithdrawn), Any({Was(STATUS_GESTOPT), Was(STATUS_AFGEROND)})}));
  add("expired after the end of the traject", All({RanOut(TERM_KIND_CONSENT_ENDS), Any({Was(STATUS_GESTOPT), Was(STATUS_AFGEROND)})}));
  add("a handover withdrawn closes all", All({Accepted(On::kHandoversWithdrawn), ClosedFor(CLOSE_REASON_HANDOVER_WITHDRAWN)}));
  add("so does the end of the traject", All({Accepted(On::kTrajectenStopped), ClosedFor(CLOSE_REASON_HANDOVER_WITHDRAWN)}));
  const auto override_row = [&](const std::string& name, Is reached) { rows->push_back({"override", name, std::move(reached)}); };
  for (HandoverState state : {HANDOVER_STATE_AANGEBODEN, HANDOVER_STATE_AANVULLING_GEVRAAGD, HANDOVER_STATE_GEACCEPTEERD,
                              HANDOVER_STATE_OVERLEGD, HANDOVER_STATE_AANGEHOUDEN}) {
    override_row("discloses in " + base::Code(state), All({Accepted(On::kConsentsOverridden), on_override, [=](const Step& step) {
                                                             for (const auto& one : step.record.notices()) {
                                                               const auto* handover =
                                                                   FindHandover(step.before, one.category_disclosed().handover());
                                                               if (handover != nullptr && handover->state() == state) return true;
                                                             }
                                                             return false;
                                                           }}));
  }
  for (const char* ground : {"vital_interest", "legal_duty"})
    override_row(std::string("ground ") + ground, All({Accepted(On::kConsentsOverridden), Field("ground", ground)}));
  override_row("ends with the farewell", All({Accepted(On::kHandoversFarewellHeld), ClosedFor(CLOSE_REASON_HANDOVER_ENDED)}));
  override_row("ends with a decline", All({Accepted(On::kHandoversDeclined), ClosedFor(CLOSE_REASON_HANDOVER_ENDED)}));
  override_row("a consent takes over at the farewell", All({Accepted(On::kHandoversFarewellHeld), on_consent}));
  override_row("without an open handover it is refused",
               Refused(On::kConsentsOverridden, journal::v1::REFUSAL_REASON_NO_HANDOVER_TO_RECIPIENT));
  const auto access = [&](const std::string& name, Is reached) { rows->push_back({"access", name, std::move(reached)}); };
  const Is uncovered = TellsExactly([](const Notice& one) { return one.has_access_uncovered(); }, {Who::kGemeente});
  access("covered", All({Accepted(On::kDossiersAccessed), Not(uncovered)}));
  access("uncovered: the gemeente is told", All({Accepted(On::kDossiersAccessed), uncovered}));
  access("after the end of the traject", All({Accepted(On::kDossiersAccessed), Any({Was(STATUS_GESTOPT), Was(STATUS_AFGEROND)})}));
  access("by a sender that has left", All({Accepted(On::kDossiersAccessed), [](const Step& step) {
                                             for (const auto& one : step.before.participants()) {
                                               if (one.organisation() == step.record.event().organisation()) return false;
                                             }
                                             return step.before.leaving().empty();
                                           }}));
}

}  // namespace

void AddHandovers(std::vector<Row>* rows) {
  AddTable(rows);
  AddTerms(rows);
  AddConsent(rows);
}

}  // namespace overdracht::testing
