// Time as the engine knows it: microseconds since 1970 UTC, days since 1970, ISO 8601 durations on the UTC calendar.
// Nothing here reads a clock.
#ifndef OVERDRACHT_SERVICES_BASE_TIME_H_
#define OVERDRACHT_SERVICES_BASE_TIME_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <optional>
#include <string>

namespace overdracht::base {

using Micros = int64_t;  // since 1970-01-01T00:00:00Z, or a length of time
using Days = int32_t;    // since 1970-01-01

inline constexpr Micros kSecond = 1'000'000;
inline constexpr Micros kDay = 86'400 * kSecond;

// An ISO 8601 duration: months on the calendar, the rest by the clock (a week is 7 days, a day 24 hours).
struct Duration {
  int32_t months = 0;
  Micros micros = 0;
  bool operator==(const Duration&) const = default;
};

// P6W, P1Y6M, P2D, PT1H30M; fractions, signs, zero and an empty duration are refused.
std::optional<Duration> ParseDuration(absl::string_view text);

// The text of `times` times the duration in its own unit: ("P6M", 3) is P18M. For the names of due moments.
std::string TimesDuration(absl::string_view text, int64_t times);
// The sum of two durations of one unit: ("P12M", "P3M", 2) is P18M; of two units their ISO 8601 sum.
std::string SumDuration(absl::string_view first, absl::string_view every, int64_t times);

// The moment a duration after another. 31 August plus P6M is 28 or 29 February.
Micros Add(Micros moment, const Duration& duration);
// `times` times the duration after the moment, counted from the moment itself (31 August + 2 x P6M is 31 August).
Micros AddTimes(Micros moment, const Duration& duration, int64_t times);

// RFC 3339 with capital T, Z or an offset, at most 9 decimals (kept to the microsecond), from 1970 through 2199.
std::optional<Micros> ParseTime(absl::string_view text);
// 2017-03-06T09:00:00Z, with as many decimals as are needed.
std::string FormatTime(Micros moment);

// Whether an event may have been logged then: from 1970 through 2199.
bool IsEventTime(Micros moment);

// YYYY-MM-DD, a day that exists.
std::optional<Days> ParseDate(absl::string_view text);
std::string FormatDate(Days day);

// The day that a moment lies in, and the first moment of a day.
Days DayOf(Micros moment);
Micros StartOf(Days day);

}  // namespace overdracht::base

#endif  // OVERDRACHT_SERVICES_BASE_TIME_H_
