#include "services/kafka/reader.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>

namespace overdracht::kafka {
namespace {

constexpr absl::Duration kSlice = absl::Milliseconds(100);  // in which nothing is heard of the connection
constexpr size_t kMostAtOnce = 1 << 20;                     // bytes

std::string Bytes(const void* data, size_t size) { return size == 0 ? std::string() : std::string(static_cast<const char*>(data), size); }

}  // namespace

PlacedRecord PlacedOf(const rd_kafka_message_t* message) {
  PlacedRecord placed{.offset = static_cast<uint64_t>(message->offset)};
  base::KafkaRecord& record = placed.record;
  record.key = Bytes(message->key, message->key_len);
  record.value = Bytes(message->payload, message->len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return placed;  // there are none
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  record.headers.reserve(rd_kafka_header_cnt(headers));
  for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
    record.headers.emplace_back(name, Bytes(value, size));
  }
  return placed;
}

absl::StatusOr<std::unique_ptr<Reader>> Reader::Open(const Place& place, const ReaderOptions& options) {
  const Settings settings = {
      // A place that is gone is told, and never made good by starting elsewhere.
      {"auto.offset.reset", "error"},
      {"check.crcs", "true"},
      // Every record below the high watermark is there; a transaction of a stranger holds nobody up.
      {"isolation.level", "read_uncommitted"},
      {"enable.partition.eof", "true"},
      {"fetch.wait.max.ms", absl::StrCat(Milliseconds(options.fetch_wait))},
      // Fetching stops for up to a second each time that so many wait to be read: memory is bounded by the bytes.
      {"queued.min.messages", "1000000"},
      {"queued.max.messages.kbytes", absl::StrCat(options.most_waiting >> 10)},
  };
  absl::StatusOr<std::unique_ptr<Handle>> handle = Handle::Open(RD_KAFKA_CONSUMER, place.cluster, settings);
  if (!handle.ok()) return handle.status();
  const absl::StatusOr<Topic> topic = (*handle)->FindPartition(place.topic, place.partition, options.connect);
  if (!topic.ok()) return topic.status();
  return std::unique_ptr<Reader>(new Reader(place, options, *std::move(handle), topic->handle));
}

absl::Status Reader::Start(uint64_t offset) {
  if (position_ == offset) return absl::OkStatus();
  Stop();
  if (rd_kafka_consume_start(topic_, place_.partition, static_cast<int64_t>(offset)) != 0)
    return StatusOf(rd_kafka_last_error(), "reading could not begin");
  position_ = offset;
  return absl::OkStatus();
}

void Reader::Stop() {
  if (position_) rd_kafka_consume_stop(topic_, place_.partition);
  position_.reset();
}

bool Reader::TakeConnectionLost() {
  handle_->Serve(absl::ZeroDuration());
  if (!handle_->TakeConnectionLost()) return false;
  Stop();
  return true;
}

std::optional<uint64_t> Reader::HeardEnd() const {
  int64_t first = 0, end = 0;
  const auto error = rd_kafka_get_watermark_offsets(handle_->get(), place_.topic.c_str(), place_.partition, &first, &end);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR && end >= 0 ? std::optional(static_cast<uint64_t>(end)) : std::nullopt;
}

absl::StatusOr<std::vector<PlacedRecord>> Reader::Next(uint64_t end, absl::Duration timeout) {
  if (!position_) return absl::FailedPreconditionError("expected a reader that was started, but it was not");
  const absl::Time deadline = absl::Now() + timeout;
  std::vector<PlacedRecord> records;
  size_t bytes = 0;
  while (*position_ < end && bytes < kMostAtOnce) {
    const absl::Duration left = records.empty() ? deadline - absl::Now() : absl::ZeroDuration();
    std::optional<PlacedRecord> record;
    if (absl::Status polled = Poll(std::clamp(left, absl::ZeroDuration(), kSlice), &record); !polled.ok()) return polled;
    if (!record && left <= absl::ZeroDuration()) break;
    if (!record) continue;
    bytes += base::SizeOf(record->record);
    records.push_back(*std::move(record));
  }
  return records;
}

absl::Status Reader::ReadAll(absl::FunctionRef<void(PlacedRecord&)> take) {
  const absl::StatusOr<Ends> ends = QueryEnds(connect_);
  if (!ends.ok()) return ends.status();
  if (ends->first == ends->end) return absl::OkStatus();
  if (absl::Status started = Start(ends->first); !started.ok()) return started;
  while (position_ < ends->end) {
    absl::StatusOr<std::vector<PlacedRecord>> records = Next(ends->end, connect_);
    if (!records.ok()) return records.status();
    if (records->empty() && position_ < ends->end)
      return absl::UnavailableError(absl::StrCat(place_.topic, ": nothing could be read from offset ", *position_, " on"));
    for (PlacedRecord& record : *records) take(record);
  }
  Stop();
  return absl::OkStatus();
}

absl::Status Reader::Poll(absl::Duration timeout, std::optional<PlacedRecord>* record) {
  const std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)> message(
      rd_kafka_consume(topic_, place_.partition, Milliseconds(timeout)), &rd_kafka_message_destroy);
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
  *record = PlacedOf(message.get());
  position_ = (*record)->offset + 1;
  return absl::OkStatus();
}

}  // namespace overdracht::kafka
