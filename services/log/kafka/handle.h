// A handle of librdkafka on one partition of one topic: what producer.h and consumer.h share.
#ifndef OVERDRACHT_SERVICES_LOG_KAFKA_HANDLE_H_
#define OVERDRACHT_SERVICES_LOG_KAFKA_HANDLE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/time/time.h>
#include <librdkafka/rdkafka.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>

namespace overdracht::log {

using KafkaSettings = std::map<std::string, std::string>;

// Where a partition is.
struct KafkaPlace {
  std::string bootstrap;  // host:port, …
  std::string topic;
  int32_t partition = 0;
  KafkaSettings settings = {};  // of librdkafka, for the way to the broker: security.protocol, ssl.…
};

// UNAVAILABLE, unless it is known to stay so.
absl::Status StatusOf(rd_kafka_resp_err_t error, absl::string_view what);

class Handle {
 public:
  // `delivered`: called by Serve for each report of a producer, with `opaque`. A new handle asks for the topic at once: else the first
  // message to it waits for up to a second. NOT_FOUND: the topic or the partition is not there, or may not be seen.
  using Delivered = void (*)(rd_kafka_t*, const rd_kafka_message_t*, void* opaque);
  static absl::StatusOr<std::unique_ptr<Handle>> Open(rd_kafka_type_t type, const KafkaPlace& place, const KafkaSettings& settings,
                                                      absl::Duration timeout, Delivered delivered = nullptr, void* opaque = nullptr);
  ~Handle();
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  rd_kafka_topic_t* topic() const { return topic_; }
  int32_t partition() const { return place_.partition; }
  rd_kafka_t* get() const { return kafka_; }

  // Calls what is to be called back; waits for something of it for so long.
  void Serve(absl::Duration timeout) { rd_kafka_poll(kafka_, static_cast<int>(absl::ToInt64Milliseconds(timeout))); }
  // Whether a connection was lost since it was last asked. What it says is as new as the last Serve.
  bool TakeConnectionLost() { return connection_lost_.exchange(false); }
  bool IsFatal() const;

  // Where the log ends, by the leader's word: the offset after the last record that readers may see. Never the cached value.
  absl::StatusOr<uint64_t> QueryHighWatermark(absl::Duration timeout) const;

 private:
  explicit Handle(KafkaPlace place) : place_(std::move(place)) {}
  absl::Status Ask(absl::Duration timeout) const;

  const KafkaPlace place_;
  rd_kafka_t* kafka_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  Delivered delivered_ = nullptr;
  void* opaque_ = nullptr;
  std::atomic<bool> connection_lost_{false};
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_KAFKA_HANDLE_H_
