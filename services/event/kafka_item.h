// DATA LEAVES: an item of an outbox as a CloudEvent in a record of Kafka, and back. In binary mode with protobuf data: the notice's own
// message, or of an answer an OutboxItem with `answer` and `reported` alone. The attributes are those that it has in
// JSON (write.h), but for `cursor`: where an item stands in a topic says its record's offset, and that is no part of it.
#ifndef OVERDRACHT_SERVICES_EVENT_KAFKA_ITEM_H_
#define OVERDRACHT_SERVICES_EVENT_KAFKA_ITEM_H_

#include <absl/status/statusor.h>

#include "overdracht/api/v1/outbox_service.pb.h"
#include "services/event/kafka_record.h"

namespace overdracht::event {

KafkaRecord WriteKafkaItem(const api::v1::OutboxItem& item);

// With `sequence` and without `cursor`. INVALID_ARGUMENT: it is none, and what was expected where.
absl::StatusOr<api::v1::OutboxItem> ReadKafkaItem(const KafkaRecord& record);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_KAFKA_ITEM_H_
