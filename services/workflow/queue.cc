#include "services/workflow/queue.h"

#include <utility>

namespace overdracht::workflow {

absl::Status InputQueue::Push(Input&& input, size_t bytes, std::function<void()> when_room) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return absl::UnavailableError("expected a service that takes reports, but it is stopping; send again later");
  if (entries_.size() >= limits_.inputs || (!entries_.empty() && bytes_ + bytes > limits_.bytes)) {
    if (when_room) waiting_.push_back(std::move(when_room));
    return absl::ResourceExhaustedError("expected room in the queue, but it is full; send again later");
  }
  entries_.push_back({std::move(input), bytes});
  bytes_ += bytes;
  if (entries_.size() == 1) changed_.Signal();
  return absl::OkStatus();
}

std::vector<Input> InputQueue::Take(size_t most, absl::Time until) {
  std::vector<Input> inputs;
  Calls calls;
  {
    absl::MutexLock lock(&mutex_);
    while (entries_.empty() && !closed_ && !woken_) {
      if (changed_.WaitWithDeadline(&mutex_, until)) break;
    }
    woken_ = false;
    inputs.reserve(std::min(most, entries_.size()));
    while (!entries_.empty() && inputs.size() < most) {
      bytes_ -= entries_.front().bytes;
      inputs.push_back(std::move(entries_.front().input));
      entries_.pop_front();
    }
    calls = std::exchange(waiting_, {});
  }
  // In the order in which they came; who finds it full again waits on behind those before it.
  for (const std::function<void()>& call : calls) call();
  return inputs;
}

void InputQueue::Wake() {
  absl::MutexLock lock(&mutex_);
  woken_ = true;
  changed_.Signal();
}

void InputQueue::Close() {
  Calls calls;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    changed_.Signal();
    calls = std::exchange(waiting_, {});
  }
  for (const std::function<void()>& call : calls) call();
}

bool InputQueue::ClosedAndEmpty() const {
  absl::MutexLock lock(&mutex_);
  return closed_ && entries_.empty();
}

}  // namespace overdracht::workflow
