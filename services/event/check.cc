#include "services/event/check.h"

#include <absl/strings/str_cat.h>
#include <google/protobuf/reflection.h>

#include <algorithm>

#include "services/base/limits.h"
#include "services/base/time.h"
#include "services/event/catalogue.h"
#include "services/event/fault.h"
#include "services/event/forms.h"

namespace overdracht::event {
namespace {

using google::protobuf::Message;

class DataChecker {
 public:
  explicit DataChecker(KnowsContact knows_contact) : knows_contact_(knows_contact) {}

  Check CheckGroup(const Message& message, const std::vector<Field>& fields) {
    // The place is the message's: an unknown field has no name, and its value is not repeated.
    if (!message.GetReflection()->GetUnknownFields(message).empty()) return Because(journal::v1::REFUSAL_REASON_FIELD_UNKNOWN);
    for (const Field& field : fields) {
      if (Check fault = field.list ? CheckList(message, field) : CheckOne(message, field)) return std::move(*fault).In(field.name);
    }
    return std::nullopt;
  }

 private:
  Check CheckOne(const Message& message, const Field& field) {
    const bool there = field.type == Field::kBoolean || message.GetReflection()->HasField(message, field.descriptor);
    if (!there) return field.rule.optional() ? Check() : Missing(field.expected);
    return CheckValue(message, field, -1);
  }

  Check CheckList(const Message& message, const Field& field) {
    for (int i = 0; i < message.GetReflection()->FieldSize(message, field.descriptor); ++i) {
      if (Check fault = CheckValue(message, field, i)) return std::move(*fault).In(absl::StrCat(i));
    }
    if (field.type == Field::kCode) return CheckCodes(message, field);
    if (field.rule.roles_size() > 0) return CheckRoles(message, field);
    return std::nullopt;
  }

  // One value; `index` is its place in a list, -1 outside one.
  Check CheckValue(const Message& message, const Field& field, int index) {
    const auto* reflection = message.GetReflection();
    switch (field.type) {
      case Field::kText: {
        std::string scratch;
        const std::string& text = index < 0 ? reflection->GetStringReference(message, field.descriptor, &scratch)
                                            : reflection->GetRepeatedStringReference(message, field.descriptor, index, &scratch);
        return CheckText(field, text, knows_contact_);
      }
      case Field::kCode: {
        const int value = index < 0 ? reflection->GetEnumValue(message, field.descriptor)
                                    : reflection->GetRepeatedEnumValue(message, field.descriptor, index);
        const bool known = std::any_of(field.codes.begin(), field.codes.end(), [&](const auto& code) { return code.second == value; });
        return known ? Check() : Invalid(field.expected);
      }
      case Field::kNumber:
        return CheckNumber(field, reflection->GetDouble(message, field.descriptor));
      case Field::kBoolean:
        return std::nullopt;
      case Field::kGroup:
        return CheckGroup(index < 0 ? reflection->GetMessage(message, field.descriptor)
                                    : reflection->GetRepeatedMessage(message, field.descriptor, index),
                          field.fields);
    }
    return std::nullopt;
  }

  KnowsContact knows_contact_;
};

Check CheckEnvelope(const v1::Event& event) {
  if (!IsEventId(event.id())) return Invalid("event_id").In("id");
  if (!ParseSource(SourceOf(event))) return Invalid("event_source").In("source");
  if (event.traject().size() != 16) return Invalid("uuid").In("subject");
  if (!base::IsEventTime(event.time_us())) return Invalid("time").In("time");
  if (!event.occurred_on().empty() && !HasForm(v1::FORMAT_DATE, event.occurred_on())) return Invalid("date").In(kOccurredOn).In("data");
  return std::nullopt;
}

}  // namespace

std::optional<Malformed> CheckEvent(const v1::Event& event, KnowsContact knows_contact) {
  if (event.ByteSizeLong() > base::kMaxEventBytes) return Refuse(TooLong(), event);
  if (const Check fault = CheckEnvelope(event)) return Refuse(*fault, event);
  const Kind* const kind = KindOf(event);
  if (kind == nullptr) return Refuse(Missing("object").In("data"), event);
  const Message& data = event.GetReflection()->GetMessage(event, kind->data);
  if (Check fault = DataChecker(knows_contact).CheckGroup(data, kind->fields)) return Refuse(std::move(*fault).In("data"), event);
  return std::nullopt;
}

}  // namespace overdracht::event
