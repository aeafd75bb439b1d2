// The bounded queue before the loop: when it is full nothing more is taken in, whatever comes.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_QUEUE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_QUEUE_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <deque>
#include <functional>
#include <vector>

#include "services/workflow/input.h"

namespace overdracht::workflow {

class InputQueue {
 public:
  struct Limits {
    size_t inputs = 16'384;
    size_t bytes = 64 << 20;
  };

  explicit InputQueue(const Limits& limits) : limits_(limits) {}

  // RESOURCE_EXHAUSTED: full, try again; `when_room`, if there is one, is then called once, on whatever thread, when there may be room or
  // the queue is closed. UNAVAILABLE: closed. The input is left alone in both. `bytes`: about how much memory it holds.
  absl::Status Push(Input&& input, size_t bytes, std::function<void()> when_room = nullptr);

  // What is there, in order, at most `most`; waits for it until `until`. Empty: nothing came, or the queue is closed and empty, or Wake.
  std::vector<Input> Take(size_t most, absl::Time until);

  // Ends a waiting Take.
  void Wake();
  // Takes nothing in any more.
  void Close();
  bool ClosedAndEmpty() const;
  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    Input input;
    size_t bytes = 0;
  };

  using Calls = std::vector<std::function<void()>>;

  const Limits limits_;
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<Entry> entries_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Calls waiting_ ABSL_GUARDED_BY(mutex_);  // for room
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_QUEUE_H_
