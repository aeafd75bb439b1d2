#include "services/yaml/schema.h"

#include <absl/strings/str_join.h>

#include <vector>

namespace overdracht::yaml {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using workflow::v1::KeyRule;

const FieldDescriptor* FirstField(const Descriptor* message, bool (*is_it)(const KeyRule&)) {
  for (int i = 0; i < message->field_count(); ++i) {
    if (is_it(RuleOf(message->field(i)))) return message->field(i);
  }
  return nullptr;
}

bool IsKeyOfRecord(const FieldDescriptor* field) { return !RuleOf(field).key() && RuleOf(field).means() != workflow::v1::MEANING_PLACE; }

}  // namespace

const KeyRule& RuleOf(const FieldDescriptor* field) { return field->options().GetExtension(workflow::v1::yaml); }

const FieldDescriptor* KeyField(const Descriptor* message) {
  return FirstField(message, [](const KeyRule& rule) { return rule.key(); });
}

const FieldDescriptor* WholeField(const Descriptor* message) {
  return FirstField(message, [](const KeyRule& rule) { return rule.whole(); });
}

bool IsNamed(const FieldDescriptor* field) {
  return field->is_repeated() && field->message_type() != nullptr && KeyField(field->message_type()) != nullptr;
}

const FieldDescriptor* FindKey(const Descriptor* message, absl::string_view key) {
  const FieldDescriptor* field = message->FindFieldByName(std::string(key));
  return field != nullptr && IsKeyOfRecord(field) ? field : nullptr;
}

std::string KeysOf(const Descriptor* message) {
  std::vector<std::string> keys;
  for (int i = 0; i < message->field_count(); ++i) {
    if (IsKeyOfRecord(message->field(i))) keys.push_back(message->field(i)->name());
  }
  return absl::StrJoin(keys, ", ");
}

}  // namespace overdracht::yaml
