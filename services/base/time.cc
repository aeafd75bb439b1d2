#include "services/base/time.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

namespace overdracht::base {
namespace {

// Longer than any wait, and short enough that a calendar of years up to 32,767 holds every moment that is made of it.
constexpr int32_t kMostMonths = 12 * 1000;
constexpr Micros kMostMicros = 366'000 * kDay;
constexpr Days kLastDay = 84'005;  // 2199-12-31

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// `count` digits at the start of `text`, which loses them.
std::optional<int> TakeDigits(absl::string_view* text, size_t count) {
  if (text->size() < count || !std::all_of(text->begin(), text->begin() + count, IsDigit)) return std::nullopt;
  int value = 0;
  std::from_chars(text->data(), text->data() + count, value);
  text->remove_prefix(count);
  return value;
}

bool Take(absl::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

std::optional<Days> TakeDate(absl::string_view* text) {
  const std::optional<int> year = TakeDigits(text, 4);
  if (!year || !Take(text, '-')) return std::nullopt;
  const std::optional<int> month = TakeDigits(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const std::optional<int> day = TakeDigits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return static_cast<Days>(std::chrono::sys_days(date).time_since_epoch().count());
}

Micros AddMonths(Micros moment, int64_t months) {
  const Days day = DayOf(moment);
  const Micros in_day = moment - StartOf(day);
  const std::chrono::year_month_day from{std::chrono::sys_days(std::chrono::days(day))};
  std::chrono::year_month_day to = from + std::chrono::months(months);
  if (!to.ok()) to = to.year() / to.month() / std::chrono::last;
  return StartOf(static_cast<Days>(std::chrono::sys_days(to).time_since_epoch().count())) + in_day;
}

}  // namespace

std::optional<Duration> ParseDuration(absl::string_view text) {
  if (!Take(&text, 'P')) return std::nullopt;
  Duration duration;
  absl::string_view units = "YMWD";
  bool in_time = false;
  bool any = false;
  while (!text.empty()) {
    if (!in_time && Take(&text, 'T')) {
      in_time = true;
      units = "HMS";
      if (text.empty()) return std::nullopt;
    }
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || text.front() == '-' || value > 100'000 || end == text.data() + text.size()) return std::nullopt;
    const size_t unit = units.find(*end);
    if (unit == absl::string_view::npos) return std::nullopt;
    const char letter = *end;
    units.remove_prefix(unit + 1);
    text.remove_prefix(end - text.data() + 1);
    any = true;
    if (in_time) {
      duration.micros += value * kSecond * (letter == 'H' ? 3600 : letter == 'M' ? 60 : 1);
    } else if (letter == 'Y' || letter == 'M') {
      duration.months += static_cast<int32_t>(value * (letter == 'Y' ? 12 : 1));
    } else {
      duration.micros += value * kDay * (letter == 'W' ? 7 : 1);
    }
  }
  if (!any || (duration.months == 0 && duration.micros == 0)) return std::nullopt;
  if (duration.months > kMostMonths || duration.micros > kMostMicros) return std::nullopt;
  return duration;
}

std::string TimesDuration(absl::string_view text, int64_t times) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    if (!IsDigit(text[i])) {
      result += text[i++];
      continue;
    }
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + i, text.data() + text.size(), value);
    absl::StrAppend(&result, value * times);
    i = end - text.data();
  }
  return result;
}

std::string SumDuration(absl::string_view first, absl::string_view every, int64_t times) {
  const std::string rest = TimesDuration(every, times);
  if (times == 0) return std::string(first);
  // One number and the same unit: add the numbers. Otherwise months and days side by side.
  if (first.size() > 2 && rest.size() > 2 && first.back() == rest.back() && (first[1] == 'T') == (rest[1] == 'T')) {
    int64_t a = 0, b = 0;
    const size_t start = first[1] == 'T' ? 2 : 1;
    const auto [end_a, error_a] = std::from_chars(first.data() + start, first.data() + first.size(), a);
    const auto [end_b, error_b] = std::from_chars(rest.data() + start, rest.data() + rest.size(), b);
    if (end_a == first.data() + first.size() - 1 && end_b == rest.data() + rest.size() - 1) {
      return absl::StrCat(first.substr(0, start), a + b, first.substr(first.size() - 1));
    }
  }
  const std::optional<Duration> a = ParseDuration(first), b = ParseDuration(rest);
  if (!a || !b) return std::string(first);
  const int64_t months = a->months + b->months;
  const int64_t seconds = (a->micros + b->micros) / kSecond;
  std::string result = "P";
  if (months != 0) absl::StrAppend(&result, months, "M");
  if (seconds % 86'400 == 0) {
    if (seconds != 0) absl::StrAppend(&result, seconds / 86'400, "D");
  } else {
    absl::StrAppend(&result, "T", seconds, "S");
  }
  return result;
}

Micros Add(Micros moment, const Duration& duration) { return AddTimes(moment, duration, 1); }

Micros AddTimes(Micros moment, const Duration& duration, int64_t times) {
  const Micros on_calendar = duration.months == 0 ? moment : AddMonths(moment, times * duration.months);
  return on_calendar + times * duration.micros;
}

std::optional<Micros> ParseTime(absl::string_view text) {
  const std::optional<Days> day = TakeDate(&text);
  if (!day || !Take(&text, 'T')) return std::nullopt;
  const std::optional<int> hour = TakeDigits(&text, 2);
  if (!hour || !Take(&text, ':')) return std::nullopt;
  const std::optional<int> minute = TakeDigits(&text, 2);
  if (!minute || !Take(&text, ':')) return std::nullopt;
  const std::optional<int> second = TakeDigits(&text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  Micros fraction = 0;
  if (Take(&text, '.')) {
    int decimals = 0;
    while (!text.empty() && IsDigit(text.front())) {
      if (++decimals > 9) return std::nullopt;
      if (decimals <= 6) fraction = fraction * 10 + (text.front() - '0');
      text.remove_prefix(1);
    }
    if (decimals == 0) return std::nullopt;
    for (; decimals < 6; ++decimals) fraction *= 10;
  }
  Micros offset = 0;
  if (!Take(&text, 'Z')) {
    if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
    const bool east = text.front() == '+';
    text.remove_prefix(1);
    const std::optional<int> hours = TakeDigits(&text, 2);
    if (!hours || !Take(&text, ':')) return std::nullopt;
    const std::optional<int> minutes = TakeDigits(&text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    offset = (*hours * 60 + *minutes) * 60 * kSecond * (east ? 1 : -1);
  }
  if (!text.empty()) return std::nullopt;
  const Micros moment = StartOf(*day) + (*hour * 3600 + *minute * 60 + *second) * kSecond + fraction - offset;
  if (moment < 0 || moment >= StartOf(kLastDay + 1)) return std::nullopt;
  return moment;
}

std::string FormatTime(Micros moment) {
  const Days day = DayOf(moment);
  const Micros in_day = moment - StartOf(day);
  const int64_t seconds = in_day / kSecond;
  std::string result = absl::StrCat(FormatDate(day), absl::StrFormat("T%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60));
  if (Micros fraction = in_day % kSecond; fraction != 0) {
    std::string decimals = absl::StrFormat(".%06d", fraction);
    decimals.erase(decimals.find_last_not_of('0') + 1);
    result += decimals;
  }
  return result + "Z";
}

bool IsEventTime(Micros moment) { return moment >= 0 && moment < StartOf(kLastDay + 1); }

std::optional<Days> ParseDate(absl::string_view text) {
  const std::optional<Days> day = TakeDate(&text);
  return text.empty() ? day : std::nullopt;
}

std::string FormatDate(Days day) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
  return absl::StrFormat("%04d-%02d-%02d", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                         static_cast<unsigned>(date.day()));
}

Days DayOf(Micros moment) { return static_cast<Days>(moment >= 0 ? moment / kDay : (moment - kDay + 1) / kDay); }

Micros StartOf(Days day) { return day * kDay; }

}  // namespace overdracht::base
