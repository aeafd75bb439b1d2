// A record of Kafka from anybody: headers and a value, apart by newlines; the last part is the value. Whatever comes: an event that the
// rules for messages take too and that is the same once it is written and read again, or a refusal that repeats nothing.
#include <absl/strings/str_split.h>

#include "services/base/check.h"
#include "services/event/check.h"
#include "services/event/forms.h"
#include "services/event/kafka_event.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

namespace {

event::KafkaRecord RecordOf(absl::string_view text) {
  event::KafkaRecord record;
  while (!text.empty()) {
    const std::pair<absl::string_view, absl::string_view> line = absl::StrSplit(text, absl::MaxSplits('\n', 1));
    const std::pair<absl::string_view, absl::string_view> header = absl::StrSplit(line.first, absl::MaxSplits(':', 1));
    if (line.first.empty()) return record.value = std::string(line.second), record;
    record.headers.emplace_back(header.first, header.second);
    text = line.second;
  }
  return record;
}

}  // namespace

FUZZ(text) {
  const auto knows = [](absl::string_view kind) { return kind == "home_visit"; };
  const auto read = event::ReadKafkaEvent(RecordOf(text), knows);
  if (const auto* sound = std::get_if<event::v1::Event>(&read)) {
    OVERDRACHT_CHECK(!event::CheckEvent(*sound, knows), "the two readers agree");
    const auto again = event::ReadKafkaEvent(event::WriteKafkaEvent(*sound), knows);
    const auto* same = std::get_if<event::v1::Event>(&again);
    OVERDRACHT_CHECK(same != nullptr && same->SerializeAsString() == sound->SerializeAsString(), "what is written is what was read");
    return;
  }
  const auto& malformed = std::get<event::Malformed>(read);
  OVERDRACHT_CHECK(malformed.refusal.code() == journal::v1::REFUSAL_CODE_MALFORMED, "it says why");
  OVERDRACHT_CHECK(malformed.id.empty() || event::IsEventId(malformed.id), "only an id is told back as one");
  OVERDRACHT_CHECK(malformed.source.empty() || event::ParseSource(malformed.source), "only a source is told back as one");
}
