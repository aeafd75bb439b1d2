// The bounded queue before the loop: when it is full nothing more is taken in, whatever comes.
//
// What comes stands in lanes, one for each organisation, and the loop takes one input of each lane in turn: who sends thousands waits for
// its own, and who sends one waits for no more than one of each. Within a lane the order is that in which it came. A lane may take up
// as much as it leaves free, so there is always room for another.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_QUEUE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_QUEUE_H_

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/strings/string_view.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "services/workflow/input.h"

namespace overdracht::workflow {

class InputQueue {
 public:
  struct Limits {
    size_t inputs = 32'768;  // of one lane alone: half of it
    size_t bytes = 128 << 20;
  };

  explicit InputQueue(const Limits& limits) : limits_(limits) {}

  // RESOURCE_EXHAUSTED: no room in this lane, try again; `when_room`, if there is one, is then called once, on whatever thread, when there
  // may be room or the queue is closed. UNAVAILABLE: closed. The input is left alone in both. `bytes`: about how much memory it holds.
  absl::Status Push(absl::string_view lane, Input&& input, size_t bytes, std::function<void()> when_room = nullptr);

  struct Taken {
    std::vector<Input> inputs;
    bool of_several_lanes = false;
    bool one_lane_has_more = false;  // and no other has
  };
  // What is there, of each lane in turn, at most `most`; waits for it until `until`. No inputs: nothing came, or the queue is closed and
  // empty, or Wake.
  Taken Take(size_t most, absl::Time until);

  // Ends a waiting Take.
  void Wake();
  // Takes nothing in any more.
  void Close();
  bool ClosedAndEmpty() const;
  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return size_;
  }

 private:
  struct Entry {
    Input input;
    size_t bytes = 0;
  };
  struct Lane {
    std::deque<Entry> entries;
    size_t bytes = 0;
  };

  using Calls = std::vector<std::function<void()>>;

  Input TakeOne() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Limits limits_;
  mutable absl::Mutex mutex_;
  absl::CondVar changed_;
  // Those that have something, and in which order it is their turn.
  absl::flat_hash_map<std::string, Lane> lanes_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> turns_ ABSL_GUARDED_BY(mutex_);
  size_t size_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Calls waiting_ ABSL_GUARDED_BY(mutex_);  // for room
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_QUEUE_H_
