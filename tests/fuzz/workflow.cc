// A workflow that somebody wrote, which may extend those that are shipped.
#include "services/chart/workflow.h"

#include "services/chart/read.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

FUZZ(text) {
  const auto& shipped = chart::ShippedWorkflows();
  const chart::ReadResult read = chart::ReadWorkflow("tried", [&](absl::string_view path) -> std::optional<std::string> {
    if (path == "tried/workflow.yaml") return std::string(text);
    const auto found = shipped.find(std::string(path));
    return found == shipped.end() ? std::nullopt : std::optional<std::string>(found->second);
  });
  if (read.ok()) (void)chart::Workflow::Compile(read.definition);
}
