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
      readers_(options_.place, kReadWait, options_.connect),
      waiters_(options_.place, kLiveWait, options_.connect) {}

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

absl::StatusOr<ConsumerPool::Lease> KafkaTransport::Take(ConsumerPool* pool, uint64_t offset) {
  absl::StatusOr<ConsumerPool::Lease> consumer = pool->Take(offset);
  if (consumer.ok() && (*consumer)->TakeConnectionLost()) ++reconnects_;
  return consumer;
}

absl::StatusOr<uint64_t> KafkaTransport::HighWatermark() {
  const absl::StatusOr<ConsumerPool::Lease> consumer = Take(&readers_, std::numeric_limits<uint64_t>::max());
  if (!consumer.ok()) return consumer.status();
  return (*consumer)->handle().QueryHighWatermark(options_.connect);
}

absl::StatusOr<std::vector<PlacedRecord>> KafkaTransport::Fetch(uint64_t from, uint64_t end) {
  const absl::StatusOr<ConsumerPool::Lease> lease = Take(&readers_, from);
  if (!lease.ok()) return lease.status();
  Consumer& consumer = **lease;
  if (absl::Status started = consumer.Start(from); !started.ok()) return started;
  absl::StatusOr<std::vector<PlacedRecord>> records = consumer.Next(end, options_.connect);
  if (consumer.TakeConnectionLost()) ++reconnects_;
  // At the end of what was wanted it fetches no more until it is wanted again.
  if (!records.ok() || consumer.position() >= end) consumer.Stop();
  if (records.ok() && records->empty()) return absl::UnavailableError(absl::StrCat("nothing could be read from offset ", from, " on"));
  return records;
}

absl::Duration KafkaTransport::Wait(uint64_t offset, absl::Duration timeout) {
  const absl::Time until = absl::Now() + timeout;
  const auto left = [until] { return std::max(until - absl::Now(), absl::ZeroDuration()); };
  {
    const absl::StatusOr<ConsumerPool::Lease> consumer = Take(&waiters_, offset);
    if (consumer.ok() && (*consumer)->Start(offset).ok()) {
      const absl::StatusOr<std::vector<PlacedRecord>> records = (*consumer)->Next(offset + 1, left());
      (*consumer)->Stop();
      if (records.ok()) return left();
    }
  }
  // No broker, or a log that ends before the offset: neither changes at once.
  absl::SleepFor(std::min(kTryAgain, left()));
  return left();
}

absl::StatusOr<std::unique_ptr<KafkaLog>> KafkaLog::Open(const KafkaLogOptions& options) {
  std::unique_ptr<KafkaLog> log(new KafkaLog(options));
  if (absl::Status answered = log->HighWatermark().status(); !answered.ok()) return answered;
  return log;
}

}  // namespace overdracht::log
