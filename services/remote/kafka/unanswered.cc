#include "services/remote/kafka/unanswered.h"

#include <utility>

namespace overdracht::remote {

absl::StatusOr<uint64_t> Unanswered::Add(region::Report* report, Name name, size_t bytes, absl::Time now, std::function<void()> when_room) {
  absl::MutexLock lock(&mutex_);
  if (report->order != nullptr && report->order->broken) {
    return absl::AbortedError("a report before this one could not be recorded; send again from there");
  }
  if (entries_.size() >= most_reports_ || (!entries_.empty() && bytes_ + bytes > most_bytes_)) {
    if (when_room) for_room_.push_back(std::move(when_room));
    return absl::ResourceExhaustedError("expected room for the report, but too many wait for the region; send again later");
  }
  const uint64_t call = ++last_call_;
  if (report->order != nullptr) orders_[report->order.get()].push_back(call);
  entries_[call] = {.done = std::move(report->done),
                    .order = std::move(report->order),
                    .name = std::move(name),
                    .bytes = bytes,
                    .since = now,
                    .result = std::nullopt};
  bytes_ += bytes;
  return call;
}

void Unanswered::Answer(uint64_t call, Result result) {
  {
    absl::MutexLock lock(&mutex_);
    const auto found = entries_.find(call);
    if (found == entries_.end() || found->second.result) return;
    Resolve(found, std::move(result));
  }
  Deliver();
}

void Unanswered::AnswerNamed(const Name& name, const Result& result) {
  {
    absl::MutexLock lock(&mutex_);
    std::vector<uint64_t> calls;
    for (const auto& [call, entry] : entries_) {
      if (!entry.result && entry.name == name) calls.push_back(call);
    }
    for (const uint64_t call : calls) {
      const auto found = entries_.find(call);  // unless it went with one before it
      if (found != entries_.end()) Resolve(found, result);
    }
  }
  Deliver();
}

void Unanswered::FailAll(const absl::Status& why) {
  {
    absl::MutexLock lock(&mutex_);
    while (!entries_.empty()) Resolve(entries_.begin(), why);  // of an order the first that waits, and the rest of it
  }
  Deliver();
}

Unanswered::Waiting Unanswered::waiting() const {
  absl::MutexLock lock(&mutex_);
  return {.reports = entries_.size(), .since = entries_.empty() ? absl::InfiniteFuture() : entries_.begin()->second.since};
}

std::vector<std::pair<uint64_t, Unanswered::Name>> Unanswered::WaitingSince(absl::Time then) const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::pair<uint64_t, Name>> waiting;
  for (const auto& [call, entry] : entries_) {  // the oldest first
    if (entry.since >= then) break;
    if (!entry.result) waiting.emplace_back(call, entry.name);
  }
  return waiting;
}

void Unanswered::WaitUntilNone(absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(this, &Unanswered::IsEmpty), patience);
}

void Unanswered::Resolve(Entries::iterator entry, Result result) {
  const std::shared_ptr<region::Order> order = entry->second.order;
  if (order == nullptr) return Release(entry, std::move(result));
  entry->second.result = std::move(result);
  ReleaseOrder(order);
}

// Those at its front that have their answers; after a failure all.
void Unanswered::ReleaseOrder(const std::shared_ptr<region::Order>& order) {
  const auto found = orders_.find(order.get());
  std::deque<uint64_t>& calls = found->second;
  absl::Status failed;
  while (!calls.empty()) {
    const auto first = entries_.find(calls.front());
    std::optional<Result> result = std::move(first->second.result);
    if (!failed.ok()) result = failed;
    if (!result) return;
    if (!result->ok()) {
      failed = result->status();
      order->broken = true;
    }
    calls.pop_front();
    Release(first, *std::move(result));
  }
  orders_.erase(found);
}

void Unanswered::Release(Entries::iterator entry, Result result) {
  bytes_ -= entry->second.bytes;
  // A function that can be copied, of a result that is moved out once.
  ready_.push_back(
      [done = std::move(entry->second.done), result = std::make_shared<Result>(std::move(result))] { done(std::move(*result)); });
  entries_.erase(entry);
  for (std::function<void()>& call : std::exchange(for_room_, {})) ready_.push_back(std::move(call));
}

// One thread at a time, or two answers of an order might pass each other.
void Unanswered::Deliver() {
  for (bool mine = false;; mine = true) {
    std::deque<std::function<void()>> calls;
    {
      absl::MutexLock lock(&mutex_);
      if (delivering_ && !mine) return;
      delivering_ = !ready_.empty();
      if (!delivering_) return;
      calls.swap(ready_);
    }
    for (const std::function<void()>& call : calls) call();
  }
}

}  // namespace overdracht::remote
