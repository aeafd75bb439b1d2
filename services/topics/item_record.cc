#include "services/topics/item_record.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>

#include "services/event/kafka_item.h"
#include "services/event/write.h"
#include "services/topics/headers.h"

namespace overdracht::topics {
namespace {

constexpr absl::string_view kBatch = "overdracht-batch", kBatchHash = "overdracht-batch-hash", kDuplicate = "overdracht-duplicate",
                            kUnrecorded = "overdracht-unrecorded";

// An event has an id, also where nobody will ask for it.
constexpr absl::string_view kNoId = "unrecorded";

absl::Status None(absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("expected an item of an outbox on Kafka, but ", why));
}

std::optional<base::Hash> ParseHash(absl::string_view text) {
  const auto is_hex = [](char c) { return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f'); };
  base::Hash hash;
  if (text.size() != 2 * hash.size() || !std::all_of(text.begin(), text.end(), is_hex)) return std::nullopt;
  const std::string bytes = absl::HexStringToBytes(text);
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

}  // namespace

base::KafkaRecord WriteItem(const api::v1::OutboxItem& item, const ItemMarks& marks) {
  base::KafkaRecord record;
  if (item.id().empty()) {
    api::v1::OutboxItem named = item;
    named.set_id(std::string(kNoId));
    record = event::WriteKafkaItem(named);
  } else {
    record = event::WriteKafkaItem(item);
  }
  if (marks.batch != 0) {
    AddHeader(kBatch, absl::StrCat(marks.batch), &record);
    AddHeader(kBatchHash, absl::BytesToHexString(base::Hasher::View(marks.batch_hash)), &record);
  }
  AddHeader(kCall, marks.call, &record);
  AddMark(kDuplicate, marks.duplicate, &record);
  AddMark(kUnrecorded, marks.unrecorded, &record);
  return record;
}

absl::Status ReadMarks(const base::KafkaRecord& record, ItemMarks* marks) {
  *marks = {};
  marks->call = std::string(HeaderOf(record, kCall));
  marks->duplicate = IsMarked(record, kDuplicate);
  marks->unrecorded = IsMarked(record, kUnrecorded);
  const absl::string_view batch = HeaderOf(record, kBatch), batch_hash = HeaderOf(record, kBatchHash);
  if (batch.empty() && batch_hash.empty()) return absl::OkStatus();
  const std::optional<uint64_t> number = ParseNumber(batch);
  if (!number || *number == 0) return None("its batch is no number of one");
  const std::optional<base::Hash> hash = ParseHash(batch_hash);
  if (!hash) return None("the hash of its batch is none");
  marks->batch = *number;
  marks->batch_hash = *hash;
  return absl::OkStatus();
}

absl::StatusOr<api::v1::OutboxItem> ReadItem(const base::KafkaRecord& record, ItemMarks* marks) {
  absl::StatusOr<api::v1::OutboxItem> item = event::ReadKafkaItem(record);
  if (!item.ok()) return item.status();
  if (absl::Status read = ReadMarks(record, marks); !read.ok()) return read;
  if (item->sequence().empty() && !marks->unrecorded) return None("it has no sequence, and so it cannot be told from another");
  if ((marks->unrecorded || marks->duplicate) && !item->has_answer()) return None("it is a notice with the marks of an answer");
  if (item->id() == kNoId) item->clear_id();
  return item;
}

std::optional<event::Position> PositionOf(absl::string_view id) { return event::ParsePosition(id.substr(0, id.find('/'))); }

}  // namespace overdracht::topics
