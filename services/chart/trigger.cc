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

// The values of a field as a workflow writes them: codes, true or false, names.
std::vector<std::string> Written(const Message& data, const FieldDescriptor* field) {
  const auto* reflection = data.GetReflection();
  const int size = field->is_repeated() ? reflection->FieldSize(data, field) : 1;
  std::vector<std::string> written;
  for (int i = 0; i < size; ++i) {
    const bool single = !field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_ENUM:
        written.push_back(base::CodeOf(field->enum_type(),
                                       single ? reflection->GetEnumValue(data, field) : reflection->GetRepeatedEnumValue(data, field, i)));
        break;
      case FieldDescriptor::CPPTYPE_BOOL:
        if (single) written.push_back(reflection->GetBool(data, field) ? "true" : "false");
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        written.push_back(single ? reflection->GetString(data, field) : reflection->GetRepeatedString(data, field, i));
        break;
      default:
        break;
    }
  }
  return written;
}

}  // namespace

const FieldDescriptor* FindEvent(absl::string_view name) {
  const auto it = TheCatalogue().fields.find(name);
  return it == TheCatalogue().fields.end() ? nullptr : it->second;
}

const FieldDescriptor* FindEventField(const FieldDescriptor* event, absl::string_view json_name) {
  const auto* data = event->message_type();
  for (int i = 0; i < data->field_count(); ++i) {
    if (data->field(i)->json_name() == json_name) return data->field(i);
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
    if (field == nullptr) return false;
    const std::vector<std::string> written = Written(data, field);
    return std::find_first_of(written.begin(), written.end(), match.codes().begin(), match.codes().end()) != written.end();
  });
}

}  // namespace overdracht::chart
