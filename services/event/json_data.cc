#include "services/event/json_data.h"

#include <absl/strings/str_cat.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "services/event/forms.h"

namespace overdracht::event {
namespace {

using google::protobuf::Message;

// Reads `data` by the table of the event's kind.
class DataReader {
 public:
  DataReader(const JsonDocument& json, KnowsContact knows_contact) : json_(json), knows_contact_(knows_contact) {}

  // `occurred_on` is null inside a group of the data: it stands at the top only.
  Check ReadGroup(const JsonValue& object, const std::vector<Field>& fields, Message* message, std::string* occurred_on) {
    uint64_t seen = 0;
    for (const JsonValue* member = json_.First(object); member != nullptr; member = json_.Next(*member)) {
      const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == member->name; });
      if (field != fields.end()) {
        if (member->kind == JsonValue::kNull) continue;  // as if it were not there
        if (Check fault = ReadField(*member, *field, message)) return std::move(*fault).In(field->name);
        seen |= uint64_t{1} << (field - fields.begin());
      } else if (occurred_on != nullptr && member->name == kOccurredOn) {
        if (member->kind == JsonValue::kNull) continue;
        if (member->kind != JsonValue::kString || !HasForm(v1::FORMAT_DATE, member->text)) return Invalid("date").In(kOccurredOn);
        *occurred_on = std::string(member->text);
      } else {
        return Because(journal::v1::REFUSAL_REASON_FIELD_UNKNOWN);  // the place is the object's: the name is not repeated
      }
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      if ((seen >> i & 1) == 0 && !fields[i].rule.optional())
        return Missing(fields[i].list ? "list" : fields[i].expected).In(fields[i].name);
    }
    return std::nullopt;
  }

 private:
  Check ReadField(const JsonValue& value, const Field& field, Message* message) {
    if (!field.list) return ReadValue(value, field, message);
    if (value.kind != JsonValue::kList) return Invalid("list");
    int index = 0;
    for (const JsonValue* element = json_.First(value); element != nullptr; element = json_.Next(*element), ++index) {
      if (Check fault = ReadValue(*element, field, message)) return std::move(*fault).In(absl::StrCat(index));
    }
    if (field.type == Field::kCode) return CheckCodes(*message, field);
    if (field.rule.roles_size() > 0) return CheckRoles(*message, field);
    return std::nullopt;
  }

  // One value, set or added.
  Check ReadValue(const JsonValue& value, const Field& field, Message* message) {
    const auto* reflection = message->GetReflection();
    switch (field.type) {
      case Field::kText: {
        if (value.kind != JsonValue::kString) return Invalid(field.expected);
        if (Check fault = CheckText(field, value.text, knows_contact_)) return fault;
        std::string text(value.text);
        field.list ? reflection->AddString(message, field.descriptor, std::move(text))
                   : reflection->SetString(message, field.descriptor, std::move(text));
        return std::nullopt;
      }
      case Field::kCode: {
        if (value.kind != JsonValue::kString) return Invalid(field.expected);
        const auto code =
            std::find_if(field.codes.begin(), field.codes.end(), [&](const auto& known) { return known.first == value.text; });
        if (code == field.codes.end()) return Invalid(field.expected);
        field.list ? reflection->AddEnumValue(message, field.descriptor, code->second)
                   : reflection->SetEnumValue(message, field.descriptor, code->second);
        return std::nullopt;
      }
      case Field::kNumber:
        if (Check fault = CheckNumber(field, value.kind == JsonValue::kNumber ? value.number : 0)) return fault;
        reflection->SetDouble(message, field.descriptor, value.number);
        return std::nullopt;
      case Field::kBoolean:
        if (value.kind != JsonValue::kBoolean) return Invalid(field.expected);
        reflection->SetBool(message, field.descriptor, value.boolean);
        return std::nullopt;
      case Field::kGroup:
        if (value.kind != JsonValue::kObject) return Invalid(field.expected);
        return ReadGroup(
            value, field.fields,
            field.list ? reflection->AddMessage(message, field.descriptor) : reflection->MutableMessage(message, field.descriptor),
            nullptr);
    }
    return std::nullopt;
  }

  const JsonDocument& json_;
  KnowsContact knows_contact_;
};

}  // namespace

Check ReadJsonData(const JsonDocument& json, const JsonValue& object, const Kind& kind, KnowsContact knows_contact, v1::Event* event) {
  Message* const data = event->GetReflection()->MutableMessage(event, kind.data);
  return DataReader(json, knows_contact).ReadGroup(object, kind.fields, data, event->mutable_occurred_on());
}

Fault NoJson(const JsonDocument& document) {
  Fault fault = Because(journal::v1::REFUSAL_REASON_UNREADABLE, document.error_byte() == 0 ? "names_once" : "json");
  if (document.error_byte() != 0) fault.place = absl::StrCat("byte ", document.error_byte());
  return fault;
}

}  // namespace overdracht::event
