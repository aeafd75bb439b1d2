#include "services/log/kafka/kafka_log.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace overdracht::log {
namespace {

// Whoever reads ends at the high watermark and seldom waits; whoever waits is woken at once by what comes, and most of the time nothing
// does.
constexpr absl::Duration kReadWait = absl::Milliseconds(10);
constexpr absl::Duration kLiveWait = absl::Milliseconds(200);
constexpr absl::Duration kTryAgain = absl::Milliseconds(100);

}  // namespace

KafkaTransport::KafkaTransport(KafkaLogOptions options)
    : options_(std::move(options)),
      readers_(options_.place, {.fetch_wait = kReadWait, .connect = options_.connect}),
      waiters_(options_.place, {.fetch_wait = kLiveWait, .connect = options_.connect}) {}

// ---- Send ------------------------------------------------------------------------------------------------------------------------------

absl::StatusOr<Report> KafkaTransport::Produce(absl::string_view record) {
  // Too large is never accepted, and would be sent for ever.
  if (record.size() > kMostKafkaBatchBytes)
    return absl::InvalidArgumentError(
        absl::StrCat("expected a batch of at most ", kMostKafkaBatchBytes, " bytes, but it has ", record.size()));
  absl::MutexLock lock(&mutex_);
  if (producer_ == nullptr) {
    absl::StatusOr<std::unique_ptr<Producer>> producer = Producer::Open(options_.place, options_.give_up);
    if (!producer.ok()) return producer.status();
    producer_ = *std::move(producer);
  }
  absl::StatusOr<Report> report = producer_->Send(record);
  if (producer_->IsFatal()) producer_.reset();
  return report;
}

void KafkaTransport::NewProducer() {
  absl::MutexLock lock(&mutex_);
  producer_.reset();
}

// ---- Read ------------------------------------------------------------------------------------------------------------------------------

absl::StatusOr<ReaderPool::Lease> KafkaTransport::Take(ReaderPool* pool, uint64_t offset) {
  absl::StatusOr<ReaderPool::Lease> reader = pool->Take(offset);
  if (reader.ok() && (*reader)->TakeConnectionLost()) ++reconnects_;
  return reader;
}

absl::StatusOr<uint64_t> KafkaTransport::HighWatermark() {
  const absl::StatusOr<ReaderPool::Lease> reader = Take(&readers_, std::numeric_limits<uint64_t>::max());
  if (!reader.ok()) return reader.status();
  absl::StatusOr<uint64_t> end = (*reader)->QueryEnd(options_.connect);
  if (end.ok()) heard_end_ = *end;
  return end;
}

absl::StatusOr<std::vector<PlacedRecord>> KafkaTransport::Fetch(uint64_t from, uint64_t end) {
  read_to_ = from;
  const absl::StatusOr<ReaderPool::Lease> lease = Take(&readers_, from);
  if (!lease.ok()) return lease.status();
  kafka::Reader& reader = **lease;
  if (absl::Status started = reader.Start(from); !started.ok()) return started;
  absl::StatusOr<std::vector<kafka::PlacedRecord>> found = reader.Next(end, options_.connect);
  if (reader.TakeConnectionLost()) ++reconnects_;
  heard_end_ = reader.HeardEnd().value_or(heard_end_);
  // At the end of what was wanted it fetches no more until it is wanted again.
  if (!found.ok() || reader.position() >= end) reader.Stop();
  if (!found.ok()) return found.status();
  if (found->empty()) return absl::UnavailableError(absl::StrCat("nothing could be read from offset ", from, " on"));
  std::vector<PlacedRecord> records;
  records.reserve(found->size());
  for (kafka::PlacedRecord& each : *found) records.push_back({.offset = each.offset, .bytes = std::move(each.record.value)});
  return records;
}

absl::Duration KafkaTransport::Wait(uint64_t offset, absl::Duration timeout) {
  read_to_ = offset;
  const absl::Time until = absl::Now() + timeout;
  const auto left = [until] { return std::max(until - absl::Now(), absl::ZeroDuration()); };
  while (left() > absl::ZeroDuration()) {
    {
      const absl::StatusOr<ReaderPool::Lease> reader = Take(&waiters_, offset);
      if (reader.ok() && (*reader)->Start(offset).ok()) {
        const absl::StatusOr<std::vector<kafka::PlacedRecord>> records = (*reader)->Next(offset + 1, left());
        (*reader)->Stop();
        if (records.ok()) return left();
      }
    }
    // No broker, or a log that ends before the offset: neither changes at once.
    absl::SleepFor(std::min(kTryAgain, left()));
  }
  return absl::ZeroDuration();
}

uint64_t KafkaTransport::Unread() const {
  const uint64_t end = heard_end_, read_to = read_to_;
  return end > read_to ? end - read_to : 0;
}

absl::StatusOr<std::unique_ptr<KafkaLog>> KafkaLog::Open(const KafkaLogOptions& options) {
  std::unique_ptr<KafkaLog> log(new KafkaLog(options));
  if (absl::Status answered = log->HighWatermark().status(); !answered.ok()) return answered;
  return log;
}

}  // namespace overdracht::log
