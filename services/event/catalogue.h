// The catalogue of events as a table, read once from the descriptors of proto/overdracht/event/v1: what may be reported, by whom, with
// which fields. Reader, `overdracht report`, docs/events.md and tests all work from it.
#ifndef OVERDRACHT_SERVICES_EVENT_CATALOGUE_H_
#define OVERDRACHT_SERVICES_EVENT_CATALOGUE_H_

#include <absl/strings/string_view.h>

#include <string>
#include <utility>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "overdracht/event/v1/options.pb.h"

namespace overdracht::event {

struct Field {
  enum Type { kText, kCode, kNumber, kBoolean, kGroup };

  const google::protobuf::FieldDescriptor* descriptor = nullptr;
  std::string name;  // in JSON
  Type type = kText;
  bool list = false;
  v1::FieldRule rule;
  std::vector<std::pair<std::string, int>> codes;  // of a code: those that are accepted
  std::vector<Field> fields;                       // of a group
  // What a refusal says was expected of one value: the name of a form (services/texts) or the codes, comma separated.
  std::string expected;
};

struct Kind {
  std::string name;                                         // handovers.offered
  std::string type;                                         // nl.overdracht.handovers.offered.v1
  const google::protobuf::FieldDescriptor* data = nullptr;  // in v1::Event
  std::vector<v1::Reporter> reporters;
  std::vector<Field> fields;
};

// Beside the fields of its kind every event may have the day on which it happened.
inline constexpr absl::string_view kOccurredOn = "occurredOn";

// In the order of the catalogue.
const std::vector<Kind>& Kinds();
// Null: not in the catalogue.
const Kind* FindKind(absl::string_view name);
const Kind* FindType(absl::string_view type);
// The kind of an event's data; null when it has none.
const Kind* KindOf(const v1::Event& event);

// The roles that may be reported, comma separated.
const std::string& ReportableRoles();

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_CATALOGUE_H_
