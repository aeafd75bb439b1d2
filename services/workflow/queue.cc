#include "services/workflow/queue.h"

#include <utility>

namespace overdracht::workflow {

absl::Status InputQueue::Push(absl::string_view lane, Input&& input, size_t bytes, std::function<void()> when_room) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return absl::UnavailableError("expected a service that takes reports, but it is stopping; send again later");
  const auto found = lanes_.find(lane);
  const size_t inputs = found == lanes_.end() ? 0 : found->second.entries.size(), held = found == lanes_.end() ? 0 : found->second.bytes;
  const bool fits = size_ + inputs < limits_.inputs && bytes_ + held + bytes <= limits_.bytes;
  // One that is larger than all of it comes in where nothing else is.
  if (!fits && size_ > 0) {
    if (when_room) waiting_.push_back(std::move(when_room));
    return absl::ResourceExhaustedError("expected room in the queue, but it is full; send again later");
  }
  Lane& its = found == lanes_.end() ? lanes_[lane] : found->second;
  if (its.entries.empty()) turns_.emplace_back(lane);
  its.entries.push_back({std::move(input), bytes});
  its.bytes += bytes;
  bytes_ += bytes;
  if (++size_ == 1) changed_.Signal();
  return absl::OkStatus();
}

InputQueue::Taken InputQueue::Take(size_t most, absl::Time until) {
  Taken taken;
  Calls calls;
  {
    absl::MutexLock lock(&mutex_);
    while (size_ == 0 && !closed_ && !woken_) {
      if (changed_.WaitWithDeadline(&mutex_, until)) break;
    }
    woken_ = false;
    taken.inputs.reserve(std::min(most, size_));
    while (size_ > 0 && taken.inputs.size() < most) {
      taken.of_several_lanes |= turns_.size() > 1;
      taken.inputs.push_back(TakeOne());
    }
    taken.one_lane_has_more = turns_.size() == 1;
    calls = std::exchange(waiting_, {});
  }
  // In the order in which they came; who finds it full again waits on behind those before it.
  for (const std::function<void()>& call : calls) call();
  return taken;
}

Input InputQueue::TakeOne() {
  std::string lane = std::move(turns_.front());
  turns_.pop_front();
  const auto found = lanes_.find(lane);
  Lane& its = found->second;
  Input input = std::move(its.entries.front().input);
  const size_t bytes = its.entries.front().bytes;
  its.entries.pop_front();
  its.bytes -= bytes;
  bytes_ -= bytes;
  --size_;
  if (its.entries.empty()) {
    lanes_.erase(found);
  } else {
    turns_.push_back(std::move(lane));
  }
  return input;
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
  return closed_ && size_ == 0;
}

}  // namespace overdracht::workflow
