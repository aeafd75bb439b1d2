// Sends one record at a time and waits for its report: idempotent, acknowledged by all replicas that are in sync.
#ifndef OVERDRACHT_SERVICES_LOG_KAFKA_PRODUCER_H_
#define OVERDRACHT_SERVICES_LOG_KAFKA_PRODUCER_H_

#include <optional>

#include "services/kafka/handle.h"
#include "services/log/transport.h"

namespace overdracht::log {

class Producer {
 public:
  // `give_up`: after how long a record that the broker did not acknowledge is reported as timed out. It may land all the same, and later.
  static absl::StatusOr<std::unique_ptr<Producer>> Open(const kafka::Place& place, absl::Duration give_up);

  // Returns when the report is there, so that none is ever outstanding between two calls.
  absl::StatusOr<Report> Send(absl::string_view bytes);

  // It will never send again.
  bool IsFatal() const { return handle_->IsFatal(); }

 private:
  Producer(int32_t partition, absl::Duration give_up) : partition_(partition), give_up_(give_up) {}
  static void Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* self);

  const int32_t partition_;
  const absl::Duration give_up_;
  std::unique_ptr<kafka::Handle> handle_;
  kafka::Topic topic_;
  std::optional<absl::StatusOr<uint64_t>> report_;  // the offset
  bool has_reported_ = false;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_KAFKA_PRODUCER_H_
