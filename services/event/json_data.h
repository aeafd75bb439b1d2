// The data of an event in JSON, read by the table of its kind.
#ifndef OVERDRACHT_SERVICES_EVENT_JSON_DATA_H_
#define OVERDRACHT_SERVICES_EVENT_JSON_DATA_H_

#include "services/event/catalogue.h"
#include "services/event/fault.h"
#include "services/event/json.h"
#include "services/event/read.h"

namespace overdracht::event {

// Into the event's data of this kind, and its occurred_on. The place of a fault begins inside the data.
Check ReadJsonData(const JsonDocument& json, const JsonValue& object, const Kind& kind, KnowsContact knows_contact, v1::Event* event);

// Why a text is no JSON document.
Fault NoJson(const JsonDocument& document);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_JSON_DATA_H_
