#include "services/event/kafka_item.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>
#include <google/protobuf/reflection.h>
#include <google/protobuf/util/time_util.h>

#include "services/base/time.h"
#include "services/event/forms.h"
#include "services/event/write.h"

namespace overdracht::event {
namespace {

using google::protobuf::util::TimeUtil;

absl::Status None(absl::string_view attribute) {
  return absl::InvalidArgumentError(absl::StrCat("expected an item of an outbox, but its ", attribute, " is that of none"));
}

// The data by its type.
bool ReadData(absl::string_view type, const std::string& value, api::v1::OutboxItem* item) {
  if (!absl::ConsumeSuffix(&type, ".v1")) return false;
  if (absl::StartsWith(type, "nl.overdracht.answers.")) return item->MergeFromString(value) && item->has_answer();
  if (!absl::ConsumePrefix(&type, "nl.overdracht.notices.")) return false;
  const int number = FindNoticeKind(type);
  if (number == 0) return false;
  notice::v1::Notice* const notice = item->mutable_notice();
  return notice->GetReflection()->MutableMessage(notice, notice->GetDescriptor()->FindFieldByNumber(number))->ParseFromString(value);
}

}  // namespace

KafkaRecord WriteKafkaItem(const api::v1::OutboxItem& item) {
  BinaryWriter writer(item.id(), SourceOf(item), TypeOf(item), item.traject(), TimeUtil::TimestampToMicroseconds(item.time()));
  writer.Attribute("sequence", SequenceOf(item));
  writer.Attribute("causationid", item.causationid());
  if (item.has_notice()) return std::move(writer).Finish(DataOf(item.notice()));
  api::v1::OutboxItem data;
  *data.mutable_answer() = item.answer();
  if (item.has_reported()) *data.mutable_reported() = item.reported();
  return std::move(writer).Finish(data);
}

absl::StatusOr<api::v1::OutboxItem> ReadKafkaItem(const KafkaRecord& record) {
  const auto attribute = [&](absl::string_view name) {
    const std::string* const value = FindAttribute(record, name);
    return value == nullptr ? std::string() : *value;
  };
  api::v1::OutboxItem item;
  if (!ReadData(attribute("type"), record.value, &item)) return None("type or data");
  item.set_sequence(attribute("sequence"));
  const absl::StatusOr<uint64_t> sequence = ParseCursor(item.sequence());
  if (!sequence.ok() || (!item.sequence().empty() && item.sequence() != FormatSequence(*sequence))) return None("sequence");
  item.set_id(attribute("id"));
  if (item.id().empty()) return None("id");
  item.set_traject(attribute("subject"));
  const std::string from = attribute("source");
  const std::optional<EventSource> source = ParseSource(from);
  if (!source) return None("source");
  if (source->organisation != kNoGemeente) item.set_gemeente(std::string(source->organisation));
  const std::optional<base::Micros> time = base::ParseTime(attribute("time"));
  if (!time) return None("time");
  *item.mutable_time() = TimeUtil::MicrosecondsToTimestamp(*time);
  item.set_causationid(attribute("causationid"));
  return item;
}

}  // namespace overdracht::event
