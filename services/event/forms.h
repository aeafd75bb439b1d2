// The forms of texts in an event, character by character (docs/events.md, 'Forms').
#ifndef OVERDRACHT_SERVICES_EVENT_FORMS_H_
#define OVERDRACHT_SERVICES_EVENT_FORMS_H_

#include <absl/strings/string_view.h>

#include <optional>

#include "overdracht/event/v1/options.pb.h"

namespace overdracht::event {

// Whether `text` has the form. FORMAT_CONTACT is that of a name here: which kinds there are only the workflows know.
bool HasForm(v1::Format format, absl::string_view text);

// CloudEvents `id`: 1-128 characters [A-Za-z0-9._:/-].
bool IsEventId(absl::string_view text);

// CloudEvents `source`: urn:nld:oin:<20 digits>:systeem:<name>.
struct EventSource {
  absl::string_view organisation;
  absl::string_view system;
};
std::optional<EventSource> ParseSource(absl::string_view text);

// W3C trace context, and a correlation id of the form of an event's id. Stricter than the recommendation where it would let in free text.
bool IsTraceparent(absl::string_view text);
bool IsTracestate(absl::string_view text);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_FORMS_H_
