#include "services/topics/unreadable_record.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include "services/base/codes.h"
#include "services/topics/headers.h"

namespace overdracht::topics {
namespace {

constexpr absl::string_view kCode = "overdracht-code", kReason = "overdracht-reason", kTopic = "overdracht-topic",
                            kPartition = "overdracht-partition", kOffset = "overdracht-offset";

void AddRefusal(const journal::v1::Refusal& refusal, base::KafkaRecord* record) {
  AddHeader(kCode, absl::AsciiStrToUpper(base::Code(refusal.code())), record);
  AddHeader(kReason, absl::AsciiStrToUpper(base::Code(refusal.reason())), record);
}

}  // namespace

base::KafkaRecord WriteUnreadable(const base::KafkaRecord& record, const Origin& origin, const event::Malformed& malformed) {
  base::KafkaRecord kept = record;
  // Of these a reader takes the first of a name: who wrote what cannot be read does not say where it came from.
  base::KafkaRecord own;
  AddRefusal(malformed.refusal, &own);
  AddHeader(kTopic, origin.topic, &own);
  AddHeader(kPartition, absl::StrCat(origin.partition), &own);
  AddHeader(kOffset, absl::StrCat(origin.offset), &own);
  kept.headers.insert(kept.headers.begin(), own.headers.begin(), own.headers.end());
  return kept;
}

base::KafkaRecord WriteUnreadable(const region::Report& report, const journal::v1::Refusal& refusal) {
  base::KafkaRecord kept;
  kept.value = report.bytes;
  AddRefusal(refusal, &kept);
  AddHeader(kCaller, report.caller.empty() ? report.supplier : report.caller, &kept);
  return kept;
}

}  // namespace overdracht::topics
