#include "services/topics/report_record.h"

#include <absl/strings/str_cat.h>

#include "services/base/limits.h"
#include "services/base/uuid.h"
#include "services/event/fault.h"
#include "services/event/forms.h"
#include "services/event/kafka_event.h"
#include "services/kafka/publisher.h"
#include "services/topics/headers.h"

namespace overdracht::topics {
namespace {

constexpr absl::string_view kAsking = "overdracht-asking", kSupplier = "overdracht-supplier", kNow = "overdracht-now",
                            kValidateOnly = "overdracht-validate-only", kIfPosition = "overdracht-if-position";
// An event that is as large as it may be as a message is larger as a record: its attributes have names there.
constexpr size_t kMostBytes = 2 * base::kMaxEventBytes;

bool IsOinOrNone(absl::string_view text) { return text.empty() || event::HasForm(event::v1::FORMAT_OIN, text); }

event::Check ReadHeaders(const base::KafkaRecord& record, region::Report* report, Asking* asking) {
  asking->call = std::string(HeaderOf(record, kCall));
  if (asking->call.size() > kMostCallBytes) {
    asking->call.clear();
    return event::Invalid("").In(kCall);
  }
  report->caller = std::string(HeaderOf(record, kCaller));
  if (!IsOinOrNone(report->caller)) return event::Invalid("oin").In(kCaller);
  asking->organisation = report->caller.empty() ? std::string(HeaderOf(record, kAsking)) : report->caller;
  if (!IsOinOrNone(asking->organisation)) return event::Invalid("oin").In(kAsking);
  report->supplier = std::string(HeaderOf(record, kSupplier));
  if (!IsOinOrNone(report->supplier)) return event::Invalid("oin").In(kSupplier);
  report->now = IsMarked(record, kNow);
  report->validate_only = IsMarked(record, kValidateOnly);
  if (const absl::string_view position = HeaderOf(record, kIfPosition); !position.empty()) {
    report->if_position = ParseNumber(position);
    if (!report->if_position) return event::Invalid("").In(kIfPosition);
  }
  return std::nullopt;
}

}  // namespace

uint32_t PartitionOf(absl::string_view traject, uint32_t partitions) {
  return static_cast<uint32_t>(kafka::PartitionOf(base::FormatUuid(traject), static_cast<int32_t>(partitions)));
}

base::KafkaRecord WriteReport(const region::Report& report, const Asking& asking) {
  base::KafkaRecord record = event::WriteKafkaEvent(std::get<event::v1::Event>(report.event));
  AddHeader(kCall, asking.call, &record);
  AddHeader(kCaller, report.caller, &record);
  if (report.caller.empty()) AddHeader(kAsking, asking.organisation, &record);
  AddHeader(kSupplier, report.supplier, &record);
  AddMark(kNow, report.now, &record);
  AddMark(kValidateOnly, report.validate_only, &record);
  if (report.if_position) AddHeader(kIfPosition, absl::StrCat(*report.if_position), &record);
  return record;
}

region::Report ReadReport(const base::KafkaRecord& record, event::KnowsContact knows_contact, Asking* asking) {
  region::Report report;
  const event::Check fault = ReadHeaders(record, &report, asking);
  report.event = event::ReadKafkaEvent(record, knows_contact, kMostBytes);
  if (const auto* event = std::get_if<event::v1::Event>(&report.event); event != nullptr && fault)
    report.event = event::Refuse(*fault, event::v1::Event(*event));
  if (std::holds_alternative<event::Malformed>(report.event)) report.bytes = record.value;
  return report;
}

}  // namespace overdracht::topics
