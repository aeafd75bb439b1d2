// A CloudEvent in JSON from anybody. Whatever comes: an event that the rules for messages take too, or a refusal that repeats nothing.
#include "services/base/check.h"
#include "services/event/check.h"
#include "services/event/forms.h"
#include "services/event/read.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

FUZZ(text) {
  const auto knows = [](absl::string_view kind) { return kind == "home_visit"; };
  const auto read = event::ReadCloudEvent(text, knows);
  if (const auto* sound = std::get_if<event::v1::Event>(&read)) {
    OVERDRACHT_CHECK(!event::CheckEvent(*sound, knows), "the two readers agree");
    OVERDRACHT_CHECK(event::ParseSource(event::SourceOf(*sound)).has_value(), "its source is one");
    return;
  }
  const auto& malformed = std::get<event::Malformed>(read);
  OVERDRACHT_CHECK(malformed.refusal.code() == journal::v1::REFUSAL_CODE_MALFORMED, "it says why");
  OVERDRACHT_CHECK(malformed.id.empty() || event::IsEventId(malformed.id), "only an id is told back as one");
  OVERDRACHT_CHECK(malformed.source.empty() || event::ParseSource(malformed.source), "only a source is told back as one");
}
