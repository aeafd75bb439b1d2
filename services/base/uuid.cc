#include "services/base/uuid.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>

namespace overdracht::base {

std::optional<std::string> ParseUuid(absl::string_view text) {
  if (text.size() != 36) return std::nullopt;
  std::string digits;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !absl::ascii_isxdigit(text[i])) return std::nullopt;
    if (!dash) digits += text[i];
  }
  return absl::HexStringToBytes(digits);
}

std::string FormatUuid(absl::string_view bytes) {
  std::string text = absl::BytesToHexString(bytes);
  for (size_t place : {8, 13, 18, 23}) text.insert(place, 1, '-');
  return text;
}

}  // namespace overdracht::base
