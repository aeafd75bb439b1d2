// Ambulante begeleiding: granted, bridged, changed, ended (invariant 4).

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

using journal::v1::Support;

void Change(Work* work, const Support& support) {
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_support_changed()->mutable_support() = support; });
}

void Begin(Work* work, const Support& support) {
  Change(work, support);
  if (support.from_us() > work->now()) SetTimer(work, notice::v1::TERM_KIND_SUPPORT_BEGINS, support.support(), support.from_us());
  if (support.before_us() > work->now()) SetTimer(work, notice::v1::TERM_KIND_SUPPORT_ENDS, support.support(), support.before_us());
}

base::Micros EndOf(const std::string& until) { return until.empty() ? 0 : base::StartOf(*base::ParseDate(until) + 1); }

Refused CheckFresh(const Work& work, const std::string& support) {
  if (!FindSupport(work.traject(), support)) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_REFERENCE_USED, {{"thing", "support"}});
}

Refused CheckNotOver(const Work& work, const std::string& id) {
  const Support& support = *FindSupport(work.traject(), id);
  const bool over = support.ended() || (support.before_us() != 0 && support.before_us() <= work.now());
  if (!over) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_SUPPORT_OVER, {{"thing", "support"}});
}

}  // namespace

Refused Check(const Work& work, const event::v1::SupportsGranted& event) { return CheckFresh(work, event.support()); }

void Do(Work* work, const event::v1::SupportsGranted& event) {
  Support support;
  support.set_support(event.support());
  support.set_provider(event.provider());
  support.set_hours_per_week(event.hours_per_week());
  support.set_from_us(std::max(work->now(), base::StartOf(*base::ParseDate(event.from()))));
  support.set_before_us(EndOf(event.until()));
  Begin(work, support);
}

Refused Check(const Work& work, const event::v1::SupportsBridged& event) { return CheckFresh(work, event.support()); }

void Do(Work* work, const event::v1::SupportsBridged& event) {
  Support support;
  support.set_support(event.support());
  support.set_provider(event.provider());
  support.set_from_us(work->now());
  support.set_before_us(EndOf(event.until()));
  Begin(work, support);
}

Refused Check(const Work& work, const event::v1::SupportsChanged& event) { return CheckNotOver(work, event.support()); }

void Do(Work* work, const event::v1::SupportsChanged& event) {
  Support support = *FindSupport(work->traject(), event.support());
  support.set_hours_per_week(event.hours_per_week());
  Change(work, support);
}

Refused Check(const Work& work, const event::v1::SupportsEnded& event) { return CheckNotOver(work, event.support()); }

void Do(Work* work, const event::v1::SupportsEnded& event) {
  Support support = *FindSupport(work->traject(), event.support());
  support.set_ended(true);
  Change(work, support);
  ClearTimer(work, notice::v1::TERM_KIND_SUPPORT_BEGINS, event.support());
  ClearTimer(work, notice::v1::TERM_KIND_SUPPORT_ENDS, event.support());
}

}  // namespace overdracht::engine
