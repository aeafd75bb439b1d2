#include "services/engine/query.h"

#include <algorithm>

#include "services/engine/rules_out.h"

namespace overdracht::engine {
namespace {

using event::v1::ROLE_BEGELEIDER;
using event::v1::ROLE_GEMEENTE;
using event::v1::ROLE_GGZ;
using event::v1::ROLE_WIJKTEAM;
using event::v1::ROLE_ZORGAANBIEDER;

template <typename List, typename Predicate>
auto Find(const List& list, Predicate predicate) -> decltype(&*list.begin()) {
  const auto it = std::find_if(list.begin(), list.end(), predicate);
  return it == list.end() ? nullptr : &*it;
}

template <typename List>
auto FindNamed(const List& list, absl::string_view name, const std::string& (std::decay_t<decltype(*list.begin())>::*name_of)() const)
    -> decltype(&*list.begin()) {
  return Find(list, [&](const auto& one) { return (one.*name_of)() == name; });
}

const std::string& Nobody() {
  static const auto* nobody = new std::string;
  return *nobody;
}

}  // namespace

const journal::v1::Task* FindTask(const Traject& traject, absl::string_view task) {
  return FindNamed(traject.tasks(), task, &journal::v1::Task::task);
}

const journal::v1::Timer* FindTimer(const Traject& traject, TermKind of, absl::string_view reference) {
  return Find(traject.timers(), [&](const journal::v1::Timer& timer) { return timer.of() == of && timer.reference() == reference; });
}

const journal::v1::Home* FindHome(const Traject& traject, absl::string_view home) {
  return FindNamed(traject.homes(), home, &journal::v1::Home::home);
}

const journal::v1::Support* FindSupport(const Traject& traject, absl::string_view support) {
  return FindNamed(traject.supports(), support, &journal::v1::Support::support);
}

const journal::v1::Consent* FindConsent(const Traject& traject, absl::string_view consent) {
  return FindNamed(traject.consents(), consent, &journal::v1::Consent::consent);
}

const journal::v1::Override* FindOverride(const Traject& traject, absl::string_view id) {
  return FindNamed(traject.overrides(), id, &journal::v1::Override::override);
}

const journal::v1::Handover* FindHandover(const Traject& traject, absl::string_view handover) {
  return FindNamed(traject.handovers(), handover, &journal::v1::Handover::handover);
}

const journal::v1::Disclosure* FindDisclosure(const Traject& traject, absl::string_view handover, Category category) {
  return Find(traject.disclosures(),
              [&](const journal::v1::Disclosure& one) { return one.category() == category && one.handover() == handover; });
}

const journal::v1::Episode* FindEpisode(const Traject& traject, absl::string_view episode) {
  return FindNamed(traject.episodes(), episode, &journal::v1::Episode::episode);
}

const journal::v1::Episode* OpenEpisode(const Traject& traject) {
  return Find(traject.episodes(), [](const journal::v1::Episode& one) { return IsOpen(one.state()); });
}

const journal::v1::Decision* FindDecision(const Traject& traject, absl::string_view decision) {
  return FindNamed(traject.decisions(), decision, &journal::v1::Decision::decision);
}

const journal::v1::Series* FindSeries(const Traject& traject, absl::string_view name) {
  return FindNamed(traject.series(), name, &journal::v1::Series::name);
}

const journal::v1::Clock* FindClock(const Traject& traject, absl::string_view of) {
  return FindNamed(traject.clocks(), of, &journal::v1::Clock::of);
}

bool IsUsed(const Traject& traject, journal::v1::UsedReference::Kind kind, absl::string_view reference) {
  return Find(traject.used(), [&](const journal::v1::UsedReference& one) { return one.kind() == kind && one.reference() == reference; }) !=
         nullptr;
}

const std::string& Phase(const Traject& traject) { return traject.configuration().empty() ? Nobody() : traject.configuration(0); }

bool Running(const Traject& traject) { return traject.status() == notice::v1::STATUS_LOPEND || Interrupted(traject); }

bool Ended(const Traject& traject) {
  return traject.status() == notice::v1::STATUS_AFGEROND || traject.status() == notice::v1::STATUS_GESTOPT;
}

bool Interrupted(const Traject& traject) { return traject.status() == notice::v1::STATUS_ONDERBROKEN; }

bool IsCareRole(Role role) {
  return role == ROLE_ZORGAANBIEDER || role == ROLE_WIJKTEAM || role == ROLE_GEMEENTE || role == ROLE_GGZ || role == ROLE_BEGELEIDER;
}

const std::string& Holder(const Traject& traject, Role role) {
  const auto* found = Find(traject.participants(), [&](const event::v1::Participant& one) { return one.role() == role; });
  return found == nullptr ? Nobody() : found->organisation();
}

bool HoldsRole(const Traject& traject, absl::string_view organisation, Role role) {
  return !organisation.empty() && Holder(traject, role) == organisation;
}

const journal::v1::Leaving* FindLeaving(const Traject& traject, absl::string_view organisation) {
  return FindNamed(traject.leaving(), organisation, &journal::v1::Leaving::organisation);
}

bool TakesPart(const Traject& traject, absl::string_view organisation) {
  return FindNamed(traject.participants(), organisation, &event::v1::Participant::organisation) != nullptr ||
         FindLeaving(traject, organisation) != nullptr;
}

bool HoldsCareRole(const Traject& traject, absl::string_view organisation) {
  const auto* in_role = Find(traject.participants(), [&](const event::v1::Participant& one) {
    return IsCareRole(one.role()) && one.organisation() == organisation;
  });
  const journal::v1::Leaving* leaving = FindLeaving(traject, organisation);
  return in_role != nullptr || (leaving != nullptr && leaving->care());
}

Organisations Everybody(const Traject& traject) {
  Organisations all;
  for (const auto& one : traject.participants()) AddOnce(one.organisation(), &all);
  for (const auto& one : traject.leaving()) AddOnce(one.organisation(), &all);
  return all;
}

Organisations CareOrganisations(const Traject& traject) {
  Organisations care;
  for (const auto& one : traject.participants()) {
    if (IsCareRole(one.role())) AddOnce(one.organisation(), &care);
  }
  for (const auto& one : traject.leaving()) {
    if (one.care()) AddOnce(one.organisation(), &care);
  }
  return care;
}

void AddOnce(const std::string& organisation, Organisations* organisations) {
  if (!organisation.empty() && !Contains(*organisations, organisation)) organisations->push_back(organisation);
}

bool IsOpen(HandoverState state) {
  return state == notice::v1::HANDOVER_STATE_AANGEBODEN || state == notice::v1::HANDOVER_STATE_AANVULLING_GEVRAAGD ||
         state == notice::v1::HANDOVER_STATE_GEACCEPTEERD || state == notice::v1::HANDOVER_STATE_OVERLEGD ||
         state == notice::v1::HANDOVER_STATE_AANGEHOUDEN;
}

bool Discloses(const journal::v1::Handover& handover) {
  const HandoverState state = handover.state() == notice::v1::HANDOVER_STATE_AANGEHOUDEN ? handover.held_in() : handover.state();
  return state == notice::v1::HANDOVER_STATE_GEACCEPTEERD || state == notice::v1::HANDOVER_STATE_OVERLEGD;
}

bool HasOpenHandover(const Traject& traject, absl::string_view organisation) {
  return Find(traject.handovers(), [&](const journal::v1::Handover& one) {
           return IsOpen(one.state()) && (one.sender() == organisation || one.recipient() == organisation);
         }) != nullptr;
}

const journal::v1::Handover* OpenTransfer(const Traject& traject) {
  return Find(traject.handovers(), [](const journal::v1::Handover& one) { return one.transfers_responsibility() && IsOpen(one.state()); });
}

bool TransferHeld(const Traject& traject) {
  const journal::v1::Episode* episode = OpenEpisode(traject);
  return Interrupted(traject) || (episode != nullptr && episode->severity() == event::v1::SEVERITY_CRISIS);
}

bool IsOpen(notice::v1::EpisodeState state) {
  return state != notice::v1::EPISODE_STATE_UNSPECIFIED && state != notice::v1::EPISODE_STATE_OPGELOST &&
         state != notice::v1::EPISODE_STATE_GESLOTEN;
}

bool Counts(const journal::v1::Support& support, int64_t now_us) {
  const bool ended = support.ended() && !RuleOut(Rule::kSupportEnds);
  const bool begun = support.from_us() <= now_us || RuleOut(Rule::kSupportBegins);
  return !ended && begun && (support.before_us() == 0 || now_us < support.before_us());
}

bool SupportCounts(const Traject& traject, int64_t now_us) {
  return Find(traject.supports(), [&](const journal::v1::Support& one) { return Counts(one, now_us); }) != nullptr;
}

bool HasHome(const Traject& traject, journal::v1::HomeState state) {
  return Find(traject.homes(), [&](const journal::v1::Home& one) { return one.state() == state; }) != nullptr;
}

const std::string& CalledName(const workflow::v1::Task& task) { return task.called().empty() ? task.name() : task.called(); }

}  // namespace overdracht::engine
