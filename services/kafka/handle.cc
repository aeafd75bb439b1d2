#include "services/kafka/handle.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>

namespace overdracht::kafka {
namespace {

struct ConfDestroyer {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDestroyer>;

constexpr absl::Duration kBetween = absl::Milliseconds(20);

absl::Status Set(const Settings& settings, rd_kafka_conf_t* conf) {
  char why[512];
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) return absl::InvalidArgumentError(why);
  }
  return absl::OkStatus();
}

// Of one topic, or of all: null.
absl::StatusOr<Metadata> Ask(rd_kafka_t* kafka, rd_kafka_topic_t* topic, absl::string_view what, absl::Duration timeout) {
  const struct rd_kafka_metadata* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(kafka, topic == nullptr ? 1 : 0, topic, &metadata, Milliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, what);
  return Metadata(metadata);
}

// How many partitions the topic has, by the broker.
absl::StatusOr<int32_t> AskPartitions(rd_kafka_t* kafka, rd_kafka_topic_t* topic, const std::string& name, absl::Duration timeout) {
  const absl::StatusOr<Metadata> metadata = Ask(kafka, topic, name, timeout);
  if (!metadata.ok()) return metadata.status();
  if ((*metadata)->topic_cnt != 1) return absl::NotFoundError(absl::StrCat(name, ": it is not there, or may not be seen"));
  const struct rd_kafka_metadata_topic& found = (*metadata)->topics[0];
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(found.err, name);
  return found.partition_cnt;
}

}  // namespace

absl::Status StatusOf(rd_kafka_resp_err_t error, absl::string_view what) {
  const std::string why = absl::StrCat(what, ": ", rd_kafka_err2str(error), " (", rd_kafka_err2name(error), ")");
  switch (error) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      return absl::OkStatus();
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return absl::PermissionDeniedError(why);
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return absl::NotFoundError(why);
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
      return absl::OutOfRangeError(why);
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      return absl::DataLossError(why);
    case RD_KAFKA_RESP_ERR_SECURITY_DISABLED:
      return absl::FailedPreconditionError(why);
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
      return absl::InvalidArgumentError(why);
    default:
      return absl::UnavailableError(why);
  }
}

absl::StatusOr<uint64_t> DeliveredAt(const rd_kafka_message_t* message) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(message->err, "the broker did not acknowledge the record");
  return message->offset < 0 ? kSomewhere : static_cast<uint64_t>(message->offset);
}

absl::StatusOr<std::unique_ptr<Handle>> Handle::Open(rd_kafka_type_t type, const Cluster& cluster, const Settings& settings,
                                                     const Callbacks& callbacks) {
  std::unique_ptr<Handle> handle(new Handle(callbacks));
  Conf conf(rd_kafka_conf_new());
  // The default of 10 s between two attempts to connect would be added to every outage.
  const Settings common = {{"bootstrap.servers", cluster.bootstrap},
                           {"client.id", "overdracht"},
                           {"reconnect.backoff.ms", "50"},
                           {"reconnect.backoff.max.ms", "500"}};
  for (const Settings* each : {&common, &settings, &cluster.settings}) {
    if (absl::Status set = Set(*each, conf.get()); !set.ok()) return set;
  }
  rd_kafka_conf_set_opaque(conf.get(), handle.get());
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);  // what matters comes back as a status
  rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int error, const char*, void* self) {
    if (error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || error == RD_KAFKA_RESP_ERR__TIMED_OUT)
      static_cast<Handle*>(self)->connection_lost_ = true;
  });
  if (callbacks.delivered != nullptr) {
    rd_kafka_conf_set_dr_msg_cb(conf.get(), [](rd_kafka_t* kafka, const rd_kafka_message_t* message, void* self) {
      const Callbacks& call = static_cast<Handle*>(self)->callbacks_;
      call.delivered(kafka, message, call.opaque);
    });
  }
  if (callbacks.rebalanced != nullptr) {
    rd_kafka_conf_set_rebalance_cb(
        conf.get(), [](rd_kafka_t* kafka, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t* partitions, void* self) {
          const Callbacks& call = static_cast<Handle*>(self)->callbacks_;
          call.rebalanced(kafka, what, partitions, call.opaque);
        });
  }
  char why[512];
  handle->kafka_ = rd_kafka_new(type, conf.get(), why, sizeof why);
  if (handle->kafka_ == nullptr) return absl::InvalidArgumentError(why);
  (void)conf.release();  // rd_kafka_new took it
  return handle;
}

Handle::~Handle() {
  for (const auto& [name, topic] : topics_) rd_kafka_topic_destroy(topic.handle);
  if (kafka_ == nullptr) return;
  rd_kafka_purge(kafka_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_destroy(kafka_);
}

absl::StatusOr<Topic> Handle::FindTopic(const std::string& name, absl::Duration timeout) {
  if (const auto known = topics_.find(name); known != topics_.end()) return known->second;
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(kafka_, name.c_str(), nullptr);
  if (topic == nullptr) return StatusOf(rd_kafka_last_error(), name);
  const absl::StatusOr<int32_t> partitions = AskPartitions(kafka_, topic, name, timeout);
  if (!partitions.ok()) {
    rd_kafka_topic_destroy(topic);
    return partitions.status();
  }
  return topics_.emplace(name, Topic{.handle = topic, .partitions = *partitions}).first->second;
}

absl::StatusOr<Topic> Handle::FindPartition(const std::string& name, int32_t partition, absl::Duration timeout) {
  absl::StatusOr<Topic> topic = FindTopic(name, timeout);
  if (topic.ok() && partition >= topic->partitions)
    return absl::NotFoundError(absl::StrCat("expected a partition ", partition, ", but ", name, " has ", topic->partitions));
  return topic;
}

absl::StatusOr<Metadata> Handle::QueryTopics(absl::Duration timeout) const { return Ask(kafka_, nullptr, "the topics", timeout); }

absl::StatusOr<Metadata> Handle::QueryTopic(const std::string& name, absl::Duration timeout) const {
  rd_kafka_topic_t* const topic = rd_kafka_topic_new(kafka_, name.c_str(), nullptr);
  if (topic == nullptr) return StatusOf(rd_kafka_last_error(), name);
  absl::StatusOr<Metadata> metadata = Ask(kafka_, topic, name, timeout);
  rd_kafka_topic_destroy(topic);
  return metadata;
}

absl::StatusOr<Ends> Handle::QueryEnds(const std::string& topic, int32_t partition, absl::Duration timeout) const {
  const absl::StatusOr<uint64_t> first = QueryOffset(topic, partition, RD_KAFKA_OFFSET_BEGINNING, timeout);
  if (!first.ok()) return first.status();
  const absl::StatusOr<uint64_t> end = QueryEnd(topic, partition, timeout);
  if (!end.ok()) return end.status();
  return Ends{.first = *first, .end = *end};
}

absl::StatusOr<uint64_t> Handle::QueryEnd(const std::string& topic, int32_t partition, absl::Duration timeout) const {
  return QueryOffset(topic, partition, RD_KAFKA_OFFSET_END, timeout);
}

// Not by rd_kafka_query_watermark_offsets: before 2.3 it waits for a broker that is gone until that is back, for ever.
absl::StatusOr<uint64_t> Handle::QueryOffset(const std::string& topic, int32_t partition, int64_t which, absl::Duration timeout) const {
  for (const absl::Time deadline = absl::Now() + timeout;;) {
    const PartitionList asked(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_t* const one = rd_kafka_topic_partition_list_add(asked.get(), topic.c_str(), partition);
    one->offset = which;
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(kafka_, asked.get(), Milliseconds(std::max(deadline - absl::Now(), kBetween)));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = one->err;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && one->offset >= 0) return static_cast<uint64_t>(one->offset);
    const absl::Status status = StatusOf(error == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR__TIMED_OUT : error, topic);
    if (!absl::IsUnavailable(status) || absl::Now() >= deadline) return status;
    absl::SleepFor(kBetween);  // a leader is being elected
  }
}

absl::Status Handle::FatalError() const {
  char why[512] = "";
  const rd_kafka_resp_err_t error = rd_kafka_fatal_error(kafka_, why, sizeof why);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? absl::OkStatus() : StatusOf(error, why);
}

}  // namespace overdracht::kafka
