#include "services/http/query.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

namespace overdracht::http {

bool PercentDecode(absl::string_view text, std::string* decoded) {
  decoded->clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded->push_back(text[i]);
      continue;
    }
    const absl::string_view hex = text.substr(i + 1, 2);
    if (hex.size() != 2 || !absl::ascii_isxdigit(hex[0]) || !absl::ascii_isxdigit(hex[1])) return false;
    *decoded += absl::HexStringToBytes(hex);
    i += 2;
  }
  return true;
}

absl::StatusOr<std::map<std::string, std::string>> ParseQuery(absl::string_view query, const std::set<std::string>& known) {
  std::map<std::string, std::string> parameters;
  for (absl::string_view part : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> pair = absl::StrSplit(part, absl::MaxSplits('=', 1));
    std::string name, value;
    if (!PercentDecode(pair.first, &name) || known.count(name) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected no parameters but ", absl::StrJoin(known, ", "), ", but there is another one"));
    }
    if (!PercentDecode(pair.second, &value)) {
      return absl::InvalidArgumentError(absl::StrCat("expected ", name, " to be percent-encoded, but it cannot be read so"));
    }
    if (!parameters.emplace(name, std::move(value)).second) {
      return absl::InvalidArgumentError(absl::StrCat("expected ", name, " once, but it is there twice"));
    }
  }
  return parameters;
}

}  // namespace overdracht::http
