// Codes: a value of an enum as JSON, people and workflows write it: its name without the enum's prefix, in lower case.
#ifndef OVERDRACHT_SERVICES_BASE_CODES_H_
#define OVERDRACHT_SERVICES_BASE_CODES_H_

#include <absl/strings/string_view.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/generated_enum_reflection.h>

#include <optional>
#include <string>

namespace overdracht::base {

// ROLE_ZORGAANBIEDER is "zorgaanbieder". Empty for the UNSPECIFIED value and for a number that the enum does not know.
const std::string& CodeOf(const google::protobuf::EnumDescriptor* descriptor, int value);

// Nothing for UNSPECIFIED and for a code that the enum does not have.
std::optional<int> ParseCode(const google::protobuf::EnumDescriptor* descriptor, absl::string_view code);

// The codes of an enum, comma separated, in its order.
std::string AllCodes(const google::protobuf::EnumDescriptor* descriptor);

template <typename Enum>
const std::string& Code(Enum value) {
  return CodeOf(google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value));
}

template <typename Enum>
std::optional<Enum> Parse(absl::string_view code) {
  const std::optional<int> value = ParseCode(google::protobuf::GetEnumDescriptor<Enum>(), code);
  if (!value) return std::nullopt;
  return static_cast<Enum>(*value);
}

}  // namespace overdracht::base

#endif  // OVERDRACHT_SERVICES_BASE_CODES_H_
