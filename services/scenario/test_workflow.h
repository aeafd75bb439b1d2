// `overdracht workflow test PATH…`: plays the scenarios that stand beside workflows on disk.
#ifndef OVERDRACHT_SERVICES_SCENARIO_TEST_WORKFLOW_H_
#define OVERDRACHT_SERVICES_SCENARIO_TEST_WORKFLOW_H_

#include <iosfwd>
#include <string>
#include <vector>

namespace overdracht::scenario {

struct TestOptions {
  // A .scenario file, a workflow's folder or its workflow.yaml, or a folder of workflows.
  std::vector<std::string> paths;
  // Write what came of the steps into the scenarios, instead of reporting where that differs.
  bool rewrite = false;
  // One JSON object a scenario, and nothing else: {"scenario","ok","difference"}.
  bool json = false;
};

// The process' exit code: 0 all as written (or rewritten); 1 a path cannot be read; 2 a workflow has findings, or a scenario differs.
int TestWorkflows(const TestOptions& options, std::ostream& out, std::ostream& err);

}  // namespace overdracht::scenario

#endif  // OVERDRACHT_SERVICES_SCENARIO_TEST_WORKFLOW_H_
