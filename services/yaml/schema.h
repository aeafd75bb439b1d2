// How a message is written in YAML: by its descriptor and the options of its fields (workflow/v1/options.proto).
//
//   record   a map of the message's fields
//   named    a map by the field that is the key                 a list of records: tasks: {actieplan: {…}}
//   whole    the message is written as one of its fields
#ifndef OVERDRACHT_SERVICES_YAML_SCHEMA_H_
#define OVERDRACHT_SERVICES_YAML_SCHEMA_H_

#include <absl/strings/string_view.h>
#include <google/protobuf/descriptor.h>

#include <string>

#include "overdracht/workflow/v1/options.pb.h"

namespace overdracht::yaml {

const workflow::v1::KeyRule& RuleOf(const google::protobuf::FieldDescriptor* field);

// The field by which a map of these messages is keyed, and the field that stands for the whole message. Null: there is none.
const google::protobuf::FieldDescriptor* KeyField(const google::protobuf::Descriptor* message);
const google::protobuf::FieldDescriptor* WholeField(const google::protobuf::Descriptor* message);

// A list of messages that is written as a map.
bool IsNamed(const google::protobuf::FieldDescriptor* field);

// The field that this key of a record writes; null: no such key.
const google::protobuf::FieldDescriptor* FindKey(const google::protobuf::Descriptor* message, absl::string_view key);

// The keys of a record, comma separated.
std::string KeysOf(const google::protobuf::Descriptor* message);

}  // namespace overdracht::yaml

#endif  // OVERDRACHT_SERVICES_YAML_SCHEMA_H_
