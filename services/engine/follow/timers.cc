// Timers are state: set, cleared, standing still, going on. What happens when one runs out: decide/terms.cc.

#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

// When a whole term that begins now ends.
base::Micros EndOf(const Work& work, const std::string& term) { return base::Add(work.now(), work.workflow().DurationOf(term)); }

void Put(Work* work, journal::v1::Timer timer) {
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_timer_set()->mutable_timer() = std::move(timer); });
}

journal::v1::Timer NewTimer(const Work& work, TermKind of, const std::string& reference) {
  journal::v1::Timer timer;
  timer.set_of(of);
  timer.set_reference(reference);
  timer.set_times(1);
  timer.set_place(work.traject().next_place());
  return timer;
}

}  // namespace

bool StandsStill(const Work& work, TermKind of, absl::string_view reference) {
  const Traject& traject = work.traject();
  switch (of) {
    case notice::v1::TERM_KIND_TASK: {
      const workflow::v1::Task* task = work.workflow().FindTaskCalled(reference);
      if (task == nullptr) return false;
      return (Interrupted(traject) && !task->table().empty()) ||
             (task->has_stands_still_while() && Holds(work, task->stands_still_while()));
    }
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
  journal::v1::Timer timer = NewTimer(*work, of, reference);
  if (StandsStill(*work, of, reference)) {
    timer.set_stands_still(true);
    timer.set_whole(term);
  } else {
    timer.set_at_us(EndOf(*work, term));
  }
  Put(work, std::move(timer));
}

void SetTimer(Work* work, TermKind of, const std::string& reference, base::Micros at, uint32_t times, const uint64_t* place) {
  journal::v1::Timer timer = NewTimer(*work, of, reference);
  timer.set_times(times);
  if (place != nullptr) timer.set_place(*place);
  if (StandsStill(*work, of, reference)) {
    timer.set_stands_still(true);
    timer.set_left_us(at - work->now());
  } else {
    timer.set_at_us(at);
  }
  Put(work, std::move(timer));
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
    Put(work, std::move(timer));
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
