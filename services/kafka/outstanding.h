// Records that are under way together: whoever published them waits until each of them has its report.
#ifndef OVERDRACHT_SERVICES_KAFKA_OUTSTANDING_H_
#define OVERDRACHT_SERVICES_KAFKA_OUTSTANDING_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace overdracht::kafka {

// Safe from all threads. The callbacks may outlive it.
class Outstanding {
 public:
  // One more: what is called once, with what became of it.
  std::function<void(const absl::Status&)> Add() {
    absl::MutexLock lock(&state_->mutex);
    ++state_->records;
    return [state = state_](const absl::Status& status) {
      absl::MutexLock lock(&state->mutex);
      --state->records;
      state->failed.Update(status);
    };
  }

  // Returns when none is under way any more: the first failure of all until now.
  absl::Status Wait() const {
    absl::MutexLock lock(&state_->mutex);
    state_->mutex.Await(absl::Condition(
        +[](State* state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(state->mutex) { return state->records == 0; }, state_.get()));
    return state_->failed;
  }

 private:
  struct State {
    absl::Mutex mutex;
    size_t records ABSL_GUARDED_BY(mutex) = 0;
    absl::Status failed ABSL_GUARDED_BY(mutex);
  };
  const std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace overdracht::kafka

#endif  // OVERDRACHT_SERVICES_KAFKA_OUTSTANDING_H_
