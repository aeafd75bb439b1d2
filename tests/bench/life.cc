#include "tests/bench/life.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace overdracht::bench {
namespace {

constexpr int64_t kDay = 24 * 60;
constexpr int kYear = 365;

// One client: adds what happens, from one stretch of the way to the next.
class Life {
 public:
  explicit Life(testing::Chance* chance) : chance_(*chance) {}

  std::vector<Step> Steps() {
    Voor();
    Offer();
    Tijdens();
    Na();
    // A terugval takes days of its own; what was to happen meanwhile happens in the order of time.
    std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) { return a.minute < b.minute; });
    return std::move(steps_);
  }

 private:
  int Between(int least, int most) { return least + chance_.Below(most - least + 1); }

  void Add(int day, char by, std::string event, std::vector<std::string> fields) {
    // Within a day in the order in which they are added.
    minute_ = std::max(minute_ + 1, day * kDay + 9 * 60 + Between(0, 60));
    steps_.push_back({.minute = minute_, .by = by, .event = std::move(event), .fields = std::move(fields)});
  }
  void Task(int day, char by, const std::string& task) { Add(day, by, "tasks.completed", {"task=" + task}); }

  void Voor() {
    Add(0, 'z', "trajecten.started", {"workflow=uitstroom", "client=c-1", "participants=$participants"});
    Task(Between(2, 16), 'z', "inschrijving_woningzoekende");  // some after their term
    Task(Between(17, 45), 'z', "actieplan");
    Add(Between(46, 60), 'g', "supports.granted", {"support=s-1", "provider=$z", "hoursPerWeek=6", "from=$day+0"});
    int day = 61;
    for (const char* task : {"risicoinventarisatie", "crisiskaart", "inkomen_en_schulden", "netwerk_in_kaart", "dagbesteding"}) {
      if (chance_.Percent(10)) {
        Add(day += Between(2, 8), 'z', "tasks.skipped", {absl::StrCat("task=", task), "reason=client_declines"});
      } else {
        Task(day += Between(2, 8), 'z', task);
      }
    }
    for (const char* task : {"medicatie_afspraken", "zorgverzekering", "streefdatum", "wijk_verkend"}) {
      if (chance_.Percent(60)) Task(day += Between(1, 3), 'z', task);
    }
    home_day_ = day + Between(15, 40);
    if (chance_.Percent(40)) {
      Add(home_day_, 'c', "homes.offered", {"home=w-0", "kind=regular"});
      Add(home_day_ += Between(2, 9), 'c', "homes.declined", {"home=w-0"});
    }
    Add(home_day_ += Between(2, 20), 'c', "homes.offered", {"home=w-1", "kind=regular"});
    Add(home_day_ += Between(3, 10), 'c', "homes.contract-signed", {"home=w-1", "kind=regular"});
  }

  void Grant(int day, const std::string& consent) {
    Add(day, 'z', "consents.granted",
        {"consent=" + consent, "recipient=$w", "categories=actieplan,wonen,inkomen", "purpose=handover", "validUntil=2099-12-31"});
  }

  void OfferTo(int day, const std::string& handover) {
    Add(day, 'z', "handovers.offered",
        {"handover=" + handover, "recipient=$w", "purpose=handover", "categories=actieplan,inkomen,medicatie,wonen",
         "transfersResponsibility=true", "dossier.reference=d-1", absl::StrCat("dossier.digest=sha256:", std::string(64, '0'))});
  }

  void Offer() {
    Grant(home_day_ + 1, "t-1");
    OfferTo(home_day_ + 2, handover_);
    if (chance_.Percent(15)) {
      Add(home_day_ + 4, 'w', "handovers.more-requested", {"handover=" + handover_, "categories=activiteiten"});
      OfferTo(home_day_ + 5, handover_);
    }
    if (chance_.Percent(10)) {
      Add(home_day_ + 6, 'w', "handovers.declined", {"handover=" + handover_, "reason=no_capacity"});
      handover_ = "h-2";
      OfferTo(home_day_ + 9, handover_);
    }
    Add(home_day_ + Between(10, 13), 'w', "handovers.accepted", {"handover=" + handover_});
    Add(home_day_ + 14, 'z', "dossiers.accessed",
        {"handover=" + handover_, "categories=actieplan,inkomen,wonen", "accessor=a-1", "purpose=handover"});
    if (chance_.Percent(10)) {
      Add(home_day_ + 15, 'z', "consents.withdrawn", {"consent=t-1", "categories=inkomen"});
      Grant(home_day_ + 17, "t-2");
    }
  }

  void Tijdens() {
    int day = home_day_ + 18;
    Add(day, 'c', "homes.moved-in", {"home=w-1"});
    for (const char* task : {"brp_inschrijving", "nutscontracten", "toeslagen"}) Task(day += Between(1, 3), 'z', task);
    Add(day += Between(1, 3), 'w', "handovers.meeting-held",
        {"handover=" + handover_, "participants=zorgaanbieder,wijkteam", "clientPresence=present", "coordinator.organisation=$w",
         "coordinator.reference=k-1"});
    Add(day += Between(2, 20), 'z', "handovers.farewell-held", {"handover=" + handover_, "clientKnowsContact=true"});
    na_day_ = day;
  }

  // Two years and a month; whoever wants less of them stops earlier.
  void Na() {
    const int64_t handed_over = minute_;
    // Each thread of the aftercare is drawn from its beginning: they run beside each other.
    const auto thread = [&](auto what) {
      minute_ = handed_over;
      what();
    };
    thread([&] { Contacts("monitoring", 182, 182, 4); });
    thread([&] { Contacts("waakvlam", kYear + 2, 91, 5); });
    thread([&] { Contacts("home_visit", 30, 61, 6); });
    if (chance_.Percent(33)) thread([&] { Appointments(); });
    for (int left = Between(0, 4); left > 0; --left) thread([&] { Signal(na_day_ + Between(20, 700), left); });
    if (chance_.Percent(38)) thread([&] { Terugval(na_day_ + Between(60, 600)); });
    if (chance_.Percent(15)) thread([&] { LoseHome(na_day_ + Between(100, 500)); });
  }

  void Contacts(const std::string& kind, int first, int every, int times) {
    for (int i = 0; i < times; ++i) {
      if (chance_.Percent(95)) Add(na_day_ + first + i * every + Between(-5, 5), 'w', "contacts.held", {"kind=" + kind});
    }
  }

  void Appointments() {
    for (int i = 1; i <= 12; ++i) {
      const bool missed = i > 1 && chance_.Percent(14);
      Add(na_day_ + 20 * i, 'p', missed ? "appointments.missed" : "appointments.kept",
          {absl::StrCat("appointment=a-", i), absl::StrCat("first=", i == 1 ? "true" : "false")});
    }
  }

  void Signal(int day, int number) {
    const char* kind = chance_.OneOf({"rent_arrears", "nuisance", "missed_contact", "naasten"});
    Add(day, 'c', "signals.reported", {absl::StrCat("signal=b-", number), absl::StrCat("kind=", kind)});
    Task(day + Between(1, 8), 'w', absl::StrCat("signaal_opvolgen:b-", number));
  }

  void Terugval(int day) {
    const std::string severity = chance_.Percent(40) ? "severity=crisis" : "severity=dreigend";
    Add(day, 'w', "terugvallen.signalled", {"episode=e-1", severity});
    Add(day, 'w', "terugvallen.assessed", {"episode=e-1", severity});
    Add(day + 1, 'w', "terugvallen.support-raised", {"episode=e-1", "hoursPerWeek=10"});
    if (const bool respite = chance_.Percent(25); respite || chance_.Percent(40)) {
      if (respite) {
        Add(day += 2, 'w', "terugvallen.respite-started", {"episode=e-1", "place=respijthuis", "until=$day+5"});
      } else {
        Add(day += 2, 'p', "terugvallen.admitted", {"episode=e-1", "kind=ggz"});
      }
      for (const char* task : {"huur_loopt_door", "uitkering_loopt_door", "indicatie_loopt_door"}) Task(day + 1, 'g', task);
      Add(day += respite ? 5 : Between(10, 60), 'w', "terugvallen.returned", {"episode=e-1"});
      Task(day + Between(1, 6), 'w', "warme_terugkeer:e-1");
    }
    Add(day + Between(10, 40), 'w', "terugvallen.resolved", {"episode=e-1"});
  }

  void LoseHome(int day) {
    Add(day, 'c', "homes.lost", {"home=w-1", "reason=arrears"});
    Add(day + Between(5, 30), 'c', "homes.contract-signed", {"home=w-2", "kind=temporary"});
    Add(day + 40, 'c', "homes.moved-in", {"home=w-2"});
  }

  testing::Chance& chance_;
  std::vector<Step> steps_;
  int64_t minute_ = -1;
  int home_day_ = 0;
  int na_day_ = 0;
  std::string handover_ = "h-1";
};

}  // namespace

std::vector<Step> WaitingLife() {
  const std::string digest = absl::StrCat("dossier.digest=sha256:", std::string(64, '0'));
  std::vector<Step> steps = {
      {.by = 'z', .event = "trajecten.started", .fields = {"workflow=uitstroom", "client=c-1", "participants=$participants"}},
      {.by = 'z', .event = "tasks.completed", .fields = {"task=inschrijving_woningzoekende"}},
      {.by = 'z', .event = "tasks.completed", .fields = {"task=actieplan"}},
      {.by = 'g', .event = "supports.granted", .fields = {"support=s-1", "provider=$z", "hoursPerWeek=6", "from=2017-01-01"}},
      {.by = 'z',
       .event = "consents.granted",
       .fields = {"consent=t-1", "recipient=$p", "categories=gezondheid,medicatie,actieplan", "purpose=treatment",
                  "validUntil=2099-12-31"}},
      {.by = 'z',
       .event = "handovers.offered",
       .fields = {"handover=h-1", "recipient=$p", "purpose=treatment", "categories=gezondheid,medicatie,actieplan",
                  "transfersResponsibility=false", "dossier.reference=d-1", digest}},
      {.by = 'p', .event = "handovers.accepted", .fields = {"handover=h-1"}},
      {.by = 'p',
       .event = "handovers.meeting-held",
       .fields = {"handover=h-1", "participants=zorgaanbieder,ggz", "clientPresence=present", "coordinator.organisation=$z",
                  "coordinator.reference=k-1"}},
      {.by = 'z', .event = "handovers.farewell-held", .fields = {"handover=h-1", "clientKnowsContact=true"}},
      {.by = 'z', .event = "tasks.completed", .fields = {"task=risicoinventarisatie"}},
      {.by = 'z', .event = "tasks.completed", .fields = {"task=crisiskaart"}},
      {.by = 'z', .event = "tasks.completed", .fields = {"task=inkomen_en_schulden"}},
  };
  for (size_t i = 0; i < steps.size(); ++i) steps[i].minute = 9 * 60 + 30 * static_cast<int64_t>(i);
  return steps;
}

std::vector<Step> WholeLife(testing::Chance* chance) { return Life(chance).Steps(); }

}  // namespace overdracht::bench
