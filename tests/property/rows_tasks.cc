// The tables of tasks: who owns each, its term, how it opens and closes; what happens when a term runs out.

#include "services/base/codes.h"
#include "tests/property/coverage.h"

namespace overdracht::testing {
namespace {

using namespace event::v1;   // NOLINT: roles
using namespace notice::v1;  // NOLINT: outcomes and kinds of terms

struct Required {
  const char* task;
  Role owner;
  const char* term;
};

constexpr Role kResponsible = ROLE_UNSPECIFIED;

const Required kVoor[] = {{"inschrijving_woningzoekende", ROLE_ZORGAANBIEDER, "P2W"},
                          {"actieplan", ROLE_ZORGAANBIEDER, "P6W"},
                          {"risicoinventarisatie", ROLE_ZORGAANBIEDER, "P6M"},
                          {"crisiskaart", ROLE_ZORGAANBIEDER, "P6M"},
                          {"inkomen_en_schulden", ROLE_ZORGAANBIEDER, "P6M"},
                          {"netwerk_in_kaart", ROLE_ZORGAANBIEDER, "P6M"},
                          {"dagbesteding", ROLE_ZORGAANBIEDER, "P6M"}};
const Required kTijdens[] = {{"brp_inschrijving", ROLE_ZORGAANBIEDER, "P6W"},
                             {"nutscontracten", ROLE_ZORGAANBIEDER, "P6W"},
                             {"toeslagen", ROLE_ZORGAANBIEDER, "P6W"}};
const char* const kOptional[] = {"medicatie_afspraken", "zorgverzekering", "training_zelfstandig_wonen",
                                 "streefdatum",         "wijk_verkend",    "sparen_inrichting",
                                 "inrichting",          "meterkastkaart",  "afspraken_overlast"};
const Required kByReference[] = {{"signaal_opvolgen", kResponsible, "P1W"},
                                 {"afspraak_opvolgen", kResponsible, "P1W"},
                                 {"warme_terugkeer", kResponsible, "P1W"},
                                 {"override_melden", kResponsible, "P3D"}};
const char* const kDuringStay[] = {"huur_loopt_door", "uitkering_loopt_door", "indicatie_loopt_door"};

class Rows {
 public:
  Rows(std::vector<Row>* rows, std::string section) : rows_(*rows), section_(std::move(section)) {}
  void Add(const std::string& name, Is reached) { rows_.push_back({section_, name, std::move(reached)}); }

 private:
  std::vector<Row>& rows_;
  std::string section_;
};

void AddByHand(const std::string& task, Rows* rows) {
  rows->Add(task + " is completed", All({Accepted(On::kTasksCompleted), OfTask(task), Closes(task, TASK_OUTCOME_COMPLETED)}));
  rows->Add(task + " is skipped: client_declines",
            All({Accepted(On::kTasksSkipped), Field("reason", "client_declines"), OfTask(task), Closes(task, TASK_OUTCOME_SKIPPED)}));
  rows->Add(task + " is reopened", All({Accepted(On::kTasksReopened), OfTask(task)}));
}

void AddVoor(std::vector<Row>* rows) {
  Rows voor(rows, "tasks of voor");
  for (const Required& one : kVoor) {
    voor.Add(std::string(one.task) + " opens: " + base::Code(one.owner) + ", " + one.term,
             All({Accepted(On::kTrajectenStarted), Opens(one.task, one.owner, one.term)}));
    AddByHand(one.task, &voor);
  }
  voor.Add("begeleiding_regelen opens in voor: gemeente, P8W",
           All({Accepted(On::kTrajectenStarted), Opens("begeleiding_regelen", ROLE_GEMEENTE, "P8W")}));
  voor.Add("begeleiding_regelen closes when support is granted",
           All({Accepted(On::kSupportsGranted), Closes("begeleiding_regelen", TASK_OUTCOME_BY_ITSELF)}));
  voor.Add("begeleiding_regelen closes when support is bridged",
           All({Accepted(On::kSupportsBridged), Closes("begeleiding_regelen", TASK_OUTCOME_BY_ITSELF)}));
  voor.Add("begeleiding_regelen closes on a support's first day",
           All({RanOut(TERM_KIND_SUPPORT_BEGINS), Closes("begeleiding_regelen", TASK_OUTCOME_BY_ITSELF)}));
  voor.Add("begeleiding_regelen opens again in voor",
           All({Phase("voor"), Any({RanOut(TERM_KIND_SUPPORT_ENDS), Accepted(On::kSupportsEnded)}),
                Opens("begeleiding_regelen", ROLE_GEMEENTE, "P8W")}));
  for (const char* phase : {"tijdens", "na"}) {
    voor.Add(std::string("begeleiding_regelen opens in ") + phase + ": P1W",
             All({Phase(phase), Opens("begeleiding_regelen", ROLE_GEMEENTE, "P1W")}));
  }
  voor.Add("begeleiding_regelen is declined by the client",
           All({Accepted(On::kTasksSkipped), Closes("begeleiding_regelen", TASK_OUTCOME_SKIPPED)}));
  voor.Add("begeleiding_regelen is not skipped as not_applicable",
           All({Refused(On::kTasksSkipped, journal::v1::REFUSAL_REASON_TASK_CLOSES_BY_ITSELF), Field("reason", "not_applicable"),
                OfTask("begeleiding_regelen")}));
  voor.Add("begeleiding_regelen is reopened after that",
           All({Accepted(On::kTasksReopened), Opens("begeleiding_regelen", ROLE_GEMEENTE, "P8W")}));
  voor.Add("… while a support counts: opens and closes in one decision",
           All({Accepted(On::kTasksReopened), OfTask("begeleiding_regelen"), Closes("begeleiding_regelen", TASK_OUTCOME_BY_ITSELF)}));
  voor.Add("a support that counts ends the decline", [](const Step& step) {
    return step.before.support_declined() && !step.after.support_declined() && !step.record.event().has_tasks_reopened();
  });
  voor.Add("woning_regelen opens: gemeente, P6M", All({Accepted(On::kTrajectenStarted), Opens("woning_regelen", ROLE_GEMEENTE, "P6M")}));
  voor.Add("woning_regelen closes with the contract",
           All({Accepted(On::kHomesContractSigned), Closes("woning_regelen", TASK_OUTCOME_BY_ITSELF)}));
  voor.Add("woning_regelen opens again when that home is lost",
           All({Phase("voor"), Accepted(On::kHomesLost), Opens("woning_regelen", ROLE_GEMEENTE, "P6M")}));
}

void AddTijdens(std::vector<Row>* rows) {
  Rows tijdens(rows, "tasks of tijdens");
  for (const Required& one : kTijdens) {
    tijdens.Add(std::string(one.task) + " opens: " + base::Code(one.owner) + ", " + one.term,
                All({PhaseBecomes("tijdens"), Opens(one.task, one.owner, one.term)}));
    AddByHand(one.task, &tijdens);
  }
  for (const char* phase : {"tijdens", "na"}) {
    tijdens.Add(std::string("verhuizing opens in ") + phase,
                All({Any({Phase(phase), PhaseBecomes(phase)}), Opens("verhuizing", ROLE_ZORGAANBIEDER, "P6W")}));
  }
  tijdens.Add("verhuizing closes with the move", All({Accepted(On::kHomesMovedIn), Closes("verhuizing", TASK_OUTCOME_BY_ITSELF)}));
  for (const char* phase : {"voor", "tijdens", "na"}) {
    tijdens.Add(std::string("overdracht_regelen opens in ") + phase, All({Phase(phase), Opens("overdracht_regelen", kResponsible, "P2W")}));
    tijdens.Add(std::string("overdracht_regelen closes in ") + phase + " with an offer",
                All({Phase(phase), Accepted(On::kHandoversOffered), Closes("overdracht_regelen", TASK_OUTCOME_BY_ITSELF)}));
  }
  tijdens.Add("overdracht_regelen opens with the phase", All({PhaseBecomes("tijdens"), Opens("overdracht_regelen", kResponsible, "P2W")}));
  tijdens.Add("overdracht_regelen stands still while one would be held", [](const Step& step) {
    const auto* timer = FindTimer(step.after, TERM_KIND_TASK, "overdracht_regelen");
    return timer != nullptr && timer->stands_still() && step.after.status() == STATUS_LOPEND;
  });
  tijdens.Add("overdracht_regelen goes on", [](const Step& step) {
    const auto* before = FindTimer(step.before, TERM_KIND_TASK, "overdracht_regelen");
    const auto* after = FindTimer(step.after, TERM_KIND_TASK, "overdracht_regelen");
    return before != nullptr && before->stands_still() && after != nullptr && !after->stands_still();
  });
  tijdens.Add("a task of voor reopened in tijdens", All({Accepted(On::kTasksReopened), Phase("tijdens"), OfTask("actieplan")}));
}

void AddOthers(std::vector<Row>* rows) {
  Rows others(rows, "other tasks");
  for (const char* task : kOptional) {
    others.Add(std::string(task) + " opens, without a term", Opens(task, ROLE_ZORGAANBIEDER, ""));
    others.Add(std::string(task) + " is completed", Closes(task, TASK_OUTCOME_COMPLETED));
  }
  for (const Required& one : kByReference) {
    others.Add(std::string(one.task) + " opens: the party responsible, " + one.term, Opens(one.task, one.owner, one.term));
    others.Add(std::string(one.task) + " is completed", Closes(one.task, TASK_OUTCOME_COMPLETED));
    others.Add(std::string(one.task) + " moves with the responsibility", All({Accepted(On::kHandoversFarewellHeld), Moves(one.task)}));
  }
  for (const char* task : kDuringStay) {
    others.Add(std::string(task) + " opens: gemeente, P2D", All({Becomes(STATUS_ONDERBROKEN), Opens(task, ROLE_GEMEENTE, "P2D")}));
    others.Add(std::string(task) + " is completed", Closes(task, TASK_OUTCOME_COMPLETED));
    others.Add(std::string(task) + " closes by itself on return",
               All({Accepted(On::kTerugvallenReturned), Closes(task, TASK_OUTCOME_BY_ITSELF)}));
  }
  for (const char* phase : {"tijdens", "na"}) {
    others.Add(std::string("nieuwe_woning opens in ") + phase,
               All({Phase(phase), Accepted(On::kHomesLost), Opens("nieuwe_woning", ROLE_GEMEENTE, "P2W")}));
    others.Add(std::string("nieuwe_woning closes in ") + phase,
               All({Phase(phase), Accepted(On::kHomesContractSigned), Closes("nieuwe_woning", TASK_OUTCOME_BY_ITSELF)}));
  }
  others.Add("warme_afsluiting opens: gemeente, P4W",
             All({Accepted(On::kTrajectenStopped), Opens("warme_afsluiting", ROLE_GEMEENTE, "P4W")}));
  others.Add("warme_afsluiting ends the traject", All({Closes("warme_afsluiting", TASK_OUTCOME_COMPLETED), Becomes(STATUS_GESTOPT)}));
  others.Add("warme_afsluiting is not skipped",
             All({Refused(On::kTasksSkipped, journal::v1::REFUSAL_REASON_TASK_NOT_SKIPPED), OfTask("warme_afsluiting")}));
  others.Add("override_melden outlives the traject", All({Was(STATUS_GESTOPT), Closes("override_melden", TASK_OUTCOME_COMPLETED)}));
  others.Add("a task moves to the newcomer",
             All({Accepted(On::kParticipantsReplaced), Any({Moves("actieplan"), Moves("woning_regelen")})}));
  others.Add("… its term running on",
             All({Accepted(On::kParticipantsReplaced), [](const Step& step) {
                    for (const auto& one : step.record.effects()) {
                      if (!one.has_task_moved()) continue;
                      const auto* before = FindTimer(step.before, TERM_KIND_TASK, one.task_moved().task());
                      const auto* after = FindTimer(step.after, TERM_KIND_TASK, one.task_moved().task());
                      if (before != nullptr && after != nullptr && before->at_us() == after->at_us() && before->times() == after->times()) {
                        return true;
                      }
                    }
                    return false;
                  }}));
}

void AddTerms(std::vector<Row>* rows) {
  Rows terms(rows, "terms of tasks");
  const auto task = [](const char* name, Is told) { return All({OfTask(name), std::move(told)}); };
  using W = Who;
  terms.Add("the owner is told (P2W)", task("inschrijving_woningzoekende", TermTold(TERM_KIND_TASK, 1, {W::kOwner}, "P2W")));
  terms.Add("after the same time the gemeente", task("inschrijving_woningzoekende", TermTold(TERM_KIND_TASK, 2, {W::kGemeente}, "P4W")));
  terms.Add("… at most P4W later (P6W)", task("actieplan", TermTold(TERM_KIND_TASK, 1, {W::kOwner}, "P4W")));
  terms.Add("… at most P4W later (P6M)", task("crisiskaart", TermTold(TERM_KIND_TASK, 1, {W::kOwner}, "P4W")));
  terms.Add("then every P4W the gemeente", task("actieplan", TermTold(TERM_KIND_TASK, 0, {W::kGemeente}, "P4W")));
  terms.Add("a short one after the same short time", task("override_melden", TermTold(TERM_KIND_TASK, 1, {W::kOwner}, "P3D")));
  terms.Add("the gemeente's own", task("woning_regelen", TermTold(TERM_KIND_TASK, 1, {W::kGemeente}, "P4W")));
  terms.Add("nieuwe_woning: the woningcorporatie too",
            task("nieuwe_woning", TermTold(TERM_KIND_TASK, 1, {W::kOwner, W::kWoningcorporatie}, "P2W")));
  terms.Add("nieuwe_woning: each time", task("nieuwe_woning", TermTold(TERM_KIND_TASK, 0, {W::kGemeente, W::kWoningcorporatie}, "P4W")));
  terms.Add("of a task of a table it stands still while interrupted",
            All({Becomes(STATUS_ONDERBROKEN), [](const Step& step) {
                   const auto* timer = FindTimer(step.after, TERM_KIND_TASK, "actieplan");
                   return timer != nullptr && timer->stands_still() && timer->left_us() > 0;
                 }}));
  terms.Add("… and has on return what it had left", All({Accepted(On::kTerugvallenReturned), [](const Step& step) {
                                                           const auto* before = FindTimer(step.before, TERM_KIND_TASK, "actieplan");
                                                           const auto* after = FindTimer(step.after, TERM_KIND_TASK, "actieplan");
                                                           return before != nullptr && after != nullptr && before->left_us() > 0 &&
                                                                  after->at_us() == step.record.time_us() + before->left_us();
                                                         }}));
  terms.Add("of another task it goes on while interrupted",
            All({Becomes(STATUS_ONDERBROKEN), [](const Step& step) {
                   for (const auto& one : step.after.timers()) {
                     if (one.reference().rfind("signaal_opvolgen:", 0) == 0 && !one.stands_still()) return true;
                   }
                   return false;
                 }}));
  terms.Add("a task reopened while interrupted has its whole term",
            All({Accepted(On::kTasksReopened), Was(STATUS_ONDERBROKEN), Opens("actieplan", ROLE_ZORGAANBIEDER, "P6W")}));
}

}  // namespace

void AddTasks(std::vector<Row>* rows) {
  AddVoor(rows);
  AddTijdens(rows);
  AddOthers(rows);
  AddTerms(rows);
}

}  // namespace overdracht::testing
