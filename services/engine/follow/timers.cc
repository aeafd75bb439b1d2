// Timers are state: set, cleared, standing still, going on. What happens when one runs out: decide/terms.cc.

#include <absl/strings/match.h>

#include <algorithm>

#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

// When a whole term that begins now ends.
base::Micros EndOf(const Work& work, const std::string& term) { return base::Add(work.now(), work.workflow().DurationOf(term)); }

// Sets a timer that is new, or takes the place of the one that it is called like; `fill` says when it runs out.
template <typename Fill>
void Put(Work* work, TermKind of, const std::string& reference, Fill fill) {
  const bool stands_still = StandsStill(*work, of, reference);
  work->Emit([&](journal::v1::Effect* e) {
    journal::v1::Timer* timer = e->mutable_timer_set()->mutable_timer();
    timer->set_of(of);
    timer->set_reference(reference);
    timer->set_times(1);
    timer->set_place(work->traject().next_place());
    timer->set_stands_still(stands_still);
    fill(timer);
  });
}

// Whether the task is called so, or so with a reference.
bool IsCalled(const workflow::v1::Task& task, absl::string_view name) {
  const std::string& called = CalledName(task);
  if (!absl::StartsWith(name, called)) return false;
  return task.per_reference() ? name.size() > called.size() && name[called.size()] == ':' : name.size() == called.size();
}

bool TaskStandsStill(const Work& work, absl::string_view name) {
  if (Interrupted(work.traject())) {
    const workflow::v1::Task* task = work.workflow().FindTaskCalled(name);
    if (task != nullptr && !task->table().empty()) return true;
  }
  const std::vector<int>& some = work.workflow().TasksThatStandStill();
  return std::any_of(some.begin(), some.end(), [&](int index) {
    const workflow::v1::Task& task = work.definition().tasks(index);
    return IsCalled(task, name) && Holds(work, task.stands_still_while());
  });
}

}  // namespace

bool StandsStill(const Work& work, TermKind of, absl::string_view reference) {
  const Traject& traject = work.traject();
  switch (of) {
    case notice::v1::TERM_KIND_TASK:
      return TaskStandsStill(work, reference);
    case notice::v1::TERM_KIND_MONITORING:
    case notice::v1::TERM_KIND_WAAKVLAM:
    case notice::v1::TERM_KIND_SERIES:
    case notice::v1::TERM_KIND_ELAPSED:
      return Interrupted(traject);
    case notice::v1::TERM_KIND_ANSWER:
    case notice::v1::TERM_KIND_MORE:
    case notice::v1::TERM_KIND_MEETING:
    case notice::v1::TERM_KIND_FAREWELL: {
      const journal::v1::Handover* handover = FindHandover(traject, reference);
      return handover != nullptr && handover->state() == notice::v1::HANDOVER_STATE_AANGEHOUDEN;
    }
    default:
      return false;
  }
}

void SetTerm(Work* work, TermKind of, const std::string& reference, const std::string& term) {
  Put(work, of, reference, [&](journal::v1::Timer* timer) {
    if (timer->stands_still()) {
      timer->set_whole(term);
    } else {
      timer->set_at_us(EndOf(*work, term));
    }
  });
}

void SetTimer(Work* work, TermKind of, const std::string& reference, base::Micros at, uint32_t times, const uint64_t* place) {
  Put(work, of, reference, [&](journal::v1::Timer* timer) {
    timer->set_times(times);
    if (place != nullptr) timer->set_place(*place);
    if (timer->stands_still()) {
      timer->set_left_us(at - work->now());
    } else {
      timer->set_at_us(at);
    }
  });
}

void ClearTimer(Work* work, TermKind of, const std::string& reference) {
  if (const journal::v1::Timer* timer = FindTimer(work->traject(), of, reference)) ClearTimer(work, *timer);
}

void ClearTimer(Work* work, const journal::v1::Timer& timer) {
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_timer_cleared()->set_of(timer.of());
    e->mutable_timer_cleared()->set_reference(timer.reference());
  });
}

void FollowTimers(Work* work) {
  for (int i = 0; i < work->traject().timers_size(); ++i) {
    const journal::v1::Timer& now_is = work->traject().timers(i);
    const bool should = StandsStill(*work, now_is.of(), now_is.reference());
    if (should == now_is.stands_still()) continue;
    journal::v1::Timer timer = now_is;
    timer.set_stands_still(should);
    if (should) {
      timer.set_left_us(timer.at_us() - work->now());
      timer.clear_at_us();
    } else {
      timer.set_at_us(timer.whole().empty() ? work->now() + timer.left_us() : EndOf(*work, timer.whole()));
      timer.clear_left_us();
      timer.clear_whole();
    }
    work->Emit([&](journal::v1::Effect* e) { *e->mutable_timer_set()->mutable_timer() = timer; });
  }
}

base::Micros DueBy(const Work& work, TermKind of, absl::string_view reference) {
  const journal::v1::Timer* timer = FindTimer(work.traject(), of, reference);
  return timer == nullptr ? 0 : timer->at_us();
}

std::optional<DueTimer> NextTimer(const journal::v1::Traject& traject) {
  const journal::v1::Timer* first = nullptr;
  for (const journal::v1::Timer& timer : traject.timers()) {
    if (timer.stands_still()) continue;
    if (first == nullptr || timer.at_us() < first->at_us() || (timer.at_us() == first->at_us() && timer.place() < first->place())) {
      first = &timer;
    }
  }
  if (first == nullptr) return std::nullopt;
  DueTimer due;
  due.at_us = first->at_us();
  due.term.set_of(first->of());
  due.term.set_reference(first->reference());
  due.term.set_due_us(first->at_us());
  return due;
}

}  // namespace overdracht::engine
