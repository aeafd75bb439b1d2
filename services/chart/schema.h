// What is particular about how a message of definition.proto is written in YAML; the rest stands in services/yaml/schema.h.
//
//   record   Task, Series, Term, …
//   named    tasks: {actieplan: {…}}
//   whole    Gate: its condition; Escalation: its steps
//   value    written in a way of its own (reader.cc): Condition, Party, Trigger
#ifndef OVERDRACHT_SERVICES_CHART_SCHEMA_H_
#define OVERDRACHT_SERVICES_CHART_SCHEMA_H_

#include <absl/strings/string_view.h>
#include <google/protobuf/descriptor.h>

#include <string>

#include "services/yaml/schema.h"

namespace overdracht::chart {

using yaml::IsNamed;
using yaml::KeyField;
using yaml::RuleOf;
using yaml::WholeField;

// Written in a way of its own; never merged, but replaced.
bool IsValue(const google::protobuf::Descriptor* message);

// The field that this key of a record writes; null: no such key. A state's `tasks` are those of the definition.
const google::protobuf::FieldDescriptor* FindKey(const google::protobuf::Descriptor* message, absl::string_view key);

// The keys of a record, comma separated.
std::string KeysOf(const google::protobuf::Descriptor* message);

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_SCHEMA_H_
