// Events as workflows name them: by the name of their kind and the codes of their fields.
#include "services/chart/trigger.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>

#include "overdracht/event/v1/options.pb.h"
#include "services/base/codes.h"

namespace overdracht::chart {
namespace {

using event::v1::Event;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Catalogue {
  std::vector<std::string> names;                                   // by field number in Event
  absl::flat_hash_map<std::string, const FieldDescriptor*> fields;  // by name
};

const Catalogue& TheCatalogue() {
  static const auto* catalogue = [] {
    auto* made = new Catalogue;
    const auto* data = Event::descriptor()->FindOneofByName("data");
    for (int i = 0; i < data->field_count(); ++i) {
      const FieldDescriptor* field = data->field(i);
      const std::string& name = field->message_type()->options().GetExtension(event::v1::event).name();
      made->names.resize(std::max<size_t>(made->names.size(), field->number() + 1));
      made->names[field->number()] = name;
      made->fields.emplace(name, field);
    }
    return made;
  }();
  return *catalogue;
}

// The value of a field as a workflow writes it: a code, true or false, or a name.
std::string Written(const Message& data, const FieldDescriptor* field) {
  const auto* reflection = data.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return base::CodeOf(field->enum_type(), reflection->GetEnumValue(data, field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->GetBool(data, field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(data, field);
    default:
      return "";
  }
}

}  // namespace

const FieldDescriptor* FindEvent(absl::string_view name) {
  const auto it = TheCatalogue().fields.find(name);
  return it == TheCatalogue().fields.end() ? nullptr : it->second;
}

const FieldDescriptor* FindEventField(const FieldDescriptor* event, absl::string_view json_name) {
  const auto* data = event->message_type();
  for (int i = 0; i < data->field_count(); ++i) {
    if (data->field(i)->json_name() == json_name && !data->field(i)->is_repeated()) return data->field(i);
  }
  return nullptr;
}

const std::string& EventName(const Event& event) {
  static const auto* none = new std::string;
  const size_t kind = event.data_case();
  return kind == Event::DATA_NOT_SET || kind >= TheCatalogue().names.size() ? *none : TheCatalogue().names[kind];
}

bool Matches(const workflow::v1::Trigger& trigger, const Event& event) {
  if (trigger.event().empty() || trigger.event() != EventName(event)) return false;
  const FieldDescriptor* kind = FindEvent(trigger.event());
  const Message& data = event.GetReflection()->GetMessage(event, kind);
  return std::all_of(trigger.where().begin(), trigger.where().end(), [&](const workflow::v1::FieldMatch& match) {
    const FieldDescriptor* field = FindEventField(kind, match.field());
    return field != nullptr && std::count(match.codes().begin(), match.codes().end(), Written(data, field)) > 0;
  });
}

}  // namespace overdracht::chart
