#include "services/workflow/edge/outbox_item.h"

#include "services/edge/answers.h"
#include "services/event/write.h"

namespace overdracht::workflow {

using api::v1::OutboxItem;
using journal::v1::Record;

namespace {

constexpr int64_t kSecond = 1'000'000;

}  // namespace

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

}  // namespace overdracht::workflow
