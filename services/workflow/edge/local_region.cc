#include "services/workflow/edge/local_region.h"

#include <utility>

#include "services/edge/answers.h"
#include "services/event/write.h"

namespace overdracht::workflow {
namespace {

using api::v1::OutboxItem;
using journal::v1::Record;

constexpr int64_t kSecond = 1'000'000;

OutboxItem ItemOf(const Record& record, int n) {
  OutboxItem item;
  item.set_cursor(event::FormatSequence(event::SequenceOf(record.number(), n)));
  item.set_id(event::ItemId(region::kPartition, record.number(), n));
  item.set_traject(event::SubjectOf(record));
  item.set_gemeente(record.gemeente());
  item.mutable_time()->set_seconds(record.time_us() / kSecond);
  item.mutable_time()->set_nanos(static_cast<int32_t>(record.time_us() % kSecond * 1000));
  item.set_causationid(event::CauseOf(record));
  if (n != event::kAnswer) {
    *item.mutable_notice() = record.notices(n);
    item.mutable_notice()->clear_to();
    return item;
  }
  region::Answer answer{.record = record.number(), .duplicate = false, .refusal = std::nullopt};
  if (record.has_refusal()) {
    answer.refusal = record.refusal();
  } else {
    *item.mutable_reported() = record.event();
  }
  *item.mutable_answer() = edge::ToApi(edge::EnvelopeOf(record.event()), answer);
  return item;
}

}  // namespace

absl::Status LocalRegion::Take(Report&& report, size_t bytes, std::function<void()> when_room) {
  Input input(std::move(report));
  absl::Status status = loop_->Submit(std::move(input), bytes, std::move(when_room));
  if (!status.ok()) report = std::move(std::get<Report>(input));
  return status;
}

void LocalRegion::ReadOutbox(const region::OutboxRequest& request, std::function<void(absl::StatusOr<region::OutboxPage>)> give) {
  auto page = std::make_shared<region::OutboxPage>();
  outboxes_->Read(
      request, [page](const Record& record, int n) { page->items.push_back(ItemOf(record, n)); },
      [page, give = std::move(give)](const absl::StatusOr<OutboxReader::Place>& place) {
        if (!place.ok()) return give(place.status());
        page->after = place->after;
        page->more = place->more;
        give(std::move(*page));
      });
}

}  // namespace overdracht::workflow
