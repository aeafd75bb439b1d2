// 8  The client decides: withdrawing, declining and taking back consent are never refused to one who may report it, and act at once.

#include <algorithm>

#include "services/base/codes.h"
#include "services/oracle/checks.h"

namespace overdracht::oracle {
namespace {

using event::v1::Event;
using event::v1::Role;

bool HoldsOneOf(const Model& model, const std::string& who, std::initializer_list<Role> roles) {
  return std::any_of(roles.begin(), roles.end(), [&](Role role) { return model.Holds(who, role); });
}

const journal::v1::Task* FindTask(const Traject& traject, const std::string& task) {
  for (const auto& one : traject.tasks()) {
    if (one.task() == task) return &one;
  }
  return nullptr;
}

// Something of the consent would be taken back.
bool TakesSomething(const Consent& consent, const event::v1::ConsentsWithdrawn& data) {
  if (consent.ended || consent.categories.empty()) return false;
  return data.categories().empty() ||
         std::any_of(data.categories().begin(), data.categories().end(), [&](int c) { return consent.categories.count(c) > 0; });
}

bool MayDeclineTask(const Traject& state, const event::v1::TasksSkipped& data, const std::string& who, journal::v1::RefusalReason reason) {
  // Some tasks are nobody's to skip (they close by themselves); which, only the workflow knows.
  if (reason == journal::v1::REFUSAL_REASON_TASK_CLOSES_BY_ITSELF || reason == journal::v1::REFUSAL_REASON_TASK_NOT_SKIPPED) return false;
  const journal::v1::Task* task = FindTask(state, data.task());
  return data.reason() == event::v1::SKIP_REASON_CLIENT_DECLINES && task != nullptr && task->open() && task->owner() == who;
}

bool MayWithdrawHandover(const Model& model, const event::v1::HandoversWithdrawn& data, const std::string& who) {
  const Handover* handover = model.FindHandover(data.handover());
  return handover != nullptr && handover->is_open() && handover->sender == who;
}

bool MayMeetWithoutClient(const Model& model, const event::v1::HandoversMeetingHeld& data, const std::string& who) {
  const Handover* handover = model.FindHandover(data.handover());
  if (data.client_presence() != event::v1::CLIENT_PRESENCE_DECLINED || handover == nullptr) return false;
  const auto attends = [&](const std::string& side) {
    return std::count(data.participants().begin(), data.participants().end(), side) > 0;
  };
  return handover->state == notice::v1::HANDOVER_STATE_GEACCEPTEERD && !(handover->transfers && model.TransfersHeld()) &&
         (who == handover->sender || who == handover->recipient) && attends(handover->sender) && attends(handover->recipient);
}

bool MayEndSupport(const Model& model, const event::v1::SupportsEnded& data, const std::string& who, int64_t now) {
  if (data.reason() != event::v1::SUPPORT_END_REASON_CLIENT_WISH || !Running(model.status)) return false;
  for (const Support& one : model.supports) {
    const bool over = one.ended || (one.end_us != 0 && one.end_us <= now);
    if (one.id == data.support() && !over) return one.provider == who || model.Holds(who, event::v1::ROLE_GEMEENTE);
  }
  return false;
}

bool MayDeclineHome(const Model& model, const event::v1::HomesDeclined& data, const std::string& who) {
  const auto home = model.homes.find(data.home());
  return Running(model.status) && home != model.homes.end() && home->second == journal::v1::HOME_STATE_OFFERED &&
         HoldsOneOf(model, who, {event::v1::ROLE_WONINGCORPORATIE, event::v1::ROLE_ZORGAANBIEDER});
}

// What the client has decided, as its reporter may report it in this state.
bool IsTheClientsWish(const Record& record, const Traject& state, const Model& model) {
  const Event& event = record.event();
  const std::string& who = event.organisation();
  if (model.Everybody().count(who) == 0) return false;
  switch (event.data_case()) {
    case Event::kConsentsWithdrawn: {
      const Consent* consent = model.FindConsent(event.consents_withdrawn().consent());
      return consent != nullptr && record.time_us() < consent->end_us && TakesSomething(*consent, event.consents_withdrawn());
    }
    case Event::kTrajectenStopped:
      return event.trajecten_stopped().reason() == event::v1::STOP_REASON_CLIENT_WITHDREW && !Ended(model.status) &&
             HoldsOneOf(model, who, {event::v1::ROLE_ZORGAANBIEDER, event::v1::ROLE_WIJKTEAM, event::v1::ROLE_GEMEENTE});
    case Event::kTasksSkipped:
      return MayDeclineTask(state, event.tasks_skipped(), who, record.refusal().reason());
    case Event::kHandoversWithdrawn:
      return MayWithdrawHandover(model, event.handovers_withdrawn(), who);
    case Event::kHandoversMeetingHeld:
      return MayMeetWithoutClient(model, event.handovers_meeting_held(), who);
    case Event::kSupportsEnded:
      return MayEndSupport(model, event.supports_ended(), who, record.time_us());
    case Event::kHomesDeclined:
      return MayDeclineHome(model, event.homes_declined(), who);
    default:
      return false;
  }
}

void CheckConsentTakenBack(const Moment& m, const event::v1::ConsentsWithdrawn& data, Findings* f) {
  const Consent* left = m.is.FindConsent(data.consent());
  for (const auto& one : m.after.consents()) {
    if (one.consent() != data.consent() || left == nullptr) continue;
    f->Expect(8, std::set<int>(one.categories().begin(), one.categories().end()) == left->categories, "consent ", data.consent(),
              " was taken back, and more is left of it than the client left");
  }
  for (const auto& one : m.after.disclosures()) {
    const bool covered = left != nullptr && left->categories.count(one.category()) > 0;
    f->Expect(8, !one.open() || one.consent() != data.consent() || covered, base::Code(one.category()), " is still disclosed on consent ",
              data.consent(), ", which the client took back");
  }
}

}  // namespace

void CheckClient(const Moment& m, Findings* f) {
  if (m.event() == nullptr) return;
  switch (m.event()->data_case()) {
    case Event::kConsentsWithdrawn:
      return CheckConsentTakenBack(m, m.event()->consents_withdrawn(), f);
    case Event::kTrajectenStopped:
      if (m.event()->trajecten_stopped().reason() != event::v1::STOP_REASON_CLIENT_WITHDREW) return;
      return f->Expect(8, m.after.status() == notice::v1::STATUS_GESTOPT, "the client withdrew, and the traject is ",
                       base::Code(m.after.status()));
    case Event::kTasksSkipped: {
      if (m.event()->tasks_skipped().reason() != event::v1::SKIP_REASON_CLIENT_DECLINES) return;
      const journal::v1::Task* task = FindTask(m.after, m.event()->tasks_skipped().task());
      const bool skipped = task != nullptr && !task->open() && task->outcome() == notice::v1::TASK_OUTCOME_SKIPPED;
      return f->Expect(8, skipped, "task ", m.event()->tasks_skipped().task(), " was declined by the client, and is not skipped");
    }
    default:
      return;
  }
}

void CheckRefused(const Record& record, const Traject& state, const Model& model, Findings* f) {
  if (!record.has_event()) return;
  f->Expect(8, !IsTheClientsWish(record, state, model), "what the client decided was refused: ", base::Code(record.refusal().reason()));
  f->Expect(1, record.effects().empty() && record.notices().empty(), "a refusal that changes or tells something");
}

}  // namespace overdracht::oracle
