#include "services/scenario/difference.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace overdracht::scenario {
namespace {

constexpr int kAround = 2;

struct Line {
  char mark;  // ' ' both, '-' expected, '+' came
  std::string text;
};

// By the longest common subsequence; blocks are short.
std::vector<Line> Merge(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<int>> common(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (size_t i = a.size(); i-- > 0;) {
    for (size_t j = b.size(); j-- > 0;) {
      common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  std::vector<Line> merged;
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      merged.push_back({' ', a[i++]});
      ++j;
    } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
      merged.push_back({'-', a[i++]});
    } else {
      merged.push_back({'+', b[j++]});
    }
  }
  return merged;
}

}  // namespace

std::string WriteDifference(absl::string_view file, int first, const std::vector<std::string>& expected,
                            const std::vector<std::string>& came) {
  const std::vector<Line> merged = Merge(expected, came);
  const int size = static_cast<int>(merged.size());
  std::vector<bool> shown(merged.size(), false);
  for (int i = 0; i < size; ++i) {
    if (merged[i].mark == ' ') continue;
    for (int k = std::max(0, i - kAround); k <= std::min(size - 1, i + kAround); ++k) shown[k] = true;
  }
  std::string text;
  int line = first;
  for (int i = 0; i < size; ++i) {
    if (merged[i].mark != '+') ++line;
    if (!shown[i]) continue;
    if (i == 0 || !shown[i - 1]) absl::StrAppend(&text, file, ":", std::max(line, first + 1), ":\n");
    absl::StrAppend(&text, std::string(1, merged[i].mark), " ", merged[i].text, "\n");
  }
  return text;
}

}  // namespace overdracht::scenario
