// How a message of definition.proto is written in YAML: by its descriptor and the options of its fields (options.proto).
//
//   record   a map of the message's fields                      Task, Series, Term, …
//   named    a map by the field that is the key                 a list of records: tasks: {actieplan: {…}}
//   whole    the message is written as one of its fields        Gate: its condition; Escalation: its steps
//   value    written in a way of its own (reader.cc)            Condition, Party, Trigger
#ifndef OVERDRACHT_SERVICES_CHART_SCHEMA_H_
#define OVERDRACHT_SERVICES_CHART_SCHEMA_H_

#include <absl/strings/string_view.h>
#include <google/protobuf/descriptor.h>

#include <string>

#include "overdracht/workflow/v1/options.pb.h"

namespace overdracht::chart {

const workflow::v1::KeyRule& RuleOf(const google::protobuf::FieldDescriptor* field);

// The field by which a map of these messages is keyed, and the field that stands for the whole message. Null: there is none.
const google::protobuf::FieldDescriptor* KeyField(const google::protobuf::Descriptor* message);
const google::protobuf::FieldDescriptor* WholeField(const google::protobuf::Descriptor* message);

// Written in a way of its own; never merged, but replaced.
bool IsValue(const google::protobuf::Descriptor* message);

// A list of messages that is written as a map.
bool IsNamed(const google::protobuf::FieldDescriptor* field);

// The field that this key of a record writes; null: no such key. A state's `tasks` are those of the definition.
const google::protobuf::FieldDescriptor* FindKey(const google::protobuf::Descriptor* message, absl::string_view key);

// The keys of a record, comma separated.
std::string KeysOf(const google::protobuf::Descriptor* message);

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_SCHEMA_H_
