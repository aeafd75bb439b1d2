#include "services/event/catalogue.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>

#include "services/base/codes.h"

namespace overdracht::event {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

constexpr absl::string_view kDomain = "nl.overdracht.";
constexpr absl::string_view kVersion = ".v1";

std::string NameOfForm(v1::Format format) {
  switch (format) {
    case v1::FORMAT_REFERENCE:
      return "reference";
    case v1::FORMAT_OIN:
      return "oin";
    case v1::FORMAT_DATE:
      return "date";
    case v1::FORMAT_DIGEST:
      return "digest";
    case v1::FORMAT_TASK:
      return "task_name";
    case v1::FORMAT_NAME:
      return "name";
    case v1::FORMAT_OIN_OR_ROLE:
      return "oin_or_role";
    case v1::FORMAT_WORKFLOW:
      return "workflow_name";
    case v1::FORMAT_CONTACT:
      return "contact_kind";
    default:
      return "text";
  }
}

Field MakeField(const FieldDescriptor* descriptor);

std::vector<Field> MakeFields(const Descriptor* message) {
  std::vector<Field> fields;
  fields.reserve(message->field_count());
  for (int i = 0; i < message->field_count(); ++i) fields.push_back(MakeField(message->field(i)));
  return fields;
}

Field MakeField(const FieldDescriptor* descriptor) {
  Field field;
  field.descriptor = descriptor;
  field.name = descriptor->json_name();
  field.list = descriptor->is_repeated();
  field.rule = descriptor->options().GetExtension(v1::rule);
  switch (descriptor->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      field.type = Field::kCode;
      for (int i = 1; i < descriptor->enum_type()->value_count(); ++i) {
        const int number = descriptor->enum_type()->value(i)->number();
        const std::string& code = base::CodeOf(descriptor->enum_type(), number);
        const auto& except = field.rule.except();
        if (std::find(except.begin(), except.end(), code) == except.end()) field.codes.emplace_back(code, number);
      }
      field.expected = absl::StrJoin(field.codes, ", ", [](std::string* out, const auto& code) { *out += code.first; });
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      field.type = Field::kNumber;
      field.expected = "number";
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      field.type = Field::kBoolean;
      field.expected = "boolean";
      break;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      field.type = Field::kGroup;
      field.fields = MakeFields(descriptor->message_type());
      field.expected = "object";
      break;
    default:
      field.type = Field::kText;
      field.expected = NameOfForm(field.rule.format());
  }
  return field;
}

std::vector<Kind> MakeKinds() {
  std::vector<Kind> kinds;
  const auto* data = v1::Event::descriptor()->FindOneofByName("data");
  for (int i = 0; i < data->field_count(); ++i) {
    const Descriptor* message = data->field(i)->message_type();
    const v1::EventRule& rule = message->options().GetExtension(v1::event);
    Kind& kind = kinds.emplace_back();
    kind.name = rule.name();
    kind.type = absl::StrCat(kDomain, rule.name(), kVersion);
    kind.data = data->field(i);
    for (int reporter : rule.reporters()) kind.reporters.push_back(static_cast<v1::Reporter>(reporter));
    kind.fields = MakeFields(message);
  }
  return kinds;
}

using Index = absl::flat_hash_map<std::string, const Kind*>;

}  // namespace

const std::vector<Kind>& Kinds() {
  static const auto* kinds = new std::vector<Kind>(MakeKinds());
  return *kinds;
}

const Kind* FindKind(absl::string_view name) {
  static const auto* index = [] {
    auto* made = new Index;
    for (const Kind& kind : Kinds()) made->emplace(kind.name, &kind);
    return made;
  }();
  const auto found = index->find(name);
  return found == index->end() ? nullptr : found->second;
}

const Kind* FindType(absl::string_view type) {
  if (type.substr(0, kDomain.size()) != kDomain) return nullptr;
  type.remove_prefix(kDomain.size());
  if (type.size() < kVersion.size() || type.substr(type.size() - kVersion.size()) != kVersion) return nullptr;
  type.remove_suffix(kVersion.size());
  return FindKind(type);
}

const Kind* KindOf(const v1::Event& event) {
  static const auto* index = [] {
    auto* made = new std::vector<const Kind*>;
    for (const Kind& kind : Kinds()) {
      const auto number = static_cast<size_t>(kind.data->number());
      if (made->size() <= number) made->resize(number + 1);
      (*made)[number] = &kind;
    }
    return made;
  }();
  return (*index)[event.data_case()];
}

const std::string& ReportableRoles() {
  static const auto* roles = [] {
    auto* made = new std::string;
    for (const Field& field : FindKind("participants.added")->fields) {
      if (field.type == Field::kCode) *made = field.expected;
    }
    return made;
  }();
  return *roles;
}

}  // namespace overdracht::event
