#include "services/workflow/kafka/outbox_topics.h"

#include <map>
#include <optional>
#include <set>

#include "services/event/kafka_record.h"
#include "services/event/write.h"
#include "services/kafka/newest.h"
#include "services/log/event_log.h"
#include "services/topics/settings.h"
#include "services/workflow/answer.h"
#include "services/workflow/partition.h"

namespace overdracht::workflow {

using journal::v1::Record;

namespace {

constexpr absl::Duration kForRoom = absl::Milliseconds(100);
constexpr absl::Duration kForNewest = absl::Seconds(5);  // in which none comes

// An answer of which no record of the journal is told: who asked takes it by its call, everybody else drops it.
api::v1::OutboxItem ItemOf(const Asked& asked, const Answer& answer) {
  const std::string position = answer.record == 0 ? "" : event::FormatPosition(answer.partition, answer.record);
  api::v1::OutboxItem item;
  item.set_traject(asked.subject);
  item.set_causationid(asked.id);
  if (answer.duplicate) {
    item.set_id(event::ItemId(answer.partition, answer.record, event::kAnswer));
    item.set_sequence(event::FormatSequence(event::SequenceOf(answer.record, event::kAnswer)));
  }
  *item.mutable_answer() =
      event::MakeAnswer(asked.source, asked.id, asked.subject, position, answer.duplicate, answer.refusal ? &*answer.refusal : nullptr);
  return item;
}

// What the record says that was told of a record of this partition; of another one, or without a batch, it says nothing.
std::optional<Told> ToldBy(const std::string& topic, const kafka::PlacedRecord& placed, uint32_t partition) {
  const std::string* const id = event::FindAttribute(placed.record, "id");
  if (id == nullptr) return std::nullopt;
  const std::optional<event::Position> position = topics::PositionOf(*id);
  if (!position || position->partition != partition) return std::nullopt;
  topics::ItemMarks marks;
  if (!topics::ReadMarks(placed.record, &marks).ok() || marks.batch == 0) return std::nullopt;
  return Told{.topic = topic, .offset = placed.offset, .record = position->number, .batch = marks.batch, .batch_hash = marks.batch_hash};
}

// The same for everybody who is told.
std::shared_ptr<const base::KafkaRecord> Write(const api::v1::OutboxItem& item, const topics::ItemMarks& marks) {
  return std::make_shared<const base::KafkaRecord>(topics::WriteItem(item, marks));
}

}  // namespace

absl::StatusOr<std::vector<Told>> OutboxTopics::Newest() {
  std::map<std::string, Told> newest;
  const auto take = [&](const std::string& topic, const kafka::PlacedRecord& placed) {
    if (std::optional<Told> told = ToldBy(topic, placed, partition_)) newest[topic] = *std::move(told);
  };
  const absl::StatusOr<std::set<std::string>> topics = kafka::ReadNewest(cluster_, names_.OutboxPrefix(), kLookBack, kForNewest, take);
  if (!topics.ok()) return log::NotTheJournal(topics.status());
  for (const std::string& topic : *topics) made_.insert(topic.substr(names_.OutboxPrefix().size()));
  std::vector<Told> told;
  for (auto& [topic, one] : newest) told.push_back(std::move(one));
  return told;
}

void OutboxTopics::Answered(const Asked& asked, const Answer& answer) {
  if (answer.record != 0 && !answer.duplicate) {
    asked_[answer.record] = asked;
  } else {
    unrecorded_.emplace_back(asked, answer);
  }
}

void OutboxTopics::TellUnrecorded(const Asked& asked, const Answer& answer) {
  if (asked.organisation.empty()) return;
  topics::ItemMarks marks;
  marks.call = asked.call;
  marks.duplicate = answer.duplicate;
  marks.unrecorded = !answer.duplicate;
  Append(asked.organisation, Write(ItemOf(asked, answer), marks));
}

void OutboxTopics::Tell(uint64_t batch, const base::Hash& hash, const std::vector<Record*>& records) {
  const topics::ItemMarks marks{.batch = batch, .batch_hash = hash};
  for (const Record* record : records) TellRecord(*record, marks);
  // After the first answer, which may be in the same batch.
  for (const auto& [asked, answer] : unrecorded_) TellUnrecorded(asked, answer);
  asked_.clear();
  unrecorded_.clear();
}

void OutboxTopics::TellRecord(const Record& record, const topics::ItemMarks& marks) {
  for (int n = 0; n < record.notices_size(); ++n) {
    const Item item = Write(event::ItemOf(partition_, record, n), marks);
    for (const std::string& organisation : record.notices(n).to()) Append(organisation, item);
  }
  const auto asked = asked_.find(record.number());
  const std::string reporter = ReporterOf(record);
  topics::ItemMarks answer = marks;
  if (asked != asked_.end()) answer.call = asked->second.call;
  if (!reporter.empty()) Append(reporter, Write(event::ItemOf(partition_, record, event::kAnswer), answer));
  // Who reports under another's name is answered in its own outbox, and so is whoever carried it.
  if (asked == asked_.end() || asked->second.organisation == reporter) return;
  Answer unrecorded = AnswerOf(record);
  unrecorded.partition = partition_;
  TellUnrecorded(asked->second, unrecorded);
}

void OutboxTopics::Append(const std::string& organisation, const Item& item) {
  const auto done = [counted = outstanding_.Add(), failed = failed_](const absl::Status& status) {
    if (!status.ok()) failed(status);
    counted(status);
  };
  if (made_.count(organisation) == 0) {
    if (absl::Status made = topics::MakeOutbox(cluster_, names_, organisation); !made.ok()) return done(made);
    made_.insert(organisation);
  }
  const auto reported = [done](const absl::StatusOr<uint64_t>& offset) { done(offset.status()); };
  for (;;) {
    const absl::Status published = publisher_->PublishShared(names_.Outbox(organisation), 0, item, reported);
    if (published.ok()) return;
    if (!absl::IsResourceExhausted(published)) return done(published);
    publisher_->Flush(kForRoom);
  }
}

}  // namespace overdracht::workflow
