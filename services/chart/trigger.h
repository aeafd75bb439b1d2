// The catalogue of events as workflows see it: by name, with the fields that a `where` may ask for.
#ifndef OVERDRACHT_SERVICES_CHART_TRIGGER_H_
#define OVERDRACHT_SERVICES_CHART_TRIGGER_H_

#include <absl/strings/string_view.h>
#include <google/protobuf/descriptor.h>

#include <string>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/workflow/v1/definition.pb.h"

namespace overdracht::chart {

// Whether the event is the one that the trigger waits for (name and every `where`). False for an internal trigger.
bool Matches(const workflow::v1::Trigger& trigger, const event::v1::Event& event);

// The name of the event's kind: trajecten.started, … Empty when it has no data.
const std::string& EventName(const event::v1::Event& event);

// The field of Event that holds the data of events of this name; null: the catalogue has none.
const google::protobuf::FieldDescriptor* FindEvent(absl::string_view name);

// The field of that event's data by its JSON name; null: it has none.
const google::protobuf::FieldDescriptor* FindEventField(const google::protobuf::FieldDescriptor* event, absl::string_view json_name);

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_TRIGGER_H_
