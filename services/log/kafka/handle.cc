#include "services/log/kafka/handle.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>

namespace overdracht::log {
namespace {

int Milliseconds(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }

struct ConfDestroyer {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, ConfDestroyer>;

absl::Status Set(const KafkaSettings& settings, rd_kafka_conf_t* conf) {
  char why[512];
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why, sizeof why) != RD_KAFKA_CONF_OK) return absl::InvalidArgumentError(why);
  }
  return absl::OkStatus();
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
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
      return absl::InvalidArgumentError(why);
    default:
      return absl::UnavailableError(why);
  }
}

absl::StatusOr<std::unique_ptr<Handle>> Handle::Open(rd_kafka_type_t type, const KafkaPlace& place, const KafkaSettings& settings,
                                                     absl::Duration timeout, Delivered delivered, void* opaque) {
  std::unique_ptr<Handle> handle(new Handle(place));
  handle->delivered_ = delivered;
  handle->opaque_ = opaque;
  Conf conf(rd_kafka_conf_new());
  // The default of 10 s between two attempts to connect would be added to every outage.
  const KafkaSettings common = {{"bootstrap.servers", place.bootstrap},
                                {"client.id", "overdracht"},
                                {"reconnect.backoff.ms", "50"},
                                {"reconnect.backoff.max.ms", "500"}};
  for (const KafkaSettings* each : {&common, &settings, &place.settings}) {
    if (absl::Status set = Set(*each, conf.get()); !set.ok()) return set;
  }
  rd_kafka_conf_set_opaque(conf.get(), handle.get());
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);  // what matters comes back as a status
  rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int error, const char*, void* self) {
    if (error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || error == RD_KAFKA_RESP_ERR__TIMED_OUT)
      static_cast<Handle*>(self)->connection_lost_ = true;
  });
  if (delivered != nullptr) {
    rd_kafka_conf_set_dr_msg_cb(conf.get(), [](rd_kafka_t* kafka, const rd_kafka_message_t* message, void* self) {
      static_cast<Handle*>(self)->delivered_(kafka, message, static_cast<Handle*>(self)->opaque_);
    });
  }
  char why[512];
  handle->kafka_ = rd_kafka_new(type, conf.get(), why, sizeof why);
  if (handle->kafka_ == nullptr) return absl::InvalidArgumentError(why);
  (void)conf.release();  // rd_kafka_new took it
  handle->topic_ = rd_kafka_topic_new(handle->kafka_, place.topic.c_str(), nullptr);
  if (handle->topic_ == nullptr) return StatusOf(rd_kafka_last_error(), place.topic);
  if (absl::Status asked = handle->Ask(timeout); !asked.ok()) return asked;
  return handle;
}

Handle::~Handle() {
  if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
  if (kafka_ == nullptr) return;
  rd_kafka_purge(kafka_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_destroy(kafka_);
}

absl::Status Handle::Ask(absl::Duration timeout) const {
  const struct rd_kafka_metadata* metadata = nullptr;
  const rd_kafka_resp_err_t error = rd_kafka_metadata(kafka_, 0, topic_, &metadata, Milliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, place_.topic);
  const std::unique_ptr<const struct rd_kafka_metadata, decltype(&rd_kafka_metadata_destroy)> owned(metadata, &rd_kafka_metadata_destroy);
  if (metadata->topic_cnt != 1) return absl::NotFoundError(absl::StrCat(place_.topic, ": it is not there, or may not be seen"));
  const struct rd_kafka_metadata_topic& topic = metadata->topics[0];
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(topic.err, place_.topic);
  if (place_.partition >= topic.partition_cnt)
    return absl::NotFoundError(
        absl::StrCat("expected a partition ", place_.partition, ", but ", place_.topic, " has ", topic.partition_cnt));
  return absl::OkStatus();
}

bool Handle::IsFatal() const { return rd_kafka_fatal_error(kafka_, nullptr, 0) != RD_KAFKA_RESP_ERR_NO_ERROR; }

absl::StatusOr<uint64_t> Handle::QueryHighWatermark(absl::Duration timeout) const {
  const absl::Time deadline = absl::Now() + timeout;
  for (;;) {
    int64_t low = 0, high = 0;
    const absl::Duration left = std::max(deadline - absl::Now(), absl::Milliseconds(1));
    const rd_kafka_resp_err_t error =
        rd_kafka_query_watermark_offsets(kafka_, place_.topic.c_str(), place_.partition, &low, &high, Milliseconds(left));
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return static_cast<uint64_t>(high);
    const absl::Status status = StatusOf(error, place_.topic);
    if (!absl::IsUnavailable(status) || absl::Now() >= deadline) return status;
    absl::SleepFor(absl::Milliseconds(20));  // a leader is being elected
  }
}

}  // namespace overdracht::log
