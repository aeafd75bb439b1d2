#include "services/log/kafka/producer.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

namespace overdracht::log {

absl::StatusOr<std::unique_ptr<Producer>> Producer::Open(const KafkaPlace& place, absl::Duration give_up) {
  std::unique_ptr<Producer> producer(new Producer(give_up));
  const KafkaSettings settings = {{"enable.idempotence", "true"},
                                  {"acks", "all"},
                                  {"linger.ms", "0"},
                                  {"batch.num.messages", "1"},
                                  {"compression.type", "none"},
                                  {"socket.nagle.disable", "true"},
                                  {"socket.timeout.ms", "5000"},
                                  {"message.timeout.ms", absl::StrCat(absl::ToInt64Milliseconds(give_up))}};
  absl::StatusOr<std::unique_ptr<Handle>> handle =
      Handle::Open(RD_KAFKA_PRODUCER, place, settings, give_up, &Producer::Delivered, producer.get());
  if (!handle.ok()) return handle.status();
  producer->handle_ = *std::move(handle);
  return producer;
}

absl::StatusOr<Report> Producer::Send(absl::string_view bytes) {
  report_.reset();
  // Neither copied nor freed: the bytes are there until the report is.
  if (rd_kafka_produce(handle_->topic(), handle_->partition(), 0, const_cast<char*>(bytes.data()), bytes.size(), nullptr, 0, nullptr) != 0)
    return StatusOf(rd_kafka_last_error(), "the record was not sent");
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
  auto& report = static_cast<Producer*>(self)->report_;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    report = StatusOf(message->err, "the broker did not acknowledge the record");
  } else if (message->offset < 0) {  // it recognised a copy of a record, and no longer knows where that stands
    report = absl::UnavailableError("the broker does not say where the record stands");
  } else {
    report = static_cast<uint64_t>(message->offset);
  }
}

}  // namespace overdracht::log
