// The EventLog on one partition of a Kafka topic: one record a batch, offsets from 0, with gaps where something does not count.
// What counts, what a report proves and when to read back is chained_log.h's; here is only the way to the broker.
#ifndef OVERDRACHT_SERVICES_LOG_KAFKA_KAFKA_LOG_H_
#define OVERDRACHT_SERVICES_LOG_KAFKA_KAFKA_LOG_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <memory>

#include "services/log/chained_log.h"
#include "services/log/kafka/producer.h"
#include "services/log/kafka/reader_pool.h"

namespace overdracht::log {

// Within what a broker takes that nobody told otherwise: message.max.bytes is 1 MiB, with what Kafka adds.
inline constexpr size_t kMostKafkaBatchBytes = 900'000;

struct KafkaLogOptions {
  kafka::Place place;
  absl::Duration connect = absl::Seconds(10);  // within which a broker has to answer
  absl::Duration give_up = absl::Seconds(5);   // how long a batch may go without acknowledgement until its outcome is not known
  absl::Duration leader = absl::Seconds(10);   // chained_log.h
};

// Safe from several threads: one at a time sends, many read.
class KafkaTransport : public Transport {
 public:
  explicit KafkaTransport(KafkaLogOptions options);

  absl::StatusOr<Report> Produce(absl::string_view record) override;
  void NewProducer() override;
  absl::StatusOr<uint64_t> HighWatermark() override;
  absl::StatusOr<std::vector<PlacedRecord>> Fetch(uint64_t from, uint64_t end) override;
  uint64_t Reconnects() const override { return reconnects_; }
  absl::Duration Wait(uint64_t offset, absl::Duration timeout) override;

  // Of a log that one reads: records (each a batch) behind what was read or waited for last, as far as it has heard. Asks nobody.
  uint64_t Unread() const;

 private:
  absl::StatusOr<ReaderPool::Lease> Take(ReaderPool* pool, uint64_t offset);

  const KafkaLogOptions options_;
  ReaderPool readers_;
  ReaderPool waiters_;
  std::atomic<uint64_t> reconnects_ = 0;
  std::atomic<uint64_t> heard_end_ = 0, read_to_ = 0;
  absl::Mutex mutex_;
  std::unique_ptr<Producer> producer_ ABSL_GUARDED_BY(mutex_);
};

class KafkaLog : private KafkaTransport, public ChainedLog {
 public:
  // NOT_FOUND: the topic or the partition is not there, or may not be seen; UNAVAILABLE: no broker answers.
  static absl::StatusOr<std::unique_ptr<KafkaLog>> Open(const KafkaLogOptions& options);
  using ChainedLog::Wait;
  using KafkaTransport::Unread;

 private:
  explicit KafkaLog(const KafkaLogOptions& options) : KafkaTransport(options), ChainedLog(this, options.leader) {}
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_KAFKA_KAFKA_LOG_H_
