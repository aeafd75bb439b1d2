// Where workflows come from: inside the program, or a folder on disk.
#ifndef OVERDRACHT_SERVICES_CLI_DEFINITIONS_H_
#define OVERDRACHT_SERVICES_CLI_DEFINITIONS_H_

#include <absl/status/statusor.h>

#include <string>
#include <vector>

#include "overdracht/workflow/v1/definition.pb.h"
#include "services/chart/read.h"

namespace overdracht::cli {

// <folder>/<id>/workflow.yaml, or `file` where the definition has another name; without a folder, or where it has no such file, the one
// inside the program.
struct WorkflowPlace {
  std::string folder;
  std::string id;
  std::string file = {};
};

// The workflows that a path means: a workflow's folder, a file in it, any other file (read as a definition that is called as the file is),
// or a folder of workflows. Sorted by id.
std::vector<WorkflowPlace> FindWorkflows(const std::string& path);

// What it extends may be one inside the program. Findings name files as they can be opened.
chart::ReadResult ReadWorkflowAt(const WorkflowPlace& place);

// Those that a service starts with: of `folder`, or when it is empty the shipped ones. An error names every finding.
absl::StatusOr<std::vector<workflow::v1::WorkflowDefinition>> ReadDefinitions(const std::string& folder);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_DEFINITIONS_H_
