#include "services/log/kafka/producer.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

namespace overdracht::log {

absl::StatusOr<std::unique_ptr<Producer>> Producer::Open(const kafka::Place& place, absl::Duration give_up) {
  std::unique_ptr<Producer> producer(new Producer(place.partition, give_up));
  const kafka::Settings settings = {{"enable.idempotence", "true"},
                                    {"acks", "all"},
                                    {"linger.ms", "0"},
                                    {"batch.num.messages", "1"},
                                    {"compression.type", "none"},
                                    {"socket.nagle.disable", "true"},
                                    {"socket.timeout.ms", "5000"},
                                    {"message.timeout.ms", absl::StrCat(absl::ToInt64Milliseconds(give_up))}};
  absl::StatusOr<std::unique_ptr<kafka::Handle>> handle =
      kafka::Handle::Open(RD_KAFKA_PRODUCER, place.cluster, settings, {.delivered = &Producer::Delivered, .opaque = producer.get()});
  if (!handle.ok()) return handle.status();
  const absl::StatusOr<kafka::Topic> topic = (*handle)->FindPartition(place.topic, place.partition, give_up);
  if (!topic.ok()) return topic.status();
  producer->topic_ = *topic;
  producer->handle_ = *std::move(handle);
  return producer;
}

absl::StatusOr<Report> Producer::Send(absl::string_view bytes) {
  report_.reset();
  // Neither copied nor freed: the bytes are there until the report is.
  if (rd_kafka_produce(topic_.handle, partition_, 0, const_cast<char*>(bytes.data()), bytes.size(), nullptr, 0, nullptr) != 0)
    return kafka::StatusOf(rd_kafka_last_error(), "the record was not sent");
  const absl::Time late = absl::Now() + 2 * give_up_;
  while (!report_) {
    handle_->Serve(absl::Seconds(1));
    if (!report_ && absl::Now() > late) rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
  if (!report_->ok()) return report_->status();
  const bool reconnected = handle_->TakeConnectionLost() || !has_reported_;
  has_reported_ = true;
  return Report{.offset = **report_, .reconnected = reconnected};
}

void Producer::Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self) {
  absl::StatusOr<uint64_t> at = kafka::DeliveredAt(message);
  if (at.ok() && *at == kafka::kSomewhere) at = absl::UnavailableError("the broker does not say where the record stands");
  static_cast<Producer*>(self)->report_ = std::move(at);
}

}  // namespace overdracht::log
