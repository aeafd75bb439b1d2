#include "services/log/kafka/consumer.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>

namespace overdracht::log {
namespace {

constexpr absl::Duration kSlice = absl::Milliseconds(100);  // in which nothing is heard of the connection
constexpr size_t kMostAtOnce = 1 << 20;                     // bytes

}  // namespace

absl::StatusOr<std::unique_ptr<Consumer>> Consumer::Open(const KafkaPlace& place, absl::Duration fetch_wait, absl::Duration timeout) {
  const KafkaSettings settings = {
      // A place that is gone is told, and never made good by starting elsewhere.
      {"auto.offset.reset", "error"},
      {"check.crcs", "true"},
      // Every record below the high watermark is judged; a transaction of a stranger holds nobody up.
      {"isolation.level", "read_uncommitted"},
      {"enable.partition.eof", "true"},
      {"fetch.wait.max.ms", absl::StrCat(absl::ToInt64Milliseconds(fetch_wait))},
      // Fetching stops for up to a second each time that so many wait to be read: memory is bounded by the bytes.
      {"queued.min.messages", "1000000"},
      {"queued.max.messages.kbytes", "32768"},
  };
  absl::StatusOr<std::unique_ptr<Handle>> handle = Handle::Open(RD_KAFKA_CONSUMER, place, settings, timeout);
  if (!handle.ok()) return handle.status();
  return std::unique_ptr<Consumer>(new Consumer(*std::move(handle)));
}

absl::Status Consumer::Start(uint64_t offset) {
  if (position_ == offset) return absl::OkStatus();
  Stop();
  if (rd_kafka_consume_start(handle_->topic(), handle_->partition(), static_cast<int64_t>(offset)) != 0)
    return StatusOf(rd_kafka_last_error(), "reading could not begin");
  position_ = offset;
  return absl::OkStatus();
}

void Consumer::Stop() {
  if (position_) rd_kafka_consume_stop(handle_->topic(), handle_->partition());
  position_.reset();
}

// What it has at hand was fetched from another log, perhaps.
bool Consumer::TakeConnectionLost() {
  handle_->Serve(absl::ZeroDuration());
  if (!handle_->TakeConnectionLost()) return false;
  Stop();
  return true;
}

absl::StatusOr<std::vector<PlacedRecord>> Consumer::Next(uint64_t end, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  std::vector<PlacedRecord> records;
  size_t bytes = 0;
  while (position_ && *position_ < end && bytes < kMostAtOnce) {
    const absl::Duration left = records.empty() ? deadline - absl::Now() : absl::ZeroDuration();
    std::optional<PlacedRecord> record;
    if (absl::Status polled = Poll(std::clamp(left, absl::ZeroDuration(), kSlice), &record); !polled.ok()) return polled;
    if (!record && left <= absl::ZeroDuration()) break;
    if (!record) continue;
    bytes += record->bytes.size();
    records.push_back(*std::move(record));
  }
  return records;
}

absl::Status Consumer::Poll(absl::Duration timeout, std::optional<PlacedRecord>* record) {
  const std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> message(
      rd_kafka_consume(handle_->topic(), handle_->partition(), static_cast<int>(absl::ToInt64Milliseconds(timeout))),
      &rd_kafka_message_destroy);
  if (message == nullptr) return absl::OkStatus();
  if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    position_ = std::max(*position_, static_cast<uint64_t>(message->offset));
    return absl::OkStatus();
  }
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    absl::Status status = StatusOf(message->err, absl::StrCat("at offset ", *position_));
    if (absl::IsUnavailable(status)) return absl::OkStatus();  // the library tries again
    Stop();
    return status;
  }
  *record = {.offset = static_cast<uint64_t>(message->offset), .bytes = {static_cast<const char*>(message->payload), message->len}};
  position_ = (*record)->offset + 1;
  return absl::OkStatus();
}

absl::StatusOr<ConsumerPool::Lease> ConsumerPool::Take(uint64_t offset) {
  {
    absl::MutexLock lock(&mutex_);
    auto found = std::find_if(idle_.begin(), idle_.end(), [offset](const auto& each) { return each->position() == offset; });
    if (found == idle_.end() && !idle_.empty()) found = std::prev(idle_.end());
    if (found != idle_.end()) {
      Lease lease(found->release(), Return{this});
      idle_.erase(found);
      return lease;
    }
  }
  absl::StatusOr<std::unique_ptr<Consumer>> consumer = Consumer::Open(place_, fetch_wait_, timeout_);
  if (!consumer.ok()) return consumer.status();
  return Lease(consumer->release(), Return{this});
}

void ConsumerPool::Put(Consumer* consumer) {
  absl::MutexLock lock(&mutex_);
  idle_.emplace_back(consumer);
}

}  // namespace overdracht::log
