#include "services/http/batch.h"

#include <absl/strings/str_cat.h>

#include <string>

namespace overdracht::http {
namespace {

constexpr absl::string_view kSpace = " \t\r\n";

absl::string_view Trim(absl::string_view text) {
  const size_t begin = text.find_first_not_of(kSpace);
  if (begin == absl::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// Past the string that begins at `at`; npos when it does not end.
size_t PastString(absl::string_view text, size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return absl::string_view::npos;
}

}  // namespace

absl::StatusOr<std::vector<absl::string_view>> ItemsOf(absl::string_view text, size_t most) {
  const absl::Status no_array = absl::InvalidArgumentError("expected an array of events in JSON, but the body is none");
  text = Trim(text);
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return no_array;
  text = text.substr(1, text.size() - 2);
  std::vector<absl::string_view> items;
  if (Trim(text).empty()) return items;
  std::string open;  // the brackets that are not closed yet
  size_t begin = 0;
  for (size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = PastString(text, at);
      if (at == absl::string_view::npos) return no_array;
      continue;
    }
    if (c == '{' || c == '[') open.push_back(c);
    if (c == '}' || c == ']') {
      if (open.empty() || open.back() != (c == '}' ? '{' : '[')) return no_array;
      open.pop_back();
    }
    if (c == ',' && open.empty()) {
      items.push_back(Trim(text.substr(begin, at - begin)));
      begin = at + 1;
      if (items.size() == most) return absl::ResourceExhaustedError(absl::StrCat("expected at most ", most, " events, but there are more"));
    }
    ++at;
  }
  if (!open.empty()) return no_array;
  items.push_back(Trim(text.substr(begin)));
  return items;
}

}  // namespace overdracht::http
