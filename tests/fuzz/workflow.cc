// A workflow that somebody wrote, which may extend those that are shipped; behind a line with %% its texts.
#include "services/chart/workflow.h"

#include <absl/strings/str_split.h>

#include "services/base/check.h"
#include "services/chart/read.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

FUZZ(text) {
  const std::pair<absl::string_view, absl::string_view> files = absl::StrSplit(text, absl::MaxSplits("%%\n", 1));
  const auto& shipped = chart::ShippedWorkflows();
  const chart::ReadResult read = chart::ReadWorkflow("tried", [&](absl::string_view path) -> std::optional<std::string> {
    if (path == "tried/workflow.yaml") return std::string(files.first);
    if (path == "tried/texts.nl.yaml") return std::string(files.second);
    const auto found = shipped.find(std::string(path));
    return found == shipped.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
  if (read.ok()) OVERDRACHT_CHECK(chart::Workflow::Compile(read.definition).ok(), "what has no findings is a workflow");
}
