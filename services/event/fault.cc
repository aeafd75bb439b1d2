#include "services/event/fault.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "services/base/codes.h"
#include "services/base/limits.h"
#include "services/base/uuid.h"
#include "services/event/forms.h"

namespace overdracht::event {

using google::protobuf::Message;

Fault Fault::In(absl::string_view name) && {
  place = absl::StrCat("/", name, place);
  return std::move(*this);
}

Fault Because(journal::v1::RefusalReason reason, absl::string_view expected) { return {reason, std::string(expected), "", "", ""}; }
Fault Invalid(absl::string_view expected) { return Because(journal::v1::REFUSAL_REASON_FIELD_INVALID, expected); }
Fault Missing(absl::string_view expected) { return Because(journal::v1::REFUSAL_REASON_FIELD_MISSING, expected); }

Fault TooLong() {
  Fault fault = Because(journal::v1::REFUSAL_REASON_TOO_LONG);
  fault.limit = absl::StrCat(base::kMaxEventBytes);
  return fault;
}

Check CheckText(const Field& field, absl::string_view text, KnowsContact knows_contact) {
  const bool known = HasForm(field.rule.format(), text) && (field.rule.format() != v1::FORMAT_CONTACT || knows_contact(text));
  return known ? Check() : Invalid(field.expected);
}

Check CheckNumber(const Field& field, double number) {
  if (number > 0 && number <= field.rule.at_most()) return std::nullopt;
  Fault fault = Invalid(field.expected);
  fault.limit = absl::StrCat(field.rule.at_most());
  return fault;
}

Check CheckCodes(const Message& message, const Field& field) {
  const auto* reflection = message.GetReflection();
  const int size = reflection->FieldSize(message, field.descriptor);
  if (size == 0 && !field.rule.optional()) return Invalid("list_not_empty");
  for (int i = 0; i < size; ++i) {
    for (int j = 0; j < i; ++j) {
      if (reflection->GetRepeatedEnumValue(message, field.descriptor, i) ==
          reflection->GetRepeatedEnumValue(message, field.descriptor, j)) {
        return Invalid("each_once").In(absl::StrCat(i));
      }
    }
  }
  return std::nullopt;
}

Check CheckRoles(const Message& message, const Field& field) {
  Fault fault = Because(journal::v1::REFUSAL_REASON_PARTICIPANTS_INCOMPLETE);
  std::vector<std::string> roles;
  for (const auto& participant : message.GetReflection()->GetRepeatedFieldRef<v1::Participant>(message, field.descriptor)) {
    const std::string& role = base::Code(participant.role());
    if (std::find(roles.begin(), roles.end(), role) != roles.end()) return std::move(fault).In(absl::StrCat(roles.size()));
    roles.push_back(role);
  }
  std::vector<std::string> missing;
  for (const std::string& role : field.rule.roles()) {
    if (std::find(roles.begin(), roles.end(), role) == roles.end()) missing.push_back(role);
  }
  if (missing.empty()) return std::nullopt;
  fault.missing = absl::StrJoin(missing, ", ");
  return fault;
}

Malformed Refuse(const Fault& fault, const v1::Event& event) {
  Malformed malformed;
  malformed.refusal.set_code(journal::v1::REFUSAL_CODE_MALFORMED);
  malformed.refusal.set_reason(fault.reason);
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    auto* parameter = malformed.refusal.add_parameters();
    parameter->set_name(name);
    parameter->set_value(value);
  };
  add("place", fault.place);
  add("expected", fault.expected);
  add("missing", fault.missing);
  add("limit", fault.limit);
  malformed.id = event.id();
  if (!event.organisation().empty()) malformed.source = SourceOf(event);
  if (event.traject().size() == 16) malformed.subject = base::FormatUuid(event.traject());
  return malformed;
}

}  // namespace overdracht::event
