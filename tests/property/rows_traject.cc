// Start, phases and stopping; na; homes; supports; participants.

#include <algorithm>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "tests/property/coverage.h"

namespace overdracht::testing {
namespace {

using namespace notice::v1;   // NOLINT: statuses, kinds of terms
using namespace journal::v1;  // NOLINT: states of homes, reasons of refusals

const char* const kPhases[] = {"voor", "tijdens", "na"};

bool AnyHome(const Traject& traject, HomeState state) {
  return std::any_of(traject.homes().begin(), traject.homes().end(), [&](const auto& one) { return one.state() == state; });
}

void AddStopping(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"stopping", name, std::move(reached)}); };
  for (const char* reason : {"client_withdrew", "deceased", "moved_away", "moved_to_wlz"}) {
    const bool at_once = std::string(reason) == "client_withdrew" || std::string(reason) == "deceased";
    const Is stopped =
        All({Accepted(On::kTrajectenStopped), Field("reason", reason), Becomes(at_once ? STATUS_GESTOPT : STATUS_AFSLUITEND)});
    for (const char* phase : kPhases) add(std::string(reason) + " in " + phase, All({Phase(phase), Was(STATUS_LOPEND), stopped}));
    add(std::string(reason) + " while interrupted", All({Was(STATUS_ONDERBROKEN), stopped}));
    if (at_once) add(std::string(reason) + " while closing", All({Was(STATUS_AFSLUITEND), stopped}));
  }
  add("another reason while closing", All({Was(STATUS_AFSLUITEND), Accepted(On::kTrajectenStopped), Not(Becomes(STATUS_GESTOPT)),
                                           [](const Step& step) { return step.record.notices().empty(); }}));
  add("the same reason is refused", Refused(On::kTrajectenStopped, REFUSAL_REASON_SAME_REASON));
  add("an open episode is gesloten", All({Accepted(On::kTrajectenStopped), Tells([](const Notice& one) {
                                            return one.episode_changed().state() == EPISODE_STATE_GESLOTEN;
                                          })}));
  add("open handovers are ingetrokken",
      All({Accepted(On::kTrajectenStopped), Becomes(STATUS_GESTOPT), SomeHandover(HANDOVER_STATE_AANGEBODEN, HANDOVER_STATE_INGETROKKEN)}));
  add("… also when closing ends", All({Accepted(On::kTasksCompleted), Becomes(STATUS_GESTOPT), Tells([](const Notice& one) {
                                         return one.handover_changed().state() == HANDOVER_STATE_INGETROKKEN;
                                       })}));
  add("what was held goes on", All({Becomes(STATUS_AFSLUITEND), Tells([](const Notice& one) {
                                      return one.has_handover_changed() && one.handover_changed().state() <= HANDOVER_STATE_OVERLEGD;
                                    })}));
  add("other tasks are closed with their terms", All({Becomes(STATUS_AFSLUITEND), Closes("actieplan", TASK_OUTCOME_BY_ITSELF)}));
  for (const auto& [name, on] : {std::pair<const char*, On>{"an offer", On::kHandoversOffered},
                                 {"an answer", On::kHandoversAccepted},
                                 {"a participant", On::kParticipantsAdded},
                                 {"another participant", On::kParticipantsReplaced},
                                 {"consent", On::kConsentsGranted},
                                 {"a contact", On::kContactsHeld},
                                 {"an access", On::kDossiersAccessed},
                                 {"override_melden or warme_afsluiting", On::kTasksCompleted}}) {
    add(std::string("while closing: ") + name, All({Was(STATUS_AFSLUITEND), Accepted(on)}));
  }
  add("while closing: nothing else", RefusedFor(REFUSAL_REASON_TRAJECT_CLOSING));
  for (Status status : {STATUS_GESTOPT, STATUS_AFGEROND}) {
    add(base::Code(status) + ": nothing else", All({Was(status), RefusedFor(REFUSAL_REASON_TRAJECT_ENDED)}));
  }
}

void AddPhases(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"phases", name, std::move(reached)}); };
  const auto last = [&](const char* to, const std::string& name, Is by) {
    add(std::string("to ") + to + " with " + name, All({PhaseBecomes(to), std::move(by)}));
  };
  last("tijdens", "a task", Accepted(On::kTasksCompleted));
  last("tijdens", "a task skipped", Accepted(On::kTasksSkipped));
  last("tijdens", "support", Any({Accepted(On::kSupportsGranted), Accepted(On::kSupportsBridged)}));
  last("tijdens", "a support's first day", RanOut(TERM_KIND_SUPPORT_BEGINS));
  last("tijdens", "the contract", Accepted(On::kHomesContractSigned));
  last("na", "a task", Accepted(On::kTasksCompleted));
  last("na", "the move", Accepted(On::kHomesMovedIn));
  last("na", "the farewell", Accepted(On::kHandoversFarewellHeld));
}

Is Covers(TermKind of, int at_least) {
  return [=](const Step& step) {
    const char* name = of == TERM_KIND_MONITORING ? "monitoring" : "waakvlam";
    uint32_t before = 0, after = 0;
    for (const auto& one : step.before.series()) before = one.name() == name ? one.covered() : before;
    for (const auto& one : step.after.series()) after = one.name() == name ? one.covered() : after;
    return static_cast<int>(after) - static_cast<int>(before) >= at_least;
  };
}

Is Missed(TermKind of, const std::string& reference) {
  return All({RanOut(of), [=](const Step& step) { return step.record.term().reference() == reference; },
              TellsExactly(
                  [=](const Notice& one) {
                    return one.has_term_expired() && one.term_expired().reference() == reference && !one.term_expired().has_next();
                  },
                  {Who::kResponsible, Who::kGemeente})});
}

void AddNa(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"na", name, std::move(reached)}); };
  for (const char* due : {"P6M", "P12M", "P18M", "P24M"})
    add(std::string("monitoring ") + due + " is told as missed", Missed(TERM_KIND_MONITORING, due));
  for (const char* due : {"P12M", "P15M", "P18M", "P27M"})
    add(std::string("waakvlam ") + due + " is told as missed", Missed(TERM_KIND_WAAKVLAM, due));
  add("a monitoring counts", All({Accepted(On::kContactsHeld), Covers(TERM_KIND_MONITORING, 1)}));
  add("… for every one due so far", All({Accepted(On::kContactsHeld), Covers(TERM_KIND_MONITORING, 2)}));
  add("… or for none", All({Phase("na"), Accepted(On::kContactsHeld), Field("kind", "monitoring"), Not(Covers(TERM_KIND_MONITORING, 1))}));
  add("a waakvlam counts", All({Accepted(On::kContactsHeld), Covers(TERM_KIND_WAAKVLAM, 1)}));
  add("before its due moment", All({Accepted(On::kContactsHeld), Covers(TERM_KIND_MONITORING, 1), [](const Step& step) {
                                      for (const auto& one : step.before.timers()) {  // the timer runs out P4W after it is due
                                        if (one.of() == TERM_KIND_MONITORING && one.at_us() - 28 * base::kDay > step.record.time_us())
                                          return true;
                                      }
                                      return false;
                                    }}));
  add("after its notice",
      All({Accepted(On::kContactsHeld), [](const Step& step) {
             for (const auto& before : step.before.series()) {
               for (const auto& after : step.after.series()) {
                 if (before.name() == after.name() && before.told() > before.covered() && after.covered() > before.covered()) return true;
               }
             }
             return false;
           }}));
  add("during an interruption", All({Was(STATUS_ONDERBROKEN), Accepted(On::kContactsHeld), Covers(TERM_KIND_MONITORING, 1)}));
  const Is ends = Becomes(STATUS_AFGEROND);
  add("afgerond at P24M", All({ends, RanOut(TERM_KIND_ELAPSED)}));
  add("afgerond with the fourth monitoring", All({ends, Accepted(On::kContactsHeld)}));
  add("afgerond P4W after the fourth was due", All({ends, RanOut(TERM_KIND_MONITORING)}));
  add("afgerond when the terugval is over", All({ends, Any({Accepted(On::kTerugvallenResolved), Accepted(On::kTerugvallenAssessed)})}));
  add("afgerond when the client has a home again", All({ends, Accepted(On::kHomesMovedIn)}));
  add("afgerond when no handover is open",
      All({ends, Any({Accepted(On::kHandoversFarewellHeld), Accepted(On::kHandoversWithdrawn), Accepted(On::kHandoversDeclined)})}));
}

void AddHomes(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"homes", name, std::move(reached)}); };
  const HomeState states[] = {HOME_STATE_OFFERED,  HOME_STATE_DECLINED, HOME_STATE_SIGNED,
                              HOME_STATE_LIVED_IN, HOME_STATE_LEFT,     HOME_STATE_LOST};
  struct Line {
    On on;
    const char* event;
    std::vector<HomeState> from;
    HomeState to;
  };
  for (const Line& line :
       {Line{On::kHomesOffered, "offered", {HOME_STATE_UNSPECIFIED}, HOME_STATE_OFFERED},
        Line{On::kHomesDeclined, "declined", {HOME_STATE_OFFERED}, HOME_STATE_DECLINED},
        Line{On::kHomesContractSigned, "contract-signed", {HOME_STATE_UNSPECIFIED, HOME_STATE_OFFERED}, HOME_STATE_SIGNED},
        Line{On::kHomesMovedIn, "moved-in", {HOME_STATE_SIGNED}, HOME_STATE_LIVED_IN},
        Line{On::kHomesLost, "lost", {HOME_STATE_OFFERED, HOME_STATE_SIGNED, HOME_STATE_LIVED_IN}, HOME_STATE_LOST}}) {
    for (HomeState from : line.from) {
      add((from == HOME_STATE_UNSPECIFIED ? "new" : base::Code(from)) + " -" + line.event + "-> " + base::Code(line.to),
          All({Accepted(line.on), HomeWas(from), HomeIs(line.to)}));
    }
    for (HomeState state : states) {
      if (std::find(line.from.begin(), line.from.end(), state) != line.from.end()) continue;
      const auto reason = line.on == On::kHomesOffered ? REFUSAL_REASON_REFERENCE_USED : REFUSAL_REASON_WRONG_STATE;
      add(std::string(line.event) + " is refused: " + base::Code(state), All({Refused(line.on, reason), HomeWas(state)}));
    }
  }
  add("the contract's kind counts", All({Accepted(On::kHomesContractSigned), [](const Step& step) {
                                           for (const auto& one : step.before.homes()) {
                                             if (one.home() == step.record.event().homes_contract_signed().home())
                                               return one.kind() != step.record.event().homes_contract_signed().kind();
                                           }
                                           return false;
                                         }}));
  add("the home lived in until then is left", All({Accepted(On::kHomesMovedIn), [](const Step& step) {
                                                     return !AnyHome(step.before, HOME_STATE_LEFT) && AnyHome(step.after, HOME_STATE_LEFT);
                                                   }}));
  for (HomeState state : {HOME_STATE_SIGNED, HOME_STATE_LIVED_IN}) {
    add("flips, " + base::Code(state), All({Accepted(On::kHomesContractFlipped), HomeWas(state), HomeIs(state)}));
    add("does not flip, " + base::Code(state) + " but no omklap",
        All({Refused(On::kHomesContractFlipped, REFUSAL_REASON_NOT_OMKLAP), HomeWas(state)}));
  }
  add("flips back", All({Accepted(On::kHomesContractFlipped), [](const Step& step) {
                           return std::any_of(step.before.homes().begin(), step.before.homes().end(), [&](const auto& one) {
                             return one.flipped() && one.home() == step.record.event().homes_contract_flipped().home();
                           });
                         }}));
  for (HomeState state : {HOME_STATE_OFFERED, HOME_STATE_DECLINED, HOME_STATE_LEFT, HOME_STATE_LOST}) {
    add("does not flip, " + base::Code(state), All({Refused(On::kHomesContractFlipped, REFUSAL_REASON_WRONG_STATE), HomeWas(state)}));
  }
  for (const char* missing : {"verhuizen_kan", "begeleiding_geregeld", "niet_onderbroken"}) {
    add(std::string("moved-in is refused: ") + missing,
        All({Refused(On::kHomesMovedIn, REFUSAL_REASON_REQUIREMENT_NOT_MET), Parameter("missing", missing)}));
  }
}

void AddSupports(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"supports", name, std::move(reached)}); };
  const auto timer = [](TermKind of) {
    return [=](const Step& step) { return FindTimer(step.after, of, Reference(step.record, "support")) != nullptr; };
  };
  add("granted, counts at once", All({Accepted(On::kSupportsGranted), Not(timer(TERM_KIND_SUPPORT_BEGINS))}));
  add("granted, counts from a later day", All({Accepted(On::kSupportsGranted), timer(TERM_KIND_SUPPORT_BEGINS)}));
  add("granted without end", All({Accepted(On::kSupportsGranted), Not(timer(TERM_KIND_SUPPORT_ENDS))}));
  add("bridged until a day", All({Accepted(On::kSupportsBridged), timer(TERM_KIND_SUPPORT_ENDS)}));
  add("over after its day", RanOut(TERM_KIND_SUPPORT_ENDS));
  add("over, another goes on: no gap",
      All({RanOut(TERM_KIND_SUPPORT_ENDS), Not(Opens("begeleiding_regelen", event::v1::ROLE_GEMEENTE, "P8W")), [](const Step& step) {
             return !TaskOpen(step.before, "begeleiding_regelen") && !TaskOpen(step.after, "begeleiding_regelen") &&
                    !step.after.support_declined();
           }}));
  add("changed", Accepted(On::kSupportsChanged));
  add("ended", Accepted(On::kSupportsEnded));
  add("ended before it began", All({Accepted(On::kSupportsEnded), [](const Step& step) {
                                      return FindTimer(step.before, TERM_KIND_SUPPORT_BEGINS,
                                                       step.record.event().supports_ended().support()) != nullptr;
                                    }}));
  add("changed by its provider", All({Any({Accepted(On::kSupportsChanged), Accepted(On::kSupportsEnded)}), [](const Step& step) {
                                        return step.record.event().organisation() != Holder(step.before, event::v1::ROLE_GEMEENTE);
                                      }}));
  add("changed when over is refused", Refused(On::kSupportsChanged, REFUSAL_REASON_SUPPORT_OVER));
  add("ended when over is refused", Refused(On::kSupportsEnded, REFUSAL_REASON_SUPPORT_OVER));
}

void AddParticipants(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"participants", name, std::move(reached)}); };
  add("added", All({Accepted(On::kParticipantsAdded), Tells([](const Notice& one) { return one.has_participants_changed(); })}));
  add("who joins is told phase and status",
      All({Accepted(On::kParticipantsAdded), Tells([](const Notice& one) { return one.has_traject_changed(); })}));
  add("added beside another role",
      All({Accepted(On::kParticipantsAdded), Not(Tells([](const Notice& one) { return one.has_traject_changed(); }))}));
  for (int role = 1; role <= 7; ++role) {
    const std::string code = base::Code(static_cast<event::v1::Role>(role));
    add("replaced: " + code, All({Accepted(On::kParticipantsReplaced), Field("role", code)}));
  }
  add("leaves at once", All({Accepted(On::kParticipantsReplaced), [](const Step& step) { return step.after.leaving_size() == 0; }}));
  add("vertrekkend while responsible", [](const Step& step) {
    return std::any_of(step.after.leaving().begin(), step.after.leaving().end(),
                       [&](const auto& one) { return one.organisation() == step.after.responsible(); });
  });
  add("vertrekkend with an open handover", All({Accepted(On::kParticipantsReplaced), [](const Step& step) {
                                                  return std::any_of(
                                                      step.after.leaving().begin(), step.after.leaving().end(),
                                                      [&](const auto& one) { return one.organisation() != step.after.responsible(); });
                                                }}));
  add("vertrekkend beside another role", [](const Step& step) {
    return std::any_of(step.after.leaving().begin(), step.after.leaving().end(), [&](const auto& one) {
      return std::any_of(step.after.participants().begin(), step.after.participants().end(),
                         [&](const auto& other) { return other.organisation() == one.organisation(); });
    });
  });
  add("leaves with the end of its handover", [](const Step& step) {
    return step.before.leaving_size() > step.after.leaving_size() && step.record.event().has_handovers_withdrawn();
  });
  add("leaves when responsibility has moved", [](const Step& step) {
    return step.before.leaving_size() > step.after.leaving_size() && step.record.event().has_handovers_farewell_held();
  });
  add("a missed first appointment is told to three",
      All({Accepted(On::kAppointmentsMissed), TellsExactly([](const Notice& one) { return one.has_appointment_missed(); },
                                                           {Who::kZorgaanbieder, Who::kWijkteam, Who::kGemeente})}));
  add("a later one to nobody",
      All({Accepted(On::kAppointmentsMissed), Field("first", "false"), [](const Step& step) { return step.record.notices().empty(); }}));
  add("an appointment that was kept", Accepted(On::kAppointmentsKept));
  for (const char* kind : {"rent_arrears", "energy_arrears", "nuisance", "missed_contact", "client", "naasten"}) {
    add(std::string("signal ") + kind + " is told to the party responsible",
        All({Accepted(On::kSignalsReported), Field("kind", kind),
             TellsExactly([](const Notice& one) { return one.has_signal_reported(); }, {Who::kResponsible})}));
  }
}

}  // namespace

void AddTraject(std::vector<Row>* rows) {
  AddStopping(rows);
  AddPhases(rows);
  AddNa(rows);
  AddHomes(rows);
  AddSupports(rows);
  AddParticipants(rows);
}

}  // namespace overdracht::testing
