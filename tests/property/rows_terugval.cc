// The table of the terugval with its refusals, signals in every state, terms, interruption.

#include "services/base/codes.h"
#include "tests/property/coverage.h"

namespace overdracht::testing {
namespace {

using namespace notice::v1;  // NOLINT: states, kinds of terms
using event::v1::Severity;
using event::v1::SEVERITY_CRISIS;
using event::v1::SEVERITY_DREIGEND;
using event::v1::SEVERITY_NONE;

const EpisodeState kStates[] = {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD, EPISODE_STATE_RESPIJT,
                                EPISODE_STATE_OPGENOMEN,    EPISODE_STATE_OPGELOST,   EPISODE_STATE_GESLOTEN};

struct Line {
  On on;
  const char* event;
  std::vector<EpisodeState> from;
  EpisodeState to;
  Severity severity;  // of an assessment
};

const std::vector<Line>& Table() {
  static const auto* table = new std::vector<Line>{
      {On::kTerugvallenAssessed,
       "assessed dreigend",
       {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD},
       EPISODE_STATE_BEOORDEELD,
       SEVERITY_DREIGEND},
      {On::kTerugvallenAssessed,
       "assessed crisis",
       {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD},
       EPISODE_STATE_BEOORDEELD,
       SEVERITY_CRISIS},
      {On::kTerugvallenAssessed,
       "assessed none",
       {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD},
       EPISODE_STATE_GESLOTEN,
       SEVERITY_NONE},
      {On::kTerugvallenSupportRaised,
       "support-raised",
       {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD},
       EPISODE_STATE_OPGESCHAALD,
       event::v1::SEVERITY_UNSPECIFIED},
      {On::kTerugvallenRespiteStarted,
       "respite-started",
       {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD, EPISODE_STATE_RESPIJT},
       EPISODE_STATE_RESPIJT,
       event::v1::SEVERITY_UNSPECIFIED},
      {On::kTerugvallenAdmitted,
       "admitted",
       {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD, EPISODE_STATE_RESPIJT},
       EPISODE_STATE_OPGENOMEN,
       event::v1::SEVERITY_UNSPECIFIED},
      {On::kTerugvallenReturned,
       "returned",
       {EPISODE_STATE_RESPIJT, EPISODE_STATE_OPGENOMEN},
       EPISODE_STATE_OPGESCHAALD,
       event::v1::SEVERITY_UNSPECIFIED},
      {On::kTerugvallenResolved, "resolved", {EPISODE_STATE_OPGESCHAALD}, EPISODE_STATE_OPGELOST, event::v1::SEVERITY_UNSPECIFIED},
  };
  return *table;
}

Is ToldToCare() {
  return TellsExactly([](const Notice& one) { return one.has_episode_changed(); }, {Who::kCare});
}

void AddTable(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"terugval", name, std::move(reached)}); };
  for (const Line& line : Table()) {
    const Is severity = line.severity == event::v1::SEVERITY_UNSPECIFIED ? Is([](const Step&) { return true; }) : SeverityIs(line.severity);
    for (EpisodeState from : line.from) {
      add(base::Code(from) + " -" + line.event + "-> " + base::Code(line.to),
          All({Accepted(line.on), EpisodeWas(from), EpisodeIs(line.to), severity, ToldToCare()}));
    }
    if (line.severity == SEVERITY_CRISIS || line.severity == SEVERITY_NONE) continue;
    for (EpisodeState state : kStates) {
      if (std::find(line.from.begin(), line.from.end(), state) != line.from.end()) continue;
      add(std::string(line.event) + " is refused in " + base::Code(state),
          All({Refused(line.on, journal::v1::REFUSAL_REASON_WRONG_STATE), EpisodeWas(state)}));
    }
  }
  add("an assessment sets the severity down",
      All({Accepted(On::kTerugvallenAssessed), SeverityWas(SEVERITY_CRISIS), SeverityIs(SEVERITY_DREIGEND)}));
  for (const char* kind : {"ggz", "beschermd_wonen"})
    add(std::string("admitted: ") + kind, All({Accepted(On::kTerugvallenAdmitted), Field("kind", kind)}));
}

void AddSignals(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"terugval signals", name, std::move(reached)}); };
  const Is none_open = [](const Step& step) {
    for (const auto& one : step.before.episodes()) {
      if (one.state() <= EPISODE_STATE_OPGENOMEN) return false;
    }
    return true;
  };
  for (Severity severity : {SEVERITY_DREIGEND, SEVERITY_CRISIS}) {
    add("the first: " + base::Code(severity),
        All({Accepted(On::kTerugvallenSignalled), none_open, EpisodeIs(EPISODE_STATE_GESIGNALEERD), SeverityIs(severity)}));
  }
  for (EpisodeState state :
       {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD, EPISODE_STATE_RESPIJT, EPISODE_STATE_OPGENOMEN}) {
    const bool at_home = state != EPISODE_STATE_RESPIJT && state != EPISODE_STATE_OPGENOMEN;
    const Is signal = All({Accepted(On::kTerugvallenSignalled), EpisodeWas(state), ToldToCare()});
    add("raises it in " + base::Code(state), All({signal, SeverityWas(SEVERITY_DREIGEND), Field("severity", "crisis"),
                                                  SeverityIs(SEVERITY_CRISIS), EpisodeIs(at_home ? EPISODE_STATE_GESIGNALEERD : state)}));
    add("crisis in a crisis, in " + base::Code(state),
        All({signal, SeverityWas(SEVERITY_CRISIS), Field("severity", "crisis"),
             EpisodeIs(state == EPISODE_STATE_OPGESCHAALD ? EPISODE_STATE_GESIGNALEERD : state)}));
    for (Severity severity : {SEVERITY_DREIGEND, SEVERITY_CRISIS}) {
      add("dreigend does not lower " + base::Code(severity) + " in " + base::Code(state),
          All({signal, SeverityWas(severity), Field("severity", "dreigend"), SeverityIs(severity), EpisodeIs(state)}));
    }
  }
  add("under another id, which stays free", All({Accepted(On::kTerugvallenSignalled), [](const Step& step) {
                                                   if (step.before.episodes_size() != step.after.episodes_size()) return false;
                                                   for (const auto& one : step.after.episodes()) {
                                                     if (one.episode() == step.record.event().terugvallen_signalled().episode())
                                                       return false;
                                                   }
                                                   return true;
                                                 }}));
}

void AddTerms(std::vector<Row>* rows) {
  using W = Who;
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"terms of a terugval", name, std::move(reached)}); };
  struct Chain {
    EpisodeState state;
    TermKind of;
    Severity severity;
    const char* term;
  };
  for (const Chain& one : {Chain{EPISODE_STATE_GESIGNALEERD, TERM_KIND_ASSESSMENT, SEVERITY_CRISIS, "PT1H"},
                           Chain{EPISODE_STATE_GESIGNALEERD, TERM_KIND_ASSESSMENT, SEVERITY_DREIGEND, "P1D"},
                           Chain{EPISODE_STATE_BEOORDEELD, TERM_KIND_RESPONSE, SEVERITY_CRISIS, "P1D"},
                           Chain{EPISODE_STATE_BEOORDEELD, TERM_KIND_RESPONSE, SEVERITY_DREIGEND, "P2D"}}) {
    const std::string name = base::Code(one.state) + " " + base::Code(one.severity) + " " + one.term;
    const Is in = All({EpisodeWas(one.state), SeverityWas(one.severity)});
    add(name + ": the gemeente", All({in, TermTold(one.of, 1, {W::kGemeente}, one.term)}));
    add(name + ": after the same time every care role", All({in, TermTold(one.of, 2, {W::kCare}, "P1D")}));
    add(name + ": then the gemeente every P1D", All({in, TermTold(one.of, 0, {W::kGemeente}, "P1D")}));
  }
  for (EpisodeState state : {EPISODE_STATE_OPGESCHAALD, EPISODE_STATE_OPGENOMEN}) {
    add(base::Code(state) + ": every P4W responsible and gemeente",
        All({EpisodeWas(state), TermTold(TERM_KIND_REVIEW, 1, {W::kResponsible, W::kGemeente}, "P4W")}));
    add(base::Code(state) + ": again", All({EpisodeWas(state), TermTold(TERM_KIND_REVIEW, 0, {W::kResponsible, W::kGemeente}, "P4W")}));
  }
  add("respijt: at the end of until", TermTold(TERM_KIND_RESPITE, 1, {W::kResponsible, W::kGemeente}, "P1D"));
  add("respijt: then every P1D", TermTold(TERM_KIND_RESPITE, 0, {W::kResponsible, W::kGemeente}, "P1D"));
}

void AddInterrupted(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"interrupted", name, std::move(reached)}); };
  const Is told = TellsExactly([](const Notice& one) { return one.has_traject_changed(); }, {Who::kCare});
  for (const char* phase : {"voor", "tijdens", "na"}) {
    add(std::string("in ") + phase + ", told to care roles", All({Phase(phase), Becomes(STATUS_ONDERBROKEN), told}));
    add(std::string("and back, in ") + phase, All({Phase(phase), Was(STATUS_ONDERBROKEN), Becomes(STATUS_LOPEND)}));
  }
  add("tijdens is entered on return", All({Accepted(On::kTerugvallenReturned), PhaseBecomes("tijdens")}));
  add("na is entered on return", All({Accepted(On::kTerugvallenReturned), PhaseBecomes("na")}));
  add("monitoring stands still", All({Becomes(STATUS_ONDERBROKEN), [](const Step& step) {
                                        for (const auto& one : step.after.timers()) {
                                          if (one.of() == TERM_KIND_MONITORING && one.stands_still()) return true;
                                        }
                                        return false;
                                      }}));
  add("monitoring has on return what it had left", All({Accepted(On::kTerugvallenReturned), [](const Step& step) {
                                                          for (const auto& one : step.before.timers()) {
                                                            if (one.of() != TERM_KIND_MONITORING || !one.stands_still()) continue;
                                                            const auto* after =
                                                                FindTimer(step.after, TERM_KIND_MONITORING, one.reference());
                                                            if (after != nullptr && after->at_us() == step.record.time_us() + one.left_us())
                                                              return true;
                                                          }
                                                          return false;
                                                        }}));
  add("no move",
      All({Refused(On::kHomesMovedIn, journal::v1::REFUSAL_REASON_REQUIREMENT_NOT_MET), Parameter("missing", "niet_onderbroken")}));
  for (const auto& [name, on] : {std::pair<const char*, On>{"a task", On::kTasksCompleted},
                                 {"a contract", On::kHomesContractSigned},
                                 {"a home lost", On::kHomesLost},
                                 {"a contact", On::kContactsHeld},
                                 {"consent", On::kConsentsGranted},
                                 {"support", On::kSupportsGranted},
                                 {"a signal", On::kSignalsReported},
                                 {"another in a role", On::kParticipantsReplaced}}) {
    add(std::string(name) + " is reported meanwhile", All({Was(STATUS_ONDERBROKEN), Accepted(on)}));
  }
  add("who joins without a care role hears lopend",
      All({Was(STATUS_ONDERBROKEN), Accepted(On::kParticipantsAdded),
           Tells([](const Notice& one) { return one.has_traject_changed() && one.traject_changed().status() == STATUS_LOPEND; })}));
  add("who joins with one hears onderbroken",
      All({Was(STATUS_ONDERBROKEN), Any({Accepted(On::kParticipantsAdded), Accepted(On::kParticipantsReplaced)}),
           Tells([](const Notice& one) { return one.has_traject_changed() && one.traject_changed().status() == STATUS_ONDERBROKEN; })}));
}

}  // namespace

void AddTerugval(std::vector<Row>* rows) {
  AddTable(rows);
  AddSignals(rows);
  AddTerms(rows);
  AddInterrupted(rows);
}

}  // namespace overdracht::testing
