// Headers of our own beside those of CloudEvents: what goes along with a report or an item on its way. Who knows nothing of them passes
// over.
#ifndef OVERDRACHT_SERVICES_TOPICS_HEADERS_H_
#define OVERDRACHT_SERVICES_TOPICS_HEADERS_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <optional>

#include "services/base/kafka_record.h"

namespace overdracht::topics {

inline constexpr absl::string_view kCall = "overdracht-call", kCaller = "overdracht-caller";

// None, where the value is empty or false.
void AddHeader(absl::string_view name, absl::string_view value, base::KafkaRecord* record);
void AddMark(absl::string_view name, bool value, base::KafkaRecord* record);

// Empty, where there is none.
absl::string_view HeaderOf(const base::KafkaRecord& record, absl::string_view name);
bool IsMarked(const base::KafkaRecord& record, absl::string_view name);
// Decimal, as we write it: nothing where it is another form.
std::optional<uint64_t> ParseNumber(absl::string_view text);

}  // namespace overdracht::topics

#endif  // OVERDRACHT_SERVICES_TOPICS_HEADERS_H_
