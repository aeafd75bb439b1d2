// Series: contacts that are due again and again, on one clock that stands still while the traject is interrupted.

#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

// The k-th due moment (k from 1), on the series' own clock: counted from entry by the calendar, as if nothing had interrupted it.
base::Micros DueMoment(const Work& work, const workflow::v1::Series& series, base::Micros entered, uint32_t k) {
  const base::Duration& first = work.workflow().DurationOf(series.first().empty() ? series.every() : series.first());
  const base::Duration& every = work.workflow().DurationOf(series.every());
  base::Duration total;
  total.months = first.months + static_cast<int32_t>(k - 1) * every.months;
  total.micros = first.micros + static_cast<int64_t>(k - 1) * every.micros;
  return base::Add(entered, total);
}

// The timer that tells when nobody came. `place` stays what it was at entry.
void SetNext(Work* work, const workflow::v1::Series& series, const journal::v1::Clock& clock, uint32_t k, const uint64_t* place) {
  if (series.times() != 0 && k > series.times()) return;
  const base::Micros due = DueMoment(*work, series, clock.entered_us(), k) + clock.stood_still_us();
  // What stands still now has this much left when it goes on; measured from where the clock stands.
  base::Micros at = base::Add(due, work->workflow().DurationOf(series.grace()));
  if (Interrupted(work->traject())) at += work->now() - work->traject().interrupted_since_us();
  SetTimer(work, series.of(), SeriesReference(series, k), at, 1, place);
}

void Change(Work* work, const std::string& name, uint32_t covered, uint32_t told) {
  work->Emit([&](journal::v1::Effect* e) {
    journal::v1::Series* series = e->mutable_series_changed()->mutable_series();
    series->set_name(name);
    series->set_covered(covered);
    series->set_told(told);
  });
}

void Start(Work* work, const workflow::v1::Series& series) {
  journal::v1::Clock clock;
  clock.set_of(series.name());
  clock.set_entered_us(work->now());
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_clock_changed()->mutable_clock() = clock; });
  Change(work, series.name(), 0, 0);
  SetNext(work, series, clock, 1, nullptr);
}

void End(Work* work, const workflow::v1::Series& definition) {
  const journal::v1::Series* series = FindSeries(work->traject(), definition.name());
  if (series == nullptr) return;
  ClearTimer(work, definition.of(), SeriesReference(definition, std::max(series->covered(), series->told()) + 1));
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_series_changed()->mutable_series()->set_name(definition.name());
    e->mutable_series_changed()->set_ended(true);
  });
  work->Emit([&](journal::v1::Effect* e) { e->mutable_clock_changed()->mutable_clock()->set_of(definition.name()); });
}

// From `before` due moments settled to `after`: the timer goes on to the next, in its old place.
void Settle(Work* work, const workflow::v1::Series& definition, uint32_t before, uint32_t after) {
  const std::string reference = SeriesReference(definition, before + 1);
  const journal::v1::Timer* timer = FindTimer(work->traject(), definition.of(), reference);
  if (timer == nullptr) return;
  const uint64_t place = timer->place();
  ClearTimer(work, *timer);
  SetNext(work, definition, *FindClock(work->traject(), definition.name()), after + 1, &place);
}

}  // namespace

std::string SeriesReference(const workflow::v1::Series& series, uint32_t k) {
  const std::string duration = base::SumDuration(series.first().empty() ? series.every() : series.first(), series.every(), k - 1);
  return series.of() == notice::v1::TERM_KIND_SERIES ? series.name() + ":" + duration : duration;
}

void StartSeries(Work* work) {
  for (const workflow::v1::Series& series : work->definition().series()) {
    bool runs = false;
    for (const std::string& phase : series.phases()) runs = runs || Contains(work->traject().configuration(), phase);
    if (!runs) {
      End(work, series);
    } else if (FindSeries(work->traject(), series.name()) == nullptr) {
      Start(work, series);
    }
  }
}

void EndSeries(Work* work) {
  for (const workflow::v1::Series& series : work->definition().series()) End(work, series);
}

void CountContact(Work* work, const std::string& kind) {
  for (const workflow::v1::Series& definition : work->definition().series()) {
    const journal::v1::Series* series = FindSeries(work->traject(), definition.name());
    if (series == nullptr || definition.contact() != kind) continue;
    const journal::v1::Clock& clock = *FindClock(work->traject(), definition.name());
    const base::Micros reach = base::Add(clock.entered_us() + Ran(*work, clock), work->workflow().DurationOf(definition.grace()));
    uint32_t covered = series->covered();
    while ((definition.times() == 0 || covered < definition.times()) &&
           DueMoment(*work, definition, clock.entered_us(), covered + 1) <= reach) {
      ++covered;
    }
    if (covered == series->covered()) continue;
    const uint32_t told = series->told();
    const uint32_t before = std::max(series->covered(), told);
    Change(work, definition.name(), covered, told);
    if (std::max(covered, told) > before) Settle(work, definition, before, std::max(covered, told));
  }
}

void MissedContact(Work* work, const workflow::v1::Series& definition, const std::string& reference) {
  const journal::v1::Series* series = FindSeries(work->traject(), definition.name());
  const uint32_t before = std::max(series->covered(), series->told());
  if (notice::v1::Notice* notice = work->Tell(Parties(*work, definition.tell(), ""))) {
    notice->mutable_term_expired()->set_of(definition.of());
    notice->mutable_term_expired()->set_reference(reference);
    notice->mutable_term_expired()->set_times(1);
  }
  Change(work, definition.name(), series->covered(), before + 1);
  Settle(work, definition, before, before + 1);
}

}  // namespace overdracht::engine
