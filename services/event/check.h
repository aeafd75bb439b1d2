// DATA ENTERS: an event that came as a message (a typed call) is held to the same rules as one in JSON (read.h).
#ifndef OVERDRACHT_SERVICES_EVENT_CHECK_H_
#define OVERDRACHT_SERVICES_EVENT_CHECK_H_

#include <optional>

#include "services/event/read.h"

namespace overdracht::event {

// The caller has filled in the envelope and the data; a traject or a moment that could not be read is left empty (-1 for time_us).
// Nothing: sound. What a message cannot tell from a missing field is one: an empty text, an unspecified code, a zero, an empty group; a
// boolean is never missing.
std::optional<Malformed> CheckEvent(const v1::Event& event, KnowsContact knows_contact);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_CHECK_H_
