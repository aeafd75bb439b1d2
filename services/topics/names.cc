#include "services/topics/names.h"

#include <absl/strings/ascii.h>

#include <algorithm>

namespace overdracht::topics {
namespace {

constexpr size_t kLongest = 64;

bool IsLetterOrDigit(char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); }

}  // namespace

bool IsRegionName(absl::string_view name) {
  return !name.empty() && name.size() <= kLongest && IsLetterOrDigit(name[0]) &&
         std::all_of(name.begin(), name.end(), [](char c) { return IsLetterOrDigit(c) || c == '-'; });
}

}  // namespace overdracht::topics
