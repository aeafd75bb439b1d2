// Plays scenarios without the command line: scenarios [--rewrite] PATH…
#include <absl/strings/string_view.h>

#include <iostream>

#include "services/scenario/test_workflow.h"

int main(int count, char** arguments) {
  overdracht::scenario::TestOptions options;
  for (int i = 1; i < count; ++i) {
    if (absl::string_view(arguments[i]) == "--rewrite") {
      options.rewrite = true;
    } else {
      options.paths.emplace_back(arguments[i]);
    }
  }
  return overdracht::scenario::TestWorkflows(options, std::cout, std::cerr);
}
