// An item of an outbox as a record of an organisation's topic, and back. A CloudEvent (event/kafka_item.h), and beside it how it came
// there:
//
//   overdracht-batch, overdracht-batch-hash  the batch that counts and holds its record: decimal number, 64 hexadecimal digits
//   overdracht-call                          of an answer, where it is known: what the report said (report_record.h)
//   overdracht-duplicate                     "1": the answer to a report that was made before, under the id and the sequence of the first
//                                            answer; readers have that, and drop this
//   overdracht-unrecorded                    "1": an answer of which no record of this outbox tells; only who asked takes it, by its call
//
// A reader names items by partition (it stands in the id) and sequence, and drops what it has; its cursor is a record's offset + 1.
#ifndef OVERDRACHT_SERVICES_TOPICS_ITEM_RECORD_H_
#define OVERDRACHT_SERVICES_TOPICS_ITEM_RECORD_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <optional>
#include <string>

#include "overdracht/api/v1/outbox_service.pb.h"
#include "services/base/kafka_record.h"
#include "services/base/sha256.h"
#include "services/event/write.h"

namespace overdracht::topics {

struct ItemMarks {
  uint64_t batch = 0;  // 0: of none
  base::Hash batch_hash = {};
  std::string call = {};
  bool duplicate = false;
  bool unrecorded = false;
};

// One that is unrecorded may have no id, no time and no sequence.
base::KafkaRecord WriteItem(const api::v1::OutboxItem& item, const ItemMarks& marks);

// With `sequence`, without `cursor`. INVALID_ARGUMENT: it is none, and what was expected where.
absl::StatusOr<api::v1::OutboxItem> ReadItem(const base::KafkaRecord& record, ItemMarks* marks);
// Only its marks, whatever else it says.
absl::Status ReadMarks(const base::KafkaRecord& record, ItemMarks* marks);
// Where the record stands that an item tells of, by the item's id; none: it is the id of no item.
std::optional<event::Position> PositionOf(absl::string_view id);

}  // namespace overdracht::topics

#endif  // OVERDRACHT_SERVICES_TOPICS_ITEM_RECORD_H_
