#include "services/topics/headers.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <string>

namespace overdracht::topics {
namespace {

constexpr absl::string_view kYes = "1";

}  // namespace

void AddHeader(absl::string_view name, absl::string_view value, base::KafkaRecord* record) {
  if (!value.empty()) record->headers.emplace_back(std::string(name), std::string(value));
}

void AddMark(absl::string_view name, bool value, base::KafkaRecord* record) { AddHeader(name, value ? kYes : "", record); }

absl::string_view HeaderOf(const base::KafkaRecord& record, absl::string_view name) {
  const std::string* const value = base::FindHeader(record, name);
  return value == nullptr ? absl::string_view() : absl::string_view(*value);
}

bool IsMarked(const base::KafkaRecord& record, absl::string_view name) { return HeaderOf(record, name) == kYes; }

std::optional<uint64_t> ParseNumber(absl::string_view text) {
  uint64_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || absl::StrCat(number) != text) return std::nullopt;
  return number;
}

}  // namespace overdracht::topics
