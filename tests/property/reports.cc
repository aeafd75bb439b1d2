#include "tests/property/reports.h"

#include "services/base/codes.h"
#include "services/base/time.h"

namespace overdracht::testing {
namespace {

using namespace event::v1;  // NOLINT: this file makes events
using journal::v1::Traject;

constexpr char kDigest[] = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

std::string OinOf(int n) { return "00000099000000" + std::to_string(101 + n) + "000"; }

bool Open(const journal::v1::Handover& one) {
  return one.state() >= notice::v1::HANDOVER_STATE_AANGEBODEN && one.state() <= notice::v1::HANDOVER_STATE_AANGEHOUDEN;
}

bool Open(const journal::v1::Episode& one) {
  return one.state() >= notice::v1::EPISODE_STATE_GESIGNALEERD && one.state() <= notice::v1::EPISODE_STATE_OPGENOMEN;
}

}  // namespace

Event Reports::New(int64_t now) {
  Event event;
  event.set_id("e-" + std::to_string(++events_));
  event.set_system("ecd");
  event.set_traject(id_);
  event.set_time_us(now);
  return event;
}

// Nearly always a new one.
std::string Reports::Fresh(const char* kind) {
  if (!chance_.Percent(8)) ++things_;
  const int n = chance_.Percent(6) && things_ > 3 ? 1 + chance_.Below(things_) : things_;
  return std::string(kind) + "-" + std::to_string(n);
}

std::string Reports::Holder(const Traject& traject, std::initializer_list<Role> roles) {
  if (chance_.Percent(3)) return Organisation();
  std::vector<std::string> holders;
  for (const Participant& one : traject.participants()) {
    for (Role role : roles) {
      if (one.role() == role) holders.push_back(one.organisation());
    }
  }
  return holders.empty() ? Organisation() : chance_.OneOf(holders);
}

std::string Reports::Somebody(const Traject& traject) {
  if (traject.leaving_size() > 0 && chance_.Percent(30)) return chance_.OneOf(traject.leaving()).organisation();
  return chance_.Percent(5) ? Organisation() : chance_.OneOf(traject.participants()).organisation();
}

std::string Reports::Until(int64_t now) {
  const int days = chance_.OneOf({-1, 0, 1, 1, 3, 10, 40, 100, 400, 2000});
  return base::FormatDate(base::DayOf(now) + days);
}

void Reports::Categories(google::protobuf::RepeatedField<int>* categories) {
  const int n = 1 + chance_.Below(3);
  for (int category = 1; category <= n; ++category) categories->Add(category + chance_.Below(2) * 3);
}

Event Reports::Start(const std::string& workflow, int64_t now) {
  organisations_.clear();
  for (int i = 0; i < 10; ++i) organisations_.push_back(OinOf(i));
  Event event = New(now);
  TrajectenStarted* start = event.mutable_trajecten_started();
  start->set_workflow(chance_.Percent(2) ? "x" : workflow);
  start->set_client("c-1");
  const auto add = [&](Role role, int organisation) {
    Participant* one = start->add_participants();
    one->set_role(role);
    one->set_organisation(OinOf(organisation));
  };
  add(ROLE_ZORGAANBIEDER, 0);
  add(ROLE_WIJKTEAM, 1);
  add(ROLE_GEMEENTE, chance_.Percent(10) ? 1 : 2);
  if (chance_.Percent(80)) add(ROLE_WONINGCORPORATIE, chance_.Percent(10) ? 0 : 3);
  if (chance_.Percent(70)) add(ROLE_GGZ, 4);
  if (chance_.Percent(40)) add(ROLE_BEWINDVOERDER, 5);
  if (chance_.Percent(30)) add(ROLE_BEGELEIDER, chance_.Percent(30) ? 0 : 6);
  event.set_organisation(chance_.Percent(3) ? OinOf(2) : OinOf(0));
  return event;
}

Event Reports::Complete(const Traject& traject, const std::string& task, int64_t now) {
  Event event = New(now);
  event.mutable_tasks_completed()->set_task(task);
  for (const auto& one : traject.tasks()) {
    if (one.task() == task) event.set_organisation(one.owner());
  }
  return event;
}

Event Reports::Contact(const Traject& traject, const std::string& kind, int64_t now) {
  Event event = New(now);
  event.set_organisation(Somebody(traject));
  event.mutable_contacts_held()->set_kind(kind);
  return event;
}

Event Reports::Transfer(const Traject& traject, int64_t now) {
  Event event = New(now);
  event.set_organisation(traject.responsible());
  HandoversOffered* offer = event.mutable_handovers_offered();
  offer->set_handover(Fresh("h"));
  offer->set_recipient(Holder(traject, {ROLE_WIJKTEAM, ROLE_WIJKTEAM, ROLE_WIJKTEAM, ROLE_GGZ, ROLE_BEGELEIDER, ROLE_GEMEENTE}));
  offer->set_purpose(chance_.OneOf({PURPOSE_HANDOVER, PURPOSE_SUPPORT}));
  Categories(offer->mutable_categories());
  offer->set_transfers_responsibility(true);
  offer->mutable_dossier()->set_reference(Fresh("d"));
  offer->mutable_dossier()->set_digest(kDigest);
  return event;
}

Event Reports::MeetWell(const Traject& traject, int64_t now) {
  Event event = New(now);
  HandoversMeetingHeld* meeting = event.mutable_handovers_meeting_held();
  for (const auto& one : traject.handovers()) {
    if (one.state() != notice::v1::HANDOVER_STATE_GEACCEPTEERD) continue;
    meeting->set_handover(one.handover());
    *meeting->add_participants() = one.sender();
    *meeting->add_participants() = one.recipient();
    event.set_organisation(chance_.Percent(50) ? one.sender() : one.recipient());
  }
  meeting->set_client_presence(chance_.OneOf({CLIENT_PRESENCE_PRESENT, CLIENT_PRESENCE_DECLINED}));
  meeting->mutable_coordinator()->set_organisation(Organisation());
  meeting->mutable_coordinator()->set_reference("m-1");
  return event;
}

Event Reports::Support(const Traject& traject, int64_t now) {
  Event event = New(now);
  event.set_organisation(Holder(traject, {ROLE_GEMEENTE}));
  SupportsGranted* support = event.mutable_supports_granted();
  support->set_support(Fresh("s"));
  support->set_provider(Organisation());
  support->set_hours_per_week(4);
  support->set_from(base::FormatDate(base::DayOf(now) + chance_.OneOf({0, 0, 0, 5, 40})));
  if (chance_.Percent(50)) support->set_until(base::FormatDate(base::DayOf(now) + 2000));
  return event;
}

Event Reports::Home(Kind kind, const Traject& traject, int64_t now) {
  Event event = New(now);
  const bool fresh = traject.homes().empty() || chance_.Percent(kind == Kind::kSign ? 50 : 4);
  const std::string home = fresh ? Fresh("w") : chance_.OneOf(traject.homes()).home();
  const HomeKind of = chance_.OneOf({HOME_KIND_REGULAR, HOME_KIND_OMKLAP, HOME_KIND_TEMPORARY});
  event.set_organisation(Holder(traject, {ROLE_ZORGAANBIEDER, ROLE_WONINGCORPORATIE}));
  switch (kind) {
    case Kind::kOfferHome:
      event.mutable_homes_offered()->set_home(chance_.Percent(15) ? home : Fresh("w"));
      event.mutable_homes_offered()->set_kind(of);
      break;
    case Kind::kDeclineHome:
      event.mutable_homes_declined()->set_home(home);
      break;
    case Kind::kSign:
      event.mutable_homes_contract_signed()->set_home(home);
      event.mutable_homes_contract_signed()->set_kind(of);
      break;
    case Kind::kMoveIn:
      event.mutable_homes_moved_in()->set_home(home);
      break;
    case Kind::kFlip:
      event.set_organisation(Holder(traject, {ROLE_WONINGCORPORATIE}));
      event.mutable_homes_contract_flipped()->set_home(home);
      break;
    default:
      event.set_organisation(Holder(traject, {ROLE_WIJKTEAM}));
      event.mutable_homes_lost()->set_home(home);
      event.mutable_homes_lost()->set_reason(HOME_LOSS_REASON_ARREARS);
  }
  return event;
}

Event Reports::Make(Kind kind, const Traject& traject, int64_t now) {
  Event event = New(now);
  const auto by = [&](std::initializer_list<Role> roles) { event.set_organisation(Holder(traject, roles)); };
  const auto by_responsible_or = [&](std::initializer_list<Role> roles) {
    event.set_organisation(chance_.Percent(60) ? traject.responsible() : Holder(traject, roles));
  };
  // A handover, mostly an open one; an episode, mostly the open one.
  const journal::v1::Handover* handover = nullptr;
  for (const auto& one : traject.handovers()) {
    if (handover == nullptr || chance_.Percent(Open(one) ? 70 : 20)) handover = &one;
  }
  const std::string handover_id = handover == nullptr || chance_.Percent(2) ? "h-999" : handover->handover();
  std::string episode = "t-999";
  for (const auto& one : traject.episodes()) {
    if (chance_.Percent(Open(one) ? 95 : 20)) episode = one.episode();
  }
  const auto by_side = [&](bool sender) {
    event.set_organisation(handover == nullptr || chance_.Percent(3) ? Somebody(traject)
                           : sender                                  ? handover->sender()
                                                                     : handover->recipient());
  };
  const auto task = [&]() -> std::string {
    if (chance_.Percent(3))
      return chance_.OneOf({std::string("actieplan:x"), std::string("signaal_opvolgen"), std::string("x"), std::string("verhuizing"),
                            std::string("warme_afsluiting")});
    std::vector<std::string> open;
    for (const auto& one : traject.tasks()) {
      if (one.open() || chance_.Percent(10)) open.push_back(one.task());
    }
    return open.empty() ? "actieplan" : chance_.OneOf(open);
  };
  const auto by_owner = [&](const std::string& name) {
    event.set_organisation(traject.responsible());
    for (const auto& one : traject.tasks()) {
      if (one.task() == name && !chance_.Percent(3)) event.set_organisation(one.owner());
    }
  };
  switch (kind) {
    case Kind::kStop:
      by({ROLE_ZORGAANBIEDER, ROLE_WIJKTEAM, ROLE_GEMEENTE});
      event.mutable_trajecten_stopped()->set_reason(static_cast<StopReason>(1 + chance_.Below(4)));
      break;
    case Kind::kAdd:
      by({ROLE_ZORGAANBIEDER, ROLE_GEMEENTE});
      event.mutable_participants_added()->set_role(static_cast<Role>(1 + chance_.Below(7)));
      event.mutable_participants_added()->set_organisation(Organisation());
      break;
    case Kind::kReplace:
      by({ROLE_GEMEENTE});
      event.mutable_participants_replaced()->set_role(static_cast<Role>(1 + chance_.Below(7)));
      event.mutable_participants_replaced()->set_organisation(Organisation());
      break;
    case Kind::kComplete:
      event.mutable_tasks_completed()->set_task(task());
      by_owner(event.tasks_completed().task());
      break;
    case Kind::kSkip:
      event.mutable_tasks_skipped()->set_task(task());
      event.mutable_tasks_skipped()->set_reason(static_cast<SkipReason>(1 + chance_.Below(2)));
      by_owner(event.tasks_skipped().task());
      break;
    case Kind::kReopen: {
      std::vector<std::string> closed;
      for (const auto& one : traject.tasks()) {
        if (!one.open() || chance_.Percent(10)) closed.push_back(one.task());
      }
      if (traject.support_declined() && chance_.Percent(60)) closed = {"begeleiding_regelen"};
      event.mutable_tasks_reopened()->set_task(closed.empty() || chance_.Percent(5) ? "verhuizing" : chance_.OneOf(closed));
      by({ROLE_GEMEENTE, ROLE_ZORGAANBIEDER});
      break;
    }
    case Kind::kGrantConsent: {
      by({ROLE_ZORGAANBIEDER, ROLE_WIJKTEAM});
      ConsentsGranted* consent = event.mutable_consents_granted();
      consent->set_consent(Fresh("c"));
      consent->set_recipient(handover != nullptr && chance_.Percent(80) ? handover->recipient() : Organisation());
      consent->set_purpose(handover != nullptr && chance_.Percent(80) ? handover->purpose()
                                                                      : chance_.OneOf({PURPOSE_HANDOVER, PURPOSE_SUPPORT}));
      Categories(consent->mutable_categories());
      consent->set_valid_until(Until(now));
      break;
    }
    case Kind::kWithdrawConsent:
      event.set_organisation(Somebody(traject));
      event.mutable_consents_withdrawn()->set_consent(traject.consents().empty() ? "c-999" : chance_.OneOf(traject.consents()).consent());
      if (chance_.Percent(60)) Categories(event.mutable_consents_withdrawn()->mutable_categories());
      break;
    case Kind::kOverride: {
      event.set_organisation(traject.responsible());
      ConsentsOverridden* override = event.mutable_consents_overridden();
      override->set_override(Fresh("o"));
      override->set_recipient(handover != nullptr && chance_.Percent(90) ? handover->recipient() : Organisation());
      Categories(override->mutable_categories());
      override->set_ground(chance_.OneOf({OVERRIDE_GROUND_VITAL_INTEREST, OVERRIDE_GROUND_LEGAL_DUTY}));
      break;
    }
    case Kind::kGrantSupport: {
      event = Support(traject, now);
      event.mutable_supports_granted()->set_from(Until(now));
      event.mutable_supports_granted()->clear_until();
      if (chance_.Percent(70)) event.mutable_supports_granted()->set_until(Until(now));
      break;
    }
    case Kind::kBridge:
      by({ROLE_GEMEENTE, ROLE_ZORGAANBIEDER});
      event.mutable_supports_bridged()->set_support(Fresh("s"));
      event.mutable_supports_bridged()->set_provider(Organisation());
      event.mutable_supports_bridged()->set_until(Until(now));
      break;
    case Kind::kChangeSupport:
    case Kind::kEndSupport: {
      const auto* support = traject.supports().empty() ? nullptr : &chance_.OneOf(traject.supports());
      const std::string id = support == nullptr ? "s-999" : support->support();
      by({ROLE_GEMEENTE});
      if (support != nullptr && chance_.Percent(30)) event.set_organisation(support->provider());
      if (kind == Kind::kChangeSupport) {
        event.mutable_supports_changed()->set_support(id);
        event.mutable_supports_changed()->set_hours_per_week(8);
      } else {
        event.mutable_supports_ended()->set_support(id);
        event.mutable_supports_ended()->set_reason(chance_.OneOf({SUPPORT_END_REASON_CLIENT_WISH, SUPPORT_END_REASON_OTHER}));
      }
      break;
    }
    case Kind::kOfferHome:
    case Kind::kDeclineHome:
    case Kind::kSign:
    case Kind::kMoveIn:
    case Kind::kFlip:
    case Kind::kLose:
      return Home(kind, traject, now);
    case Kind::kOffer: {
      event = Transfer(traject, now);
      HandoversOffered* offer = event.mutable_handovers_offered();
      if (handover != nullptr && handover->state() == notice::v1::HANDOVER_STATE_AANVULLING_GEVRAAGD && chance_.Percent(80)) {
        offer->set_handover(handover->handover());
        event.set_organisation(handover->sender());
        offer->set_recipient(handover->recipient());
        offer->set_purpose(handover->purpose());
        if (!chance_.Percent(15)) *offer->mutable_categories() = handover->categories();
        offer->set_transfers_responsibility(handover->transfers_responsibility() != chance_.Percent(8));
        break;
      }
      if (handover != nullptr && chance_.Percent(10)) offer->set_handover(handover->handover());
      if (chance_.Percent(15)) event.set_organisation(Somebody(traject));
      if (chance_.Percent(50)) {
        offer->set_transfers_responsibility(false);
        event.set_organisation(Holder(traject, {ROLE_ZORGAANBIEDER, ROLE_WIJKTEAM, ROLE_GGZ}));
      }
      if (chance_.Percent(30)) offer->set_recipient(Somebody(traject));
      break;
    }
    case Kind::kAccept:
      event.mutable_handovers_accepted()->set_handover(handover_id);
      by_side(false);
      break;
    case Kind::kDecline:
      event.mutable_handovers_declined()->set_handover(handover_id);
      event.mutable_handovers_declined()->set_reason(DECLINE_REASON_NO_CAPACITY);
      by_side(false);
      break;
    case Kind::kAskMore:
      event.mutable_handovers_more_requested()->set_handover(handover_id);
      if (chance_.Percent(50)) event.mutable_handovers_more_requested()->add_categories(CATEGORY_MEDICATIE);
      by_side(false);
      break;
    case Kind::kMeet: {
      event = MeetWell(traject, now);
      HandoversMeetingHeld* meeting = event.mutable_handovers_meeting_held();
      meeting->set_handover(handover_id);
      by_side(chance_.Percent(50));
      meeting->clear_participants();
      if (handover != nullptr && chance_.Percent(85)) *meeting->add_participants() = handover->sender();
      for (Role role : {ROLE_WIJKTEAM, ROLE_GGZ, ROLE_ZORGAANBIEDER}) {
        if (chance_.Percent(75)) *meeting->add_participants() = base::Code(role);
      }
      if (meeting->participants().empty()) *meeting->add_participants() = "gemeente";
      break;
    }
    case Kind::kFarewell:
      event.mutable_handovers_farewell_held()->set_handover(handover_id);
      event.mutable_handovers_farewell_held()->set_client_knows_contact(true);
      by_side(true);
      break;
    case Kind::kWithdraw:
      event.mutable_handovers_withdrawn()->set_handover(handover_id);
      event.mutable_handovers_withdrawn()->set_reason(WITHDRAW_REASON_CLIENT_WISH);
      by_side(true);
      break;
    case Kind::kKept:
      by({ROLE_GGZ});
      event.mutable_appointments_kept()->set_appointment(Fresh("a"));
      event.mutable_appointments_kept()->set_first(chance_.Percent(50));
      break;
    case Kind::kMissed:
      by({ROLE_GGZ});
      event.mutable_appointments_missed()->set_appointment(Fresh("a"));
      event.mutable_appointments_missed()->set_first(chance_.Percent(50));
      break;
    case Kind::kSignal:
      event.set_organisation(Somebody(traject));
      event.mutable_signals_reported()->set_signal(Fresh("n"));
      event.mutable_signals_reported()->set_kind(static_cast<SignalKind>(1 + chance_.Below(6)));
      break;
    case Kind::kRelapse:
      event.set_organisation(Somebody(traject));
      event.mutable_terugvallen_signalled()->set_episode(chance_.Percent(15) ? episode : Fresh("t"));
      event.mutable_terugvallen_signalled()->set_severity(chance_.OneOf({SEVERITY_DREIGEND, SEVERITY_DREIGEND, SEVERITY_CRISIS}));
      break;
    case Kind::kAssess:
      by_responsible_or({ROLE_GGZ, ROLE_GEMEENTE});
      event.mutable_terugvallen_assessed()->set_episode(episode);
      event.mutable_terugvallen_assessed()->set_severity(chance_.OneOf({SEVERITY_NONE, SEVERITY_DREIGEND, SEVERITY_CRISIS}));
      break;
    case Kind::kRaise:
      by_responsible_or({ROLE_GEMEENTE});
      event.mutable_terugvallen_support_raised()->set_episode(episode);
      event.mutable_terugvallen_support_raised()->set_hours_per_week(12);
      break;
    case Kind::kRespite:
      by_responsible_or({ROLE_GGZ});
      event.mutable_terugvallen_respite_started()->set_episode(episode);
      event.mutable_terugvallen_respite_started()->set_place("p-1");
      event.mutable_terugvallen_respite_started()->set_until(base::FormatDate(base::DayOf(now) + chance_.OneOf({0, 2, 5, 20})));
      break;
    case Kind::kAdmit:
      by({ROLE_GGZ, ROLE_ZORGAANBIEDER});
      event.mutable_terugvallen_admitted()->set_episode(episode);
      event.mutable_terugvallen_admitted()->set_kind(chance_.OneOf({ADMISSION_KIND_GGZ, ADMISSION_KIND_BESCHERMD_WONEN}));
      break;
    case Kind::kReturn:
      by_responsible_or({ROLE_GGZ});
      event.mutable_terugvallen_returned()->set_episode(episode);
      break;
    case Kind::kResolve:
      event.set_organisation(traject.responsible());
      event.mutable_terugvallen_resolved()->set_episode(episode);
      break;
    case Kind::kContact: {
      static const auto* kinds = new std::vector<std::string>{"home_visit", "monitoring", "waakvlam", "terugkom", "weekcontact"};
      return Contact(traject, chance_.OneOf(*kinds), now);
    }
    case Kind::kAccess:
      event.mutable_dossiers_accessed()->set_handover(handover_id);
      by_side(true);
      Categories(event.mutable_dossiers_accessed()->mutable_categories());
      event.mutable_dossiers_accessed()->set_accessor("u-1");
      event.mutable_dossiers_accessed()->set_purpose(PURPOSE_HANDOVER);
      break;
    case Kind::kDecide: {
      static const auto* names = new std::vector<std::string>{"x", "doe_tafel", "terugkeer", "opstapcommissie"};
      by({ROLE_GEMEENTE});
      event.mutable_decisions_taken()->set_decision(chance_.OneOf(*names));
      event.mutable_decisions_taken()->set_outcome(static_cast<DecisionOutcome>(1 + chance_.Below(3)));
      break;
    }
    case Kind::kStay:
    case Kind::kCount:
      by({ROLE_ZORGAANBIEDER});
      event.mutable_stays_registered()->set_setting(STAY_SETTING_MO);
      event.mutable_stays_registered()->set_since(Until(now));
      break;
  }
  return event;
}

}  // namespace overdracht::testing
