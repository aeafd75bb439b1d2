#include "services/chart/schema.h"

#include <absl/strings/str_cat.h>

#include "overdracht/workflow/v1/definition.pb.h"

namespace overdracht::chart {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Tasks are listed under the state in whose table they are; the definition holds all in one list.
const FieldDescriptor* ExtraKey(const Descriptor* message) {
  return message == workflow::v1::State::descriptor() ? workflow::v1::WorkflowDefinition::descriptor()->FindFieldByName("tasks") : nullptr;
}

}  // namespace

bool IsValue(const Descriptor* message) {
  return message == workflow::v1::Condition::descriptor() || message == workflow::v1::Party::descriptor() ||
         message == workflow::v1::Trigger::descriptor() || message == workflow::v1::DecisionCondition::descriptor();
}

const FieldDescriptor* FindKey(const Descriptor* message, absl::string_view key) {
  const FieldDescriptor* extra = ExtraKey(message);
  return extra != nullptr && extra->name() == key ? extra : yaml::FindKey(message, key);
}

std::string KeysOf(const Descriptor* message) {
  const FieldDescriptor* extra = ExtraKey(message);
  return extra == nullptr ? yaml::KeysOf(message) : absl::StrCat(yaml::KeysOf(message), ", ", extra->name());
}

}  // namespace overdracht::chart
