#include "services/base/codes.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>

#include <map>
#include <memory>
#include <shared_mutex>
#include <vector>

namespace overdracht::base {
namespace {

using google::protobuf::EnumDescriptor;

// CamelCase as UPPER_SNAKE_: the prefix that buf asks of an enum's values.
std::string Prefix(const EnumDescriptor* descriptor) {
  std::string prefix;
  for (char c : descriptor->name()) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(c);
  }
  return prefix + "_";
}

// The codes of one enum by index of its value; made once.
const std::vector<std::string>& Codes(const EnumDescriptor* descriptor) {
  static std::shared_mutex mutex;
  static auto* made = new std::map<const EnumDescriptor*, std::unique_ptr<std::vector<std::string>>>;
  {
    std::shared_lock lock(mutex);
    if (auto it = made->find(descriptor); it != made->end()) return *it->second;
  }
  auto codes = std::make_unique<std::vector<std::string>>();
  const std::string prefix = Prefix(descriptor);
  for (int i = 0; i < descriptor->value_count(); ++i) {
    const auto* value = descriptor->value(i);
    codes->push_back(value->number() == 0 ? "" : absl::AsciiStrToLower(value->name().substr(prefix.size())));
  }
  std::unique_lock lock(mutex);
  return *made->try_emplace(descriptor, std::move(codes)).first->second;
}

}  // namespace

const std::string& CodeOf(const EnumDescriptor* descriptor, int value) {
  static const auto* none = new std::string;
  const auto* known = descriptor->FindValueByNumber(value);
  return known == nullptr ? *none : Codes(descriptor)[known->index()];
}

std::optional<int> ParseCode(const EnumDescriptor* descriptor, absl::string_view code) {
  if (code.empty()) return std::nullopt;
  const std::vector<std::string>& codes = Codes(descriptor);
  for (size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] == code) return descriptor->value(static_cast<int>(i))->number();
  }
  return std::nullopt;
}

std::string AllCodes(const EnumDescriptor* descriptor) {
  const std::vector<std::string>& codes = Codes(descriptor);
  return absl::StrJoin(codes.begin() + 1, codes.end(), ", ");
}

}  // namespace overdracht::base
