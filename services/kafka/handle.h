// A handle of librdkafka: what whoever reads, writes or administers has in common.
#ifndef OVERDRACHT_SERVICES_KAFKA_HANDLE_H_
#define OVERDRACHT_SERVICES_KAFKA_HANDLE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/time/time.h>
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

namespace overdracht::kafka {

using Settings = std::map<std::string, std::string>;  // of librdkafka

// How to get to the brokers.
struct Cluster {
  std::string bootstrap;   // host:port, …
  Settings settings = {};  // security.protocol, ssl.…
};

// Where a partition is.
struct Place {
  Cluster cluster;
  std::string topic;
  int32_t partition = 0;
};

// A topic, as this handle knows it.
struct Topic {
  rd_kafka_topic_t* handle = nullptr;  // the Handle's
  int32_t partitions = 0;
};

// Of a partition: the first record that is there, and one past the last that readers may see.
struct Ends {
  uint64_t first = 0;
  uint64_t end = 0;
};

struct PartitionListDestroyer {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionListDestroyer>;

// What a broker says of topics.
struct MetadataDestroyer {
  void operator()(const struct rd_kafka_metadata* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
using Metadata = std::unique_ptr<const struct rd_kafka_metadata, MetadataDestroyer>;

inline int Milliseconds(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }

// UNAVAILABLE, unless it is known to stay so.
absl::Status StatusOf(rd_kafka_resp_err_t error, absl::string_view what);

// What the report of a record says: where it stands. It does not know where, of a copy that the broker recognised too late.
inline constexpr uint64_t kSomewhere = ~uint64_t{0};
absl::StatusOr<uint64_t> DeliveredAt(const rd_kafka_message_t* message);

// Called by Handle::Serve, with `opaque` in the last place.
struct Callbacks {
  void (*delivered)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr;                               // for each report of a producer
  void (*rebalanced)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*, void*) = nullptr;  // of a member of a group
  void* opaque = nullptr;
};

// For one thread, but for Serve, IsFatal and TakeConnectionLost.
class Handle {
 public:
  // Connects in the background. INVALID_ARGUMENT: a setting that librdkafka does not take.
  static absl::StatusOr<std::unique_ptr<Handle>> Open(rd_kafka_type_t type, const Cluster& cluster, const Settings& settings,
                                                      const Callbacks& callbacks = {});
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  rd_kafka_t* get() const { return kafka_; }

  // Asks for the topic the first time: else the first record to it waits for up to a second. NOT_FOUND: it is not there, or may not be seen
  // (a reader without rights hears nothing else).
  absl::StatusOr<Topic> FindTopic(const std::string& name, absl::Duration timeout);
  // The same, and NOT_FOUND where it has no such partition.
  absl::StatusOr<Topic> FindPartition(const std::string& name, int32_t partition, absl::Duration timeout);

  // All topics that may be seen.
  absl::StatusOr<Metadata> QueryTopics(absl::Duration timeout) const;

  // One; a reader that asks makes none. Where it is not there, or may not be seen, it is among them without partitions.
  absl::StatusOr<Metadata> QueryTopic(const std::string& name, absl::Duration timeout) const;

  // By the leader's word, never the cached value.
  absl::StatusOr<Ends> QueryEnds(const std::string& topic, int32_t partition, absl::Duration timeout) const;
  absl::StatusOr<uint64_t> QueryEnd(const std::string& topic, int32_t partition, absl::Duration timeout) const;

  // Calls what is to be called back; waits for something of it for so long.
  void Serve(absl::Duration timeout) { rd_kafka_poll(kafka_, Milliseconds(timeout)); }
  // Whether a connection was lost since it was last asked. What it says is as new as the last Serve.
  bool TakeConnectionLost() { return connection_lost_.exchange(false); }
  bool IsFatal() const { return !FatalError().ok(); }
  // Why it never sends again; OK while it does.
  absl::Status FatalError() const;

 private:
  explicit Handle(const Callbacks& callbacks) : callbacks_(callbacks) {}
  absl::StatusOr<uint64_t> QueryOffset(const std::string& topic, int32_t partition, int64_t which, absl::Duration timeout) const;

  const Callbacks callbacks_;
  rd_kafka_t* kafka_ = nullptr;
  std::map<std::string, Topic> topics_;
  std::atomic<bool> connection_lost_{false};
};

}  // namespace overdracht::kafka

#endif  // OVERDRACHT_SERVICES_KAFKA_HANDLE_H_
