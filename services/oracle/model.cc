#include "services/oracle/model.h"

#include <algorithm>

#include "services/base/codes.h"
#include "services/base/time.h"

namespace overdracht::oracle {
namespace {

using event::v1::Event;
using event::v1::Role;
using namespace notice::v1;  // NOLINT: states and statuses only

bool IsCare(Role role) {
  return role == event::v1::ROLE_ZORGAANBIEDER || role == event::v1::ROLE_WIJKTEAM || role == event::v1::ROLE_GEMEENTE ||
         role == event::v1::ROLE_GGZ || role == event::v1::ROLE_BEGELEIDER;
}

}  // namespace

std::set<int> SetOf(const google::protobuf::RepeatedField<int>& codes) { return {codes.begin(), codes.end()}; }
int64_t DayAfter(const std::string& date) { return base::StartOf(base::ParseDate(date).value_or(0) + 1); }

bool Running(Status status) { return status == STATUS_LOPEND || status == STATUS_ONDERBROKEN; }
bool Ended(Status status) { return status == STATUS_AFGEROND || status == STATUS_GESTOPT; }

bool Handover::is_open() const { return state == HANDOVER_STATE_AANGEBODEN || state == HANDOVER_STATE_AANVULLING_GEVRAAGD || discloses(); }

bool Handover::discloses() const { return state == HANDOVER_STATE_GEACCEPTEERD || state == HANDOVER_STATE_OVERLEGD; }

bool Episode::is_open() const { return state >= EPISODE_STATE_GESIGNALEERD && state <= EPISODE_STATE_OPGENOMEN; }
bool Episode::away() const { return state == EPISODE_STATE_RESPIJT || state == EPISODE_STATE_OPGENOMEN; }

Handover* Model::FindHandover(const std::string& id) {
  for (Handover& one : handovers) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

const Consent* Model::FindConsent(const std::string& id) const {
  for (const Consent& one : consents) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

Override* Model::FindOverride(const std::string& id) {
  for (Override& one : overrides) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

const Episode* Model::OpenEpisode() const {
  for (const Episode& one : episodes) {
    if (one.is_open()) return &one;
  }
  return nullptr;
}

bool Model::Interrupted() const { return Running(status) && OpenEpisode() != nullptr && OpenEpisode()->away(); }

bool Model::TransfersHeld() const {
  return Interrupted() || (OpenEpisode() != nullptr && OpenEpisode()->severity == event::v1::SEVERITY_CRISIS);
}

bool Model::SupportArranged(int64_t now) const {
  return support_declined || std::any_of(supports.begin(), supports.end(), [&](const Support& one) {
           return !one.ended && one.from_us <= now && (one.end_us == 0 || now < one.end_us);
         });
}

bool Model::HomeIs(journal::v1::HomeState state) const {
  return std::any_of(homes.begin(), homes.end(), [&](const auto& one) { return one.second == state; });
}

std::set<std::string> Model::Everybody() const {
  std::set<std::string> all;
  for (const auto& [role, organisation] : roles) all.insert(organisation);
  for (const auto& [organisation, care] : leaving) all.insert(organisation);
  return all;
}

std::set<std::string> Model::Care() const {
  std::set<std::string> all;
  for (const auto& [role, organisation] : roles) {
    if (IsCare(role)) all.insert(organisation);
  }
  for (const auto& [organisation, care] : leaving) {
    if (care) all.insert(organisation);
  }
  return all;
}

bool Model::Holds(const std::string& organisation, Role role) const {
  const auto found = roles.find(role);
  return found != roles.end() && found->second == organisation;
}

Disclosure Model::BasisFor(const Handover& handover, int category, int64_t now) const {
  for (const Consent& one : consents) {
    Disclosure basis{one.id, ""};
    if (now < one.end_us && Covers(basis, handover, category)) return basis;
  }
  for (const Override& one : overrides) {
    Disclosure basis{"", one.id};
    if (Covers(basis, handover, category)) return basis;
  }
  return {};
}

bool Model::Covers(const Disclosure& basis, const Handover& handover, int category) const {
  for (const Consent& one : consents) {
    if (one.id != basis.consent || basis.consent.empty()) continue;
    const bool accepted = handover.discloses() || handover.state == HANDOVER_STATE_AFGEROND;
    return accepted && !one.ended && one.recipient == handover.recipient && one.purpose == handover.purpose &&
           one.categories.count(category) > 0;
  }
  for (const Override& one : overrides) {
    if (one.id != basis.override || basis.override.empty()) continue;
    return one.handovers.count(handover.id) > 0 && one.categories.count(category) > 0;
  }
  return false;
}

void Model::Adopt(const Traject& traject) {
  adopted = true;
  responsible = traject.responsible();
  status = traject.status();
  support_declined = traject.support_declined();
  for (const auto& one : traject.participants()) roles[one.role()] = one.organisation();
  for (const auto& one : traject.leaving()) leaving[one.organisation()] = one.care();
  for (const auto& one : traject.homes()) homes[one.home()] = one.state();
  for (const auto& one : traject.consents()) {
    consents.push_back({one.consent(), one.recipient(), SetOf(one.categories()), one.purpose(), DayAfter(one.valid_until())});
  }
  for (const auto& one : traject.overrides()) {
    overrides.push_back({one.override(), SetOf(one.categories()), one.ground(), {one.handovers().begin(), one.handovers().end()}});
  }
  for (const auto& one : traject.supports()) {
    supports.push_back({one.support(), one.provider(), one.from_us(), one.before_us(), one.ended()});
  }
  for (const auto& one : traject.handovers()) {
    const HandoverState state = one.state() == HANDOVER_STATE_AANGEHOUDEN ? one.held_in() : one.state();
    const bool met = state == HANDOVER_STATE_OVERLEGD || state == HANDOVER_STATE_AFGEROND;
    const bool accepted = state == HANDOVER_STATE_GEACCEPTEERD || met;
    handovers.push_back({one.handover(), one.sender(), one.recipient(), one.purpose(), SetOf(one.categories()),
                         one.transfers_responsibility(), state, accepted, met, met});
  }
  for (const auto& one : traject.disclosures()) {
    if (one.open()) disclosures[{one.handover(), one.category()}] = {one.consent(), one.override()};
  }
  for (const auto& one : traject.episodes()) episodes.push_back({one.episode(), one.state(), one.severity()});
}

void Model::Fold(const Record& record, const Traject& before, const Traject& after) {
  const int64_t now = record.time_us();
  for (Consent& one : consents) {
    const bool ran_out = record.has_term() && record.term().of() == TERM_KIND_CONSENT_ENDS && record.term().reference() == one.id;
    one.ended |= ran_out || one.end_us < now || (record.has_event() && one.end_us == now);
  }
  if (record.has_event()) FoldEvent(record.event(), now, before, after);
  if (support_declined) {
    support_declined = false;
    support_declined = !SupportArranged(now);  // a support that counts ends an earlier decline
  }
  EndWhatTheTrajectEnds(after);
  FollowLeaving();
  FollowDisclosures(now);
  FollowDecisions(record, before, after);
  for (const Notice& one : record.notices()) {
    if (!one.has_task_opened()) continue;
    required[one.task_opened().task()] = one.task_opened().required();
    leefgebied[one.task_opened().task()] = one.task_opened().leefgebied();
  }
}

void Model::FoldEvent(const Event& event, int64_t now, const Traject& before, const Traject& after) {
  switch (event.data_case()) {
    case Event::kTrajectenStarted:
      for (const auto& one : event.trajecten_started().participants()) roles[one.role()] = one.organisation();
      responsible = roles[event::v1::ROLE_ZORGAANBIEDER];
      status = STATUS_LOPEND;
      break;
    case Event::kTrajectenStopped: {
      const bool at_once = event.trajecten_stopped().reason() == event::v1::STOP_REASON_CLIENT_WITHDREW ||
                           event.trajecten_stopped().reason() == event::v1::STOP_REASON_DECEASED;
      status = at_once ? STATUS_GESTOPT : STATUS_AFSLUITEND;
      break;
    }
    case Event::kParticipantsAdded:
      roles[event.participants_added().role()] = event.participants_added().organisation();
      break;
    case Event::kParticipantsReplaced:
      Replace(event.participants_replaced().role(), event.participants_replaced().organisation());
      break;
    case Event::kTasksSkipped:
      // Which task declines support is the workflow's; that the client may is not.
      if (event.tasks_skipped().reason() == event::v1::SKIP_REASON_CLIENT_DECLINES && after.support_declined()) support_declined = true;
      break;
    case Event::kTasksReopened:
      support_declined &= after.support_declined();
      break;
    case Event::kDecisionsTaken:
      if (event.decisions_taken().outcome() == event::v1::DECISION_OUTCOME_GRANTED && before.configuration_size() > 0 &&
          (before.configuration(0) == "tijdens" || before.configuration(0) == "na") && after.configuration(0) != before.configuration(0)) {
        Return();
      }
      break;
    default:
      break;
  }
  FoldHandover(event);
  FoldHome(event);
  FoldEpisode(event);
  FoldConsent(event, now);
  FoldSupport(event, now);
}

void Model::Replace(Role role, const std::string& organisation) {
  const std::string replaced = roles[role];
  roles[role] = organisation;
  leaving[replaced] = leaving[replaced] || IsCare(role);  // FollowLeaving sees whether it stays
}

void Model::Return() {
  responsible = roles[event::v1::ROLE_ZORGAANBIEDER];
  for (auto& [id, state] : homes) {
    if (state == journal::v1::HOME_STATE_SIGNED || state == journal::v1::HOME_STATE_LIVED_IN) state = journal::v1::HOME_STATE_LEFT;
  }
  for (Handover& one : handovers) {
    if (one.is_open()) EndHandover(&one, HANDOVER_STATE_INGETROKKEN);
  }
  for (Episode& one : episodes) {
    if (one.is_open()) one.state = EPISODE_STATE_OPGELOST;
  }
}

void Model::EndWhatTheTrajectEnds(const Traject& after) {
  if (Running(status) && Ended(after.status())) status = after.status();  // when is the workflow's
  if (status == STATUS_AFSLUITEND && after.status() == STATUS_GESTOPT) status = STATUS_GESTOPT;
  if (Running(status)) {
    status = STATUS_LOPEND;
    if (Interrupted()) status = STATUS_ONDERBROKEN;
    return;
  }
  for (Episode& one : episodes) {
    if (one.is_open()) one.state = EPISODE_STATE_GESLOTEN;
  }
  if (!Ended(status)) return;
  for (Handover& one : handovers) {
    if (one.is_open()) EndHandover(&one, HANDOVER_STATE_INGETROKKEN);
  }
}

void Model::EndHandover(Handover* handover, HandoverState state) {
  handover->state = state;
  for (Override& one : overrides) one.handovers.erase(handover->id);
}

void Model::FollowLeaving() {
  for (auto it = leaving.begin(); it != leaving.end();) {
    const bool busy = std::any_of(handovers.begin(), handovers.end(), [&](const Handover& one) {
      return one.is_open() && (one.sender == it->first || one.recipient == it->first);
    });
    it = it->first == responsible || busy ? std::next(it) : leaving.erase(it);
  }
}

void Model::FollowDisclosures(int64_t now) {
  for (const Handover& handover : handovers) {
    for (int category : handover.categories) {
      Disclosure& disclosure = disclosures[{handover.id, category}];
      if (handover.state == HANDOVER_STATE_INGETROKKEN) {
        disclosure = {};
      } else if (disclosure.is_open() ? !Covers(disclosure, handover, category) : handover.is_open()) {
        disclosure = BasisFor(handover, category, now);
      }
    }
  }
}

void Model::FollowDecisions(const Record& record, const Traject& before, const Traject& after) {
  if (record.has_event() && record.event().has_decisions_taken()) awaited.erase(record.event().decisions_taken().decision());
  for (const auto& now_is : after.decisions()) {
    bool was = false;
    for (const auto& one : before.decisions()) was |= one.decision() == now_is.decision() && one.awaited();
    if (!now_is.awaited()) awaited.erase(now_is.decision());
    if (now_is.awaited() && !was) awaited.insert(now_is.decision());
  }
}

}  // namespace overdracht::oracle
