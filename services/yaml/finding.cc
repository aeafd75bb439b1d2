#include "services/yaml/finding.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <tuple>

#include "services/yaml/tree.h"

namespace overdracht::yaml {

std::string Finding::ToString() const { return absl::StrCat(file, ":", line, ":", column, ": ", code, ": ", message); }

void Findings::Add(const Place& place, absl::string_view code, std::string message) {
  if (full()) return;
  findings_.push_back({place.file == nullptr ? "" : *place.file, place.line, place.column, std::string(code), std::move(message)});
}

std::vector<Finding> Findings::Sorted() const {
  std::vector<Finding> sorted = findings_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.file, a.line, a.column) < std::tie(b.file, b.line, b.column);
  });
  if (sorted.size() > kShown) sorted.resize(kShown);
  return sorted;
}

}  // namespace overdracht::yaml
