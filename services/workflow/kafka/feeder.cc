#include "services/workflow/kafka/feeder.h"

#include <absl/synchronization/notification.h>

#include "services/base/uuid.h"
#include "services/event/envelope.h"
#include "services/region/region.h"
#include "services/topics/report_record.h"
#include "services/topics/unreadable_record.h"

namespace overdracht::workflow {
namespace {

constexpr absl::Duration kSlice = absl::Milliseconds(200);  // in which a stop is noticed

Asked AskedBy(const topics::Asking& asking, const Report& report) {
  const auto& event = std::get<event::v1::Event>(report.event);
  return {.call = asking.call,
          .organisation = asking.organisation,
          .source = event::SourceOf(event),
          .id = event.id(),
          .subject = base::FormatUuid(event.traject())};
}

}  // namespace

Feeder::Feeder(Loop* loop, OutboxTopics* outboxes, std::unique_ptr<kafka::Reader> events, kafka::Publisher* unreadable, topics::Names names,
               std::function<void(absl::Status)> ended)
    : loop_(loop), outboxes_(outboxes), events_(std::move(events)), unreadable_(unreadable), names_(std::move(names)) {
  thread_ = std::thread([this, ended = std::move(ended)] {
    absl::Status status = Run();
    if (!stopping_) ended(std::move(status));
  });
}

Feeder::~Feeder() {
  stopping_ = true;
  thread_.join();
}

absl::Status Feeder::Run() {
  while (!stopping_) {
    const absl::StatusOr<std::vector<kafka::PlacedRecord>> records = events_->Next(kSlice);
    if (!records.ok()) return records.status();
    for (const kafka::PlacedRecord& record : *records) {
      if (absl::Status status = Feed(record); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

// What became of it is told by the outboxes: the loop's callback only says what they cannot know from the record.
absl::Status Feeder::Feed(const kafka::PlacedRecord& record) {
  const uint64_t to = record.offset + 1;
  const std::shared_ptr<const chart::Workflows> workflows = loop_->workflows();
  topics::Asking asking;
  Report report = topics::ReadReport(
      record.record, [&](absl::string_view kind) { return workflows->KnowsContact(kind); }, &asking);
  if (const auto* malformed = std::get_if<event::Malformed>(&report.event)) {
    if (absl::Status kept = KeepUnreadable(record, *malformed); !kept.ok()) return kept;
    return Submit({.report = std::nullopt, .to = to}, 64);
  }
  report.done = [outboxes = outboxes_, asked = AskedBy(asking, report)](const absl::StatusOr<Answer>& answer) {
    if (answer.ok()) outboxes->Answered(asked, *answer);
  };
  return Submit({.report = std::move(report), .to = to}, region::MemoryOf(record.record.value.size()));
}

// Only partner services write here, and they read what they write: this is one that speaks another version, or none.
absl::Status Feeder::KeepUnreadable(const kafka::PlacedRecord& record, const event::Malformed& malformed) {
  const topics::Origin origin{.topic = names_.Events(), .partition = loop_->partition(), .offset = record.offset};
  return unreadable_->PublishNow(names_.Unreadable(), 0, topics::WriteUnreadable(record.record, origin, malformed)).status();
}

absl::Status Feeder::Submit(Placed placed, size_t bytes) {
  Input input(std::move(placed));
  while (!stopping_) {
    auto room = std::make_shared<absl::Notification>();
    const absl::Status status = loop_->Submit(std::move(input), bytes, [room] { room->Notify(); });
    if (!absl::IsResourceExhausted(status)) return status;
    while (!stopping_ && !room->WaitForNotificationWithTimeout(kSlice)) {
    }
  }
  return absl::OkStatus();
}

}  // namespace overdracht::workflow
