// YAML -> WorkflowDefinition. The language: docs/workflow-language.md.
//
// A folder holds workflow.yaml, texts.nl.yaml, README.md and scenarios. `extends` names another workflow; the files are merged entry by
// entry by name (`drop` removes, added ones come after the base's) before the result is read, so that an error names the file, line and
// column of the text that is wrong, also when that is the base's. Plain YAML only: no anchors, aliases, tags, duplicate keys; at most
// 32 deep and 1 MB, 512 KB as it is deployed.
#ifndef OVERDRACHT_SERVICES_CHART_READ_H_
#define OVERDRACHT_SERVICES_CHART_READ_H_

#include <absl/functional/function_ref.h>
#include <absl/strings/string_view.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "overdracht/workflow/v1/definition.pb.h"
#include "services/chart/tree.h"

namespace overdracht::chart {

// Where the files come from: the file's text by "<workflow>/workflow.yaml", or nothing. Disk, the binary's own copy, or a test.
using Source = absl::FunctionRef<std::optional<std::string>(absl::string_view path)>;

struct ReadResult {
  workflow::v1::WorkflowDefinition definition;
  workflow::v1::WorkflowTexts texts;
  std::vector<Finding> findings;  // empty: definition and texts are whole
  bool ok() const { return findings.empty(); }
};

// Reads the workflow of this id with all that it extends, and checks schema and references: every name that is used exists, durations
// and conditions are of their form, no two things share a name, every task, state, phase and decision has a text.
ReadResult ReadWorkflow(absl::string_view id, Source source);

// The workflows shipped inside the binary: path -> text.
const std::map<std::string, std::string>& ShippedWorkflows();

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_READ_H_
