// JSON Schema (2020-12) of everything that is reported and told, from the descriptors and the rules beside each field: what the reader
// accepts and the writer writes, so that another system can check and generate.
//
// What a schema cannot say the reader still checks: that a kind of contact is known, that a role stands once in a list.
#ifndef OVERDRACHT_SERVICES_EVENT_SCHEMA_H_
#define OVERDRACHT_SERVICES_EVENT_SCHEMA_H_

#include <absl/strings/string_view.h>

#include <optional>
#include <string>
#include <vector>

namespace overdracht::event {

// The CloudEvents types that have a schema: events in the order of the catalogue, notices, answers.
std::vector<std::string> SchemaTypes();
// The schema of a whole CloudEvent of this type. Nothing: there is no such type.
std::optional<std::string> WriteSchema(absl::string_view type);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_SCHEMA_H_
