// The small texts in fields, parameters and headers: ids, moments, durations, cursors, places in a journal, sources, traces.
#include "services/audit/replay.h"
#include "services/base/check.h"
#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/event/forms.h"
#include "services/event/write.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

namespace {

void ReadDuration(absl::string_view text) {
  const auto duration = base::ParseDuration(text);
  if (!duration) return;
  OVERDRACHT_CHECK(duration->months > 0 || duration->micros > 0, "a duration is longer than nothing");
  constexpr base::Micros kLatest = 7'258'118'400 * base::kSecond;  // 2200
  OVERDRACHT_CHECK(base::Add(kLatest, *duration) >= kLatest && base::AddTimes(kLatest, *duration, 20) >= kLatest, "it goes forward");
  OVERDRACHT_CHECK(!base::TimesDuration(text, 3).empty() && !base::SumDuration(text, text, 2).empty(), "it has a name");
}

void ReadMoment(absl::string_view text) {
  if (const auto moment = base::ParseTime(text)) {
    OVERDRACHT_CHECK(base::IsEventTime(*moment) && base::ParseTime(base::FormatTime(*moment)) == moment,
                     "a moment is written as it is read");
    OVERDRACHT_CHECK(base::StartOf(base::DayOf(*moment)) <= *moment, "a day begins before it");
  }
  if (const auto day = base::ParseDate(text)) OVERDRACHT_CHECK(base::FormatDate(*day) == text, "a day has one form");
}

}  // namespace

FUZZ(text) {
  ReadMoment(text);
  ReadDuration(text);
  if (const auto id = base::ParseUuid(text))
    OVERDRACHT_CHECK(base::ParseUuid(base::FormatUuid(*id)) == id, "an id is written as it is read");
  if (const auto cursor = event::ParseCursor(text); cursor.ok()) {
    OVERDRACHT_CHECK(*event::ParseCursor(event::FormatSequence(*cursor)) == *cursor, "a cursor is written as it is read");
  }
  (void)audit::ParseUntil(text);
  for (int format = event::v1::Format_MIN; format <= event::v1::Format_MAX; ++format) {
    if (!event::v1::Format_IsValid(format) || !event::HasForm(static_cast<event::v1::Format>(format), text)) continue;
    OVERDRACHT_CHECK(text.size() <= 129, "what has a form is no free text");
  }
  if (const auto source = event::ParseSource(text)) OVERDRACHT_CHECK(event::HasForm(event::v1::FORMAT_OIN, source->organisation), "an OIN");
  (void)event::IsTraceparent(text);
  (void)event::IsTracestate(text);
  (void)event::IsEventId(text);
}
