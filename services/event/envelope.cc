#include "services/event/envelope.h"

#include <algorithm>

#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/event/forms.h"

namespace overdracht::event {
namespace {

bool TakeSource(absl::string_view text, v1::Event* event) {
  const std::optional<EventSource> source = ParseSource(text);
  if (!source) return false;
  event->set_organisation(std::string(source->organisation));
  event->set_system(std::string(source->system));
  return true;
}

bool TakeSubject(absl::string_view text, v1::Event* event) {
  std::optional<std::string> traject = base::ParseUuid(text);
  if (traject) event->set_traject(*std::move(traject));
  return !event->traject().empty();
}

bool TakeTime(absl::string_view text, v1::Event* event) {
  const std::optional<base::Micros> time = base::ParseTime(text);
  if (time) event->set_time_us(*time);
  return time.has_value();
}

}  // namespace

void Envelope::Add(absl::string_view name, std::optional<absl::string_view> text) {
  const auto known = std::find(kNames.begin(), kNames.end(), name);
  if (known != kNames.end()) found_[known - kNames.begin()] = {.there = true, .text = text};
}

Check Envelope::Read(v1::Event* event) {
  Require(kSpecversion, "version_1_0", [](absl::string_view text) { return text == "1.0"; });
  Require(kId, "event_id", [&](absl::string_view text) { return IsEventId(text) && (event->set_id(std::string(text)), true); });
  Require(kSource, "event_source", [&](absl::string_view text) { return TakeSource(text, event); });
  Require(
      kType, "event_type", [&](absl::string_view text) { return (kind_ = FindType(text)) != nullptr; },
      journal::v1::REFUSAL_REASON_TYPE_UNKNOWN);
  Require(kSubject, "uuid", [&](absl::string_view text) { return TakeSubject(text, event); });
  Require(kTime, "time", [&](absl::string_view text) { return TakeTime(text, event); });
  if (found_[kDatacontenttype].there) {
    Require(kDatacontenttype, "application_json", [](absl::string_view text) { return text == "application/json"; });
  }
  Keep(kTraceparent, IsTraceparent, event->mutable_traceparent());
  Keep(kTracestate, IsTracestate, event->mutable_tracestate());
  Keep(kCorrelationid, IsEventId, event->mutable_correlationid());
  return std::move(fault_);
}

template <typename Take>
void Envelope::Require(Attribute attribute, absl::string_view expected, Take take, journal::v1::RefusalReason otherwise) {
  const Value& value = found_[attribute];
  Check fault;
  if (!value.there) {
    fault = Missing(expected);
  } else if (!value.text) {
    fault = Invalid(expected);
  } else if (!take(*value.text)) {
    fault = Because(otherwise, expected);
  }
  if (fault && !fault_) fault_ = std::move(*fault).In(kNames[attribute]);
}

// An extension attribute is kept when it is of its form and dropped when it is not: it decides nothing.
void Envelope::Keep(Attribute attribute, bool (*has_form)(absl::string_view), std::string* into) const {
  const Value& value = found_[attribute];
  if (value.text && has_form(*value.text)) *into = std::string(*value.text);
}

}  // namespace overdracht::event
