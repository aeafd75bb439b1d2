// Tasks closed and reopened by hand. Those that open and close by themselves: follow/tasks.cc.

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

const workflow::v1::Task& DefinitionOf(const Work& work, const std::string& task) { return *work.workflow().FindTaskCalled(task); }

std::string StateOf(const Traject& traject, const std::string& task) {
  const journal::v1::Task* entry = FindTask(traject, task);
  if (entry == nullptr) return "never_open";
  return entry->open() ? "open" : base::Code(entry->outcome());
}

// A short code of what a task that closes by itself waits for; the sentences know it (services/texts).
std::string ClosedBy(const workflow::v1::Condition& condition) {
  using workflow::v1::Condition;
  switch (condition.condition_case()) {
    case Condition::kSupportArranged:
      return "support_arranged";
    case Condition::kHome:
      return "home";
    case Condition::kHandover:
      return "handover";
    case Condition::kDecision:
      return "decision";
    case Condition::kInterrupted:
      return "not_interrupted";
    case Condition::kResponsible:
      return "responsible";
    case Condition::kTaskClosed:
    case Condition::kTasksClosed:
      return "task";
    case Condition::kNot:
      return ClosedBy(condition.not_());
    case Condition::kAll:
      return condition.all().conditions().empty() ? "state" : ClosedBy(condition.all().conditions(0));
    case Condition::kAny:
      return condition.any().conditions().empty() ? "state" : ClosedBy(condition.any().conditions(0));
    default:
      return "state";
  }
}

Refused CheckOpen(const Work& work, const std::string& task) {
  const journal::v1::Task* entry = FindTask(work.traject(), task);
  if (entry != nullptr && entry->open()) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_TASK_NOT_OPEN, {{"thing", "task"}, {"state", StateOf(work.traject(), task)}});
}

Refused CheckByHand(const workflow::v1::Task& task) {
  if (!task.has_open_while()) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_TASK_CLOSES_BY_ITSELF,
                 {{"thing", "task"}, {"closes_by", ClosedBy(task.has_closes_when() ? task.closes_when() : task.open_while())}});
}

}  // namespace

Refused Check(const Work& work, const event::v1::TasksCompleted& event) {
  if (Refused refused = CheckByHand(DefinitionOf(work, event.task()))) return refused;
  return CheckOpen(work, event.task());
}

void Do(Work* work, const event::v1::TasksCompleted& event) {
  const bool ends = DefinitionOf(*work, event.task()).ends_traject();
  CloseTask(work, event.task(), notice::v1::TASK_OUTCOME_COMPLETED);
  if (ends) EndTraject(work, notice::v1::STATUS_GESTOPT, work->traject().stop_reason());
}

Refused Check(const Work& work, const event::v1::TasksSkipped& event) {
  const workflow::v1::Task& task = DefinitionOf(work, event.task());
  const bool declines = task.declines_support() && event.reason() == event::v1::SKIP_REASON_CLIENT_DECLINES;
  if (!declines) {
    if (Refused refused = CheckByHand(task)) return refused;
  }
  if (task.ends_traject()) return Illegal(journal::v1::REFUSAL_REASON_TASK_NOT_SKIPPED, {{"thing", "task"}, {"expected", "completed"}});
  return CheckOpen(work, event.task());
}

void Do(Work* work, const event::v1::TasksSkipped& event) {
  const bool declines = DefinitionOf(*work, event.task()).declines_support();
  if (!RuleOut(Rule::kDecliningSkips)) CloseTask(work, event.task(), notice::v1::TASK_OUTCOME_SKIPPED);
  if (declines) work->Emit([](journal::v1::Effect* e) { e->mutable_support_declined()->set_declined(true); });
}

Refused Check(const Work& work, const event::v1::TasksReopened& event) {
  const journal::v1::Task* entry = FindTask(work.traject(), event.task());
  const bool by_hand = entry != nullptr && !entry->open() &&
                       (entry->outcome() == notice::v1::TASK_OUTCOME_COMPLETED || entry->outcome() == notice::v1::TASK_OUTCOME_SKIPPED);
  if (by_hand && !DefinitionOf(work, event.task()).ends_traject()) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_TASK_NOT_REOPENED,
                 {{"thing", "task"}, {"state", StateOf(work.traject(), event.task())}, {"expected", "completed, skipped"}});
}

void Do(Work* work, const event::v1::TasksReopened& event) {
  const workflow::v1::Task& task = DefinitionOf(*work, event.task());
  if (task.declines_support() && work->traject().support_declined()) {
    work->Emit([](journal::v1::Effect* e) { e->mutable_support_declined()->set_declined(false); });
  }
  OpenTask(work, task, event.task());
}

}  // namespace overdracht::engine
