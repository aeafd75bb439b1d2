#include "services/yaml/reader.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>

#include <optional>

#include "services/base/codes.h"
#include "services/yaml/schema.h"

namespace overdracht::yaml {

std::string Quoted(absl::string_view text) { return absl::StrCat("'", text.substr(0, 64), text.size() > 64 ? "…" : "", "'"); }

Place Places::Of(const google::protobuf::Message& message) const {
  const auto it = places_.find(&message);
  return it == places_.end() ? Place() : it->second.first;
}

Place Places::Of(const google::protobuf::Message& message, absl::string_view key) const {
  const auto it = places_.find(&message);
  const Node* value = it == places_.end() ? nullptr : it->second.second->Find(key);
  return value == nullptr ? Of(message) : value->place;
}

Place Places::Of(const google::protobuf::Message& message, absl::string_view key, int index) const {
  const auto it = places_.find(&message);
  const Node* value = it == places_.end() ? nullptr : it->second.second->Find(key);
  if (value == nullptr || static_cast<size_t>(index) >= value->items.size()) return Of(message, key);
  return value->items[index].place;
}

bool Places::Has(const google::protobuf::Message& message, absl::string_view key) const {
  const auto it = places_.find(&message);
  return it != places_.end() && it->second.second->Find(key) != nullptr;
}

void Reader::Read(const Node& node, Message* message) {
  places_->Add(*message, node.place, node);
  ReadRecord(node, message);
}

const google::protobuf::FieldDescriptor* Reader::FindKey(const Descriptor* type, absl::string_view key) const {
  return yaml::FindKey(type, key);
}
std::string Reader::KeysOf(const Descriptor* type) const { return yaml::KeysOf(type); }

void Reader::Expect(const Place& place, absl::string_view code, absl::string_view expected, absl::string_view but) {
  findings_->Add(place, code, absl::StrCat("expected ", expected, ", but ", but));
}

void Reader::ReadMessage(const Node& node, Message* message) {
  if (ReadValue(node, message)) return;
  if (const FieldDescriptor* whole = WholeField(message->GetDescriptor()); whole != nullptr) {
    if (node.kind == Node::kNothing)
      return Expect(node.place, "missing_value", absl::StrCat("the ", whole->name(), " here"), "there is nothing");
    return ReadField(node, message, whole);
  }
  ReadRecord(node, message);
}

void Reader::ReadRecord(const Node& node, Message* message) {
  const Descriptor* type = message->GetDescriptor();
  if (node.kind != Node::kMap && node.kind != Node::kNothing) {
    return Expect(node.place, "form", absl::StrCat("a map with some of ", KeysOf(type)), "this is none");
  }
  const absl::string_view first = FirstKey(type);
  for (bool is_first : {true, false}) {
    for (const Entry& entry : node.entries) {
      if ((entry.key == first) != is_first) continue;
      const FieldDescriptor* field = FindKey(type, entry.key);
      if (field == nullptr) {
        Expect(entry.place, "unknown_key", absl::StrCat("one of ", KeysOf(type)), absl::StrCat("this is ", Quoted(entry.key)));
      } else {
        ReadField(entry.value, field->containing_type() == type ? message : Elsewhere(), field);
      }
    }
  }
  CheckRequired(node, *message);
}

void Reader::CheckRequired(const Node& node, const Message& message) {
  const Descriptor* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!RuleOf(field).required() || RuleOf(field).whole()) continue;
    const Node* value = node.Find(field->name());
    const bool is_there = value != nullptr && (value->kind == Node::kText || !value->items.empty() || !value->entries.empty());
    if (!is_there) Expect(places_->Of(message), "missing_key", absl::StrCat("the key ", field->name(), " here"), "it is missing");
  }
}

void Reader::ReadField(const Node& node, Message* message, const FieldDescriptor* field) {
  if (node.kind == Node::kNothing) return;
  if (IsNamed(field)) return ReadNamed(node, message, field);
  if (!field->is_repeated() || node.kind != Node::kList) return ReadOne(node, message, field);
  for (const Node& item : node.items) ReadOne(item, message, field);
}

void Reader::ReadOne(const Node& node, Message* message, const FieldDescriptor* field) {
  const auto* reflection = message->GetReflection();
  if (field->message_type() != nullptr) {
    Message* value = field->is_repeated() ? reflection->AddMessage(message, field) : reflection->MutableMessage(message, field);
    places_->Add(*value, node.place, node);
    return ReadMessage(node, value);
  }
  if (node.kind == Node::kText) return ReadText(node.text, node.place, message, field);
  Expect(node.place, "form", absl::StrCat(field->is_repeated() ? "one value or a list of them for " : "one value for ", field->name()),
         "this is none");
}

void Reader::ReadNamed(const Node& node, Message* message, const FieldDescriptor* field) {
  if (node.kind != Node::kMap) return Expect(node.place, "form", absl::StrCat("a map by name for ", field->name()), "this is none");
  for (const Entry& entry : node.entries) {
    if (!Takes(entry, field)) continue;
    Message* const element = message->GetReflection()->AddMessage(message, field);
    places_->Add(*element, entry.place, entry.value);
    ReadText(entry.key, entry.place, element, KeyField(element->GetDescriptor()));
    Begins(entry, element);
    ReadMessage(entry.value, element);
    Ends(element);
  }
}

void Reader::ReadText(const std::string& text, const Place& place, Message* message, const FieldDescriptor* field) {
  const auto* reflection = message->GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      const std::optional<int> value = base::ParseCode(field->enum_type(), text);
      if (!value) {
        return Expect(place, "unknown_code", absl::StrCat("one of ", base::AllCodes(field->enum_type())),
                      absl::StrCat("this is ", Quoted(text)));
      }
      if (field->is_repeated()) return reflection->AddEnumValue(message, field, *value);
      return reflection->SetEnumValue(message, field, *value);
    }
    case FieldDescriptor::CPPTYPE_BOOL:
      if (text != "true" && text != "false") return Expect(place, "form", "true or false", absl::StrCat("this is ", Quoted(text)));
      return reflection->SetBool(message, field, text == "true");
    case FieldDescriptor::CPPTYPE_UINT32: {
      uint32_t value = 0;
      if (text.size() > 6 || !absl::SimpleAtoi(text, &value) || absl::StrCat(value) != text) {
        return Expect(place, "form", "a whole number of at most six digits", absl::StrCat("this is ", Quoted(text)));
      }
      return reflection->SetUInt32(message, field, value);
    }
    default:
      CheckText(text, place, field);
      if (field->is_repeated()) return reflection->AddString(message, field, text);
      return reflection->SetString(message, field, text);
  }
}

}  // namespace overdracht::yaml
