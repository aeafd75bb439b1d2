// Tasks that open, close and move by themselves.

#include "services/engine/follow/follow.h"
#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

using notice::v1::TERM_KIND_TASK;

void TellOpened(Work* work, const workflow::v1::Task& task, const std::string& name, const std::string& owner) {
  notice::v1::TaskOpened* opened = work->TellOne(owner)->mutable_task_opened();
  opened->set_task(name);
  opened->set_leefgebied(task.leefgebied());
  opened->set_required(!task.optional());
  opened->set_due_by_us(DueBy(*work, TERM_KIND_TASK, name));
}

void TellClosed(Work* work, const workflow::v1::Task& task, const std::string& name, const std::string& owner,
                notice::v1::TaskOutcome outcome) {
  notice::v1::TaskClosed* closed = work->TellOne(owner)->mutable_task_closed();
  closed->set_task(name);
  closed->set_leefgebied(task.leefgebied());
  closed->set_required(!task.optional());
  closed->set_outcome(outcome);
}

bool IsOpen(const Traject& traject, const std::string& name) {
  const journal::v1::Task* task = FindTask(traject, name);
  return task != nullptr && task->open();
}

bool InItsPhases(const Traject& traject, const workflow::v1::Task& task) {
  if (task.phases().empty()) return task.table().empty() || Contains(traject.configuration(), task.table());
  for (const std::string& phase : task.phases()) {
    if (Contains(traject.configuration(), phase)) return true;
  }
  return false;
}

// An unconditioned task of an active table that waits for another one to be closed first.
bool IsNext(const Work& work, const workflow::v1::Task& task, const journal::v1::Task* entry) {
  const Traject& traject = work.traject();
  if (task.after().empty() || task.table().empty() || entry != nullptr) return false;
  const journal::v1::Task* before = FindTask(traject, CalledName(*work.workflow().FindTask(task.after())));
  return InItsPhases(traject, task) && before != nullptr && !before->open();
}

// Opens with open_while; closes when that no longer holds, or, where the workflow says closes_when, when that does; and always with its
// phases.
bool OpensByItself(const Work& work, const workflow::v1::Task& task) {
  if (!task.has_open_while() || !InItsPhases(work.traject(), task)) return false;
  return Holds(work, task.open_while()) && !(task.has_closes_when() && Holds(work, task.closes_when()));
}

bool ClosesByItself(const Work& work, const workflow::v1::Task& task) {
  if (task.has_open_while() && !InItsPhases(work.traject(), task)) return true;
  if (task.has_closes_when()) return Holds(work, task.closes_when());
  return task.has_open_while() && !OpensByItself(work, task);
}

bool FollowTask(Work* work, const workflow::v1::Task& task, const journal::v1::Task* entry) {
  const std::string& name = CalledName(task);
  if (entry != nullptr && entry->open()) {
    if (!ClosesByItself(*work, task)) return false;
    CloseTask(work, name, notice::v1::TASK_OUTCOME_BY_ITSELF);
    return true;
  }
  if (!OpensByItself(*work, task) && !IsNext(*work, task, entry)) return false;
  OpenTask(work, task, name);
  return true;
}

// From and to are copies: the state changes under them. NOLINTNEXTLINE(performance-unnecessary-value-param)
void MoveTask(Work* work, const workflow::v1::Task& task, const std::string& name, const std::string from, const std::string to) {
  TellClosed(work, task, name, from, notice::v1::TASK_OUTCOME_MOVED);
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_task_moved()->set_task(name);
    e->mutable_task_moved()->set_owner(to);
  });
  TellOpened(work, task, name, to);
}

}  // namespace

const std::string& OwnerOf(const Work& work, const workflow::v1::Task& task) {
  const Traject& traject = work.traject();
  if (!task.owner().has_role()) return traject.responsible();
  const std::string& holder = Holder(traject, task.owner().role());
  return holder.empty() ? Holder(traject, event::v1::ROLE_GEMEENTE) : holder;
}

const std::string& TermOf(const Work& work, const workflow::v1::Task& task) {
  for (const workflow::v1::PhaseTerm& term : task.terms()) {
    if (Contains(work.traject().configuration(), term.phase())) return term.term();
  }
  return task.term();
}

void OpenTask(Work* work, const workflow::v1::Task& task, const std::string& name, const std::string& rule) {
  if (IsOpen(work->traject(), name)) return;
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_task_opened()->set_task(name);
    e->mutable_task_opened()->set_owner(OwnerOf(*work, task));
    if (!rule.empty()) e->mutable_task_opened()->set_rule(rule);
  });
  const std::string& term = TermOf(*work, task);
  if (!term.empty() && !task.optional() && !RuleOut(Rule::kTaskHasATerm)) SetTerm(work, TERM_KIND_TASK, name, term);
  TellOpened(work, task, name, OwnerOf(*work, task));
}

void CloseTask(Work* work, const std::string& name, notice::v1::TaskOutcome outcome) {
  const std::string owner = FindTask(work->traject(), name)->owner();
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_task_closed()->set_task(name);
    e->mutable_task_closed()->set_outcome(outcome);
  });
  ClearTimer(work, TERM_KIND_TASK, name);
  TellClosed(work, *work->workflow().FindTaskCalled(name), name, owner, outcome);
}

void CloseTasks(Work* work) {
  for (int i = 0; i < work->traject().tasks_size(); ++i) {
    const journal::v1::Task& task = work->traject().tasks(i);
    if (!task.open() || work->DefinitionOf(i).outlives()) continue;
    CloseTask(work, std::string(task.task()), notice::v1::TASK_OUTCOME_BY_ITSELF);
  }
}

void OpenTasksOf(Work* work, const std::string& state) {
  for (const workflow::v1::Task& task : work->definition().tasks()) {
    if (task.table() != state || task.has_open_while() || task.has_closes_when() || task.per_reference() || !task.after().empty()) continue;
    if (task.has_opens_if() && !Holds(*work, task.opens_if())) continue;
    OpenTask(work, task, CalledName(task));
  }
}

bool FollowTasks(Work* work) {
  if (!Running(work->traject())) return false;
  bool changed = false;
  for (int i : work->workflow().TasksThatMove()) changed |= FollowTask(work, work->definition().tasks(i), work->EntryOf(i));
  return changed;
}

void FollowOwners(Work* work) {
  for (int i = 0; i < work->traject().tasks_size(); ++i) {
    const journal::v1::Task& entry = work->traject().tasks(i);
    if (!entry.open()) continue;
    const workflow::v1::Task& task = work->DefinitionOf(i);
    if (const std::string& owner = OwnerOf(*work, task); owner != entry.owner()) MoveTask(work, task, entry.task(), entry.owner(), owner);
  }
}

}  // namespace overdracht::engine
