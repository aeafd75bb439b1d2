// Whether a condition of the workflow holds in the traject as it is now.

#include "services/base/check.h"
#include "services/base/codes.h"
#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

using workflow::v1::Condition;

bool HomeIs(const Traject& traject, const workflow::v1::HomeCondition& condition) {
  for (const journal::v1::Home& home : traject.homes()) {
    if (Contains(condition.states(), base::Code(home.state()))) return true;
  }
  return false;
}

bool HandoverIs(const Traject& traject, const workflow::v1::HandoverCondition& condition) {
  for (const journal::v1::Handover& handover : traject.handovers()) {
    if (condition.transfers() && !handover.transfers_responsibility()) continue;
    if (condition.open() && IsOpen(handover.state())) return true;
    for (int state : condition.states()) {
      if (handover.state() == state) return true;
    }
  }
  return false;
}

bool ResponsibleIs(const Traject& traject, Role role) {
  if (role == event::v1::ROLE_VERTREKKEND) return FindLeaving(traject, traject.responsible()) != nullptr;
  return HoldsRole(traject, traject.responsible(), role);
}

bool In(const Traject& traject, const workflow::v1::Names& names) {
  for (const std::string& name : names.names()) {
    if (Contains(traject.configuration(), name)) return true;
  }
  return false;
}

bool TasksClosed(const Work& work, const std::string& table) {
  for (int i = 0; i < work.definition().tasks_size(); ++i) {
    const workflow::v1::Task& task = work.definition().tasks(i);
    if (task.table() != table || task.optional()) continue;
    const journal::v1::Task* entry = work.EntryOf(i);
    if (entry != nullptr && entry->open()) return false;
    const bool opens_with_its_table = !task.has_open_while() && !task.has_opens_if() && !task.has_closes_when();
    if (entry == nullptr && opens_with_its_table) return false;
  }
  return true;
}

bool TaskClosed(const Work& work, const std::string& name) {
  const journal::v1::Task* task = FindTask(work.traject(), CalledName(*work.workflow().FindTask(name)));
  return task != nullptr && !task->open();
}

bool DecisionIs(const Traject& traject, const workflow::v1::DecisionCondition& condition) {
  const journal::v1::Decision* decision = FindDecision(traject, condition.decision());
  return decision != nullptr && decision->outcome() == condition.outcome();
}

bool SeriesDone(const Work& work, const std::string& name) {
  const workflow::v1::Series* definition = work.workflow().FindSeries(name);
  const journal::v1::Series* series = FindSeries(work.traject(), name);
  return definition != nullptr && series != nullptr && definition->times() > 0 &&
         std::max(series->covered(), series->told()) >= definition->times();
}

// The handover that the event is about; null where it is about none.
const journal::v1::Handover* ThisHandover(const Work& work) {
  if (work.event() == nullptr || !work.event()->has_handovers_farewell_held()) return nullptr;
  return FindHandover(work.traject(), work.event()->handovers_farewell_held().handover());
}

bool Elapsed(const Work& work, const std::string& duration) {
  const journal::v1::Clock* clock = FindClock(work.traject(), Phase(work.traject()));
  if (clock == nullptr) return false;
  return base::Add(clock->entered_us(), work.workflow().DurationOf(duration)) <= clock->entered_us() + Ran(work, *clock);
}

}  // namespace

base::Micros Ran(const Work& work, const journal::v1::Clock& clock) {
  const Traject& traject = work.traject();
  const base::Micros until = Interrupted(traject) ? traject.interrupted_since_us() : work.now();
  return until - clock.stood_still_us() - clock.entered_us();
}

bool Holds(const Work& work, const Condition& condition) {
  const Traject& traject = work.traject();
  switch (condition.condition_case()) {
    case Condition::kAll:
      for (const Condition& one : condition.all().conditions()) {
        if (!Holds(work, one)) return false;
      }
      return true;
    case Condition::kAny:
      for (const Condition& one : condition.any().conditions()) {
        if (Holds(work, one)) return true;
      }
      return false;
    case Condition::kNot:
      return !Holds(work, condition.not_());
    case Condition::kSupportArranged:
      return (SupportCounts(traject, work.now()) || traject.support_declined()) == condition.support_arranged();
    case Condition::kHome:
      return HomeIs(traject, condition.home());
    case Condition::kHandover:
      return HandoverIs(traject, condition.handover());
    case Condition::kResponsible:
      return ResponsibleIs(traject, condition.responsible().role());
    case Condition::kIn:
      return In(traject, condition.in());
    case Condition::kTasksClosed:
      return TasksClosed(work, condition.tasks_closed());
    case Condition::kTaskClosed:
      return TaskClosed(work, condition.task_closed());
    case Condition::kDecision:
      return DecisionIs(traject, condition.decision());
    case Condition::kInterrupted:
      return Interrupted(traject) == condition.interrupted();
    case Condition::kEpisodeOpen:
      return (OpenEpisode(traject) != nullptr) == condition.episode_open();
    case Condition::kSeriesDone:
      return SeriesDone(work, condition.series_done());
    case Condition::kElapsed:
      return Elapsed(work, condition.elapsed());
    case Condition::kTransferHeld:
      return TransferHeld(traject) == condition.transfer_held();
    case Condition::kStay:
      return traject.stay().setting() == condition.stay();
    case Condition::kClosing:
      return (traject.status() == notice::v1::STATUS_AFSLUITEND) == condition.closing();
    case Condition::kThisTransfers: {
      const journal::v1::Handover* handover = ThisHandover(work);
      return (handover != nullptr && handover->transfers_responsibility()) == condition.this_transfers();
    }
    case Condition::kThisSenderLeaving: {
      const journal::v1::Handover* handover = ThisHandover(work);
      return (handover != nullptr && FindLeaving(traject, handover->sender()) != nullptr) == condition.this_sender_leaving();
    }
    case Condition::CONDITION_NOT_SET:
      break;
  }
  OVERDRACHT_CHECK(false, "a definition with an empty condition, which its reader should have refused");
}

}  // namespace overdracht::engine
