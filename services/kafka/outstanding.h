// Records that are under way together: whoever published them waits until each of them has its report.
#ifndef OVERDRACHT_SERVICES_KAFKA_OUTSTANDING_H_
#define OVERDRACHT_SERVICES_KAFKA_OUTSTANDING_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>

#include <cstddef>
#include <functional>
#include <iterator>
#include <list>
#include <memory>

namespace overdracht::kafka {

// Safe from all threads. The callbacks may outlive it.
class Outstanding {
 public:
  // `together`: those that are added within so long are not told apart by their age.
  explicit Outstanding(absl::Duration together = absl::Milliseconds(100)) : together_(together) {}

  // One more: what is called once, with what became of it.
  std::function<void(const absl::Status&)> Add() {
    const absl::Time now = absl::Now();
    absl::MutexLock lock(&state_->mutex);
    std::list<Group>& groups = state_->groups;
    if (groups.empty() || now - groups.back().since >= together_) groups.push_back({.since = now});
    const auto group = std::prev(groups.end());
    ++group->records;
    return [state = state_, group](const absl::Status& status) {
      absl::MutexLock lock(&state->mutex);
      if (--group->records == 0) state->groups.erase(group);
      state->failed.Update(status);
    };
  }

  // Since when the one is under way that has been the longest, or one that was added together with it; in the infinite future: none is.
  absl::Time Since() const {
    absl::MutexLock lock(&state_->mutex);
    return state_->groups.empty() ? absl::InfiniteFuture() : state_->groups.front().since;
  }

  // Returns when none is under way any more: the first failure of all until now.
  absl::Status Wait() const {
    absl::MutexLock lock(&state_->mutex);
    state_->mutex.Await(absl::Condition(
        +[](State* state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state->mutex) { return state->groups.empty(); }, state_.get()));
    return state_->failed;
  }

 private:
  // Those that were added at about the same time.
  struct Group {
    absl::Time since;
    size_t records = 0;
  };
  struct State {
    absl::Mutex mutex;
    std::list<Group> groups ABSL_GUARDED_BY(mutex);  // none of them empty; the oldest first
    absl::Status failed ABSL_GUARDED_BY(mutex);
  };
  const absl::Duration together_;
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace overdracht::kafka

#endif  // OVERDRACHT_SERVICES_KAFKA_OUTSTANDING_H_
