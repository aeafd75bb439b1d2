// FIELD=VALUE pairs, as a person types them, -> a CloudEvent in JSON. For `overdracht report`.
//
// A value is typed by its field: lists are comma separated (categories=wonen,inkomen), fields of a group have the group's name before a
// dot (dossier.reference=d-1), a list of groups has its elements' fields joined by colons (participants=gemeente:<oin>,wijkteam:<oin>).
// Whether the values are right is for the reader to say, wherever the event goes.
#ifndef OVERDRACHT_SERVICES_EVENT_COMPOSE_H_
#define OVERDRACHT_SERVICES_EVENT_COMPOSE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <string>
#include <vector>

#include "services/event/catalogue.h"

namespace overdracht::event {

struct ReportEnvelope {
  std::string organisation;          // OIN
  std::string system = "handmatig";  // in the source
  std::string id;
  std::string traject;  // UUID
  std::string time;     // RFC 3339
};

// INVALID_ARGUMENT with what was expected: a name of the catalogue, a field of the event, FIELD=VALUE, a number, true or false.
absl::StatusOr<std::string> ComposeEvent(absl::string_view name, const ReportEnvelope& envelope, const std::vector<std::string>& pairs);

// What can stand before the = : handover, dossier.reference, …, occurredOn. Optional ones in brackets when `mark_optional`.
std::vector<std::string> FieldNames(const Kind& kind, bool mark_optional = false);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_COMPOSE_H_
