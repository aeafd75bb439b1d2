#include "tests/support/region.h"

#include <iostream>

#include "services/base/check.h"
#include "services/chart/read.h"

namespace overdracht::testing {

void Region::Decided(const journal::v1::Record& record, const engine::TrajectState& before, const engine::TrajectState& after) {
  engine::TrajectState& folded = folded_[record.traject()];
  engine::Apply(record, &folded);
  OVERDRACHT_CHECK(folded.traject.SerializeAsString() == after.traject.SerializeAsString(), "replay differs from live");
  OVERDRACHT_CHECK(folded.memory.SerializeAsString() == after.memory.SerializeAsString(), "replayed memory differs from live");
  if (check_) check_(record, before, after);
}

const chart::Workflows& ProjectWorkflows() {
  static const auto* workflows = [] {
    auto* made = new chart::Workflows;
    const auto& files = chart::ShippedWorkflows();
    for (const auto& [path, text] : files) {
      const size_t slash = path.find("/workflow.yaml");
      if (slash == std::string::npos) continue;
      const auto read = chart::ReadWorkflow(path.substr(0, slash), [&](absl::string_view wanted) -> std::optional<std::string> {
        const auto it = files.find(std::string(wanted));
        if (it == files.end()) return std::nullopt;
        return it->second;
      });
      for (const chart::Finding& finding : read.findings) std::cerr << finding.ToString() << "\n";
      OVERDRACHT_CHECK(read.ok(), "a workflow of the project that cannot be read");
      auto compiled = chart::Workflow::Compile(read.definition);
      OVERDRACHT_CHECK(compiled.ok(), "a workflow of the project that does not compile");
      made->Add(*std::move(compiled));
    }
    return made;
  }();
  return *workflows;
}

}  // namespace overdracht::testing
