// Sends records to many topics: idempotent, acknowledged by all replicas that are in sync, the order kept in each partition and without a
// gap. Each record gets its report by a callback.
//
// What comes for a partition while records are under way to it goes together when these have their reports: a request costs the broker and
// both ends more than what stands in it (docs/performance.md), and nobody has to choose how long to wait for more.
//
// A gap cannot be: when a record fails after it was taken, all that were taken and are not reported yet fail too, whatever their topic, or
// are heard to stand there; and sending begins anew with what is given when all of them have heard. So whoever stops at the first failure
// that it is told of has no record behind one that is missing. Who goes on at once may fail once more.
#ifndef OVERDRACHT_SERVICES_KAFKA_PUBLISHER_H_
#define OVERDRACHT_SERVICES_KAFKA_PUBLISHER_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "services/base/kafka_record.h"
#include "services/kafka/handle.h"

namespace overdracht::kafka {

// Within what a broker takes that nobody told otherwise: message.max.bytes is 1 MiB, with what Kafka adds.
inline constexpr size_t kMostRecordBytes = 900'000;
// Instead of a partition: the one of the record's key, as Kafka's own clients choose it (murmur2).
inline constexpr int32_t kByKey = RD_KAFKA_PARTITION_UA;
// The partition that kByKey chooses.
int32_t PartitionOf(absl::string_view key, int32_t partitions);

struct PublisherOptions {
  // After how long a record that no broker acknowledged is reported as UNAVAILABLE. It may land all the same, and later.
  absl::Duration give_up = absl::Seconds(10);
  absl::Duration connect = absl::Seconds(5);  // within which a broker has to answer about a topic
  // What may wait for its report.
  size_t most_records = 100'000;
  size_t most_bytes = 64 << 20;
};

// Safe from all threads.
class Publisher {
 public:
  // What became of a record: its offset (kSomewhere: it stands there, but nobody knows where); UNAVAILABLE: it stands there or not, now or
  // later; NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT: it does not.
  using Done = std::function<void(absl::StatusOr<uint64_t>)>;

  // INVALID_ARGUMENT: a setting that librdkafka does not take. Asks no broker.
  static absl::StatusOr<std::unique_ptr<Publisher>> Open(const Cluster& cluster, const PublisherOptions& options = {});
  // What has no report yet gets UNAVAILABLE.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // Takes a record and never waits. `done` is called once, on the publisher's own thread, in the order of each partition, and must return
  // soon; it may publish. Not taken, and no callback comes: RESOURCE_EXHAUSTED, too much waits; INVALID_ARGUMENT, the record is larger than
  // any may be.
  absl::Status Publish(const std::string& topic, int32_t partition, base::KafkaRecord record, Done done) {
    return PublishShared(topic, partition, std::make_shared<const base::KafkaRecord>(std::move(record)), std::move(done));
  }
  // One record to several topics, kept once.
  absl::Status PublishShared(const std::string& topic, int32_t partition, std::shared_ptr<const base::KafkaRecord> record, Done done);

  // The same, and waits for the report. Not from a callback.
  absl::StatusOr<uint64_t> PublishNow(const std::string& topic, int32_t partition, base::KafkaRecord record);

  // Waits until everything that was taken has its report. Whether that was so within the time. Not from a callback.
  bool Flush(absl::Duration timeout);

 private:
  struct Sent;
  // What goes to a partition.
  struct Lane {
    size_t under_way = 0;
    std::vector<Sent*> waiting;
  };
  struct Sent {
    std::string topic;
    int32_t partition = 0;
    std::shared_ptr<const base::KafkaRecord> record;
    Done done;
    size_t bytes = 0;
    absl::Time taken;
    uint64_t number = 0;
    Lane* lane = nullptr;  // in which it is under way
    absl::Status failed;   // why it was not sent
  };
  using Queue = std::vector<std::unique_ptr<Sent>>;

  Publisher(Cluster cluster, const PublisherOptions& options) : cluster_(std::move(cluster)), options_(options) {}
  absl::Status Connect();
  void Run();
  // What was published since the last time. Whether it goes on.
  bool TakeQueue(Queue* queue);
  void SendAll(Queue queue);
  void SendWaiting(Lane* lane);
  absl::Status ChoosePartition(Sent* sent);
  absl::Status Send(Sent* sent);
  void Fail(Sent* sent, absl::Status why);
  absl::Status Cause(absl::Status why) const;
  absl::Duration Left() const;
  static void Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque);
  // Ends what has its report.
  void Report(uint64_t number, absl::StatusOr<uint64_t> what);
  void HearTheLast();
  // Fails all that was taken by now; the handle is gone, or another one.
  void Break(const absl::Status& why);

  const Cluster cluster_;
  const PublisherOptions options_;
  // Of the thread.
  std::unique_ptr<Handle> handle_;
  std::map<uint64_t, std::unique_ptr<Sent>> outstanding_;  // by its number, which rises; librdkafka reads the value of its record in place
  uint64_t last_number_ = 0;
  std::map<std::pair<std::string, int32_t>, Lane> lanes_;
  absl::Status broken_;  // why something failed

  absl::Mutex mutex_;
  rd_kafka_queue_t* wake_ ABSL_GUARDED_BY(mutex_) = nullptr;  // of the handle: where the thread waits
  Queue queue_ ABSL_GUARDED_BY(mutex_);
  size_t records_ ABSL_GUARDED_BY(mutex_) = 0;  // that have no report
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace overdracht::kafka

#endif  // OVERDRACHT_SERVICES_KAFKA_PUBLISHER_H_
