// The program's verifier for many files in one run: for each line "EXPORT" or "EXPORT HEADS" on stdin one JSON line on stdout.
// With --heads it writes the heads of the one EXPORT that it is given.
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "services/audit/audit.h"

using overdracht::audit::Verification;
using overdracht::audit::Verify;

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--heads") {
    const auto found = Verify(argv[2]);
    if (!found.ok() || found->divergence) return 1;
    overdracht::audit::WriteHeads(found->heads, found->tips, std::cout);
    return 0;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string path, heads;
    words >> path >> heads;
    const auto found = Verify(path, heads);
    nlohmann::json answer;
    if (!found.ok()) {
      answer = {{"error", found.status().ToString()}};
    } else if (found->divergence) {
      answer = {{"verified", false}, {"position", found->divergence->position}, {"why", found->divergence->why}};
    } else {
      answer = {{"records", found->records}, {"heads", found->heads.size()}, {"verified", true}, {"root", found->root}};
    }
    std::cout << answer.dump() << std::endl;
  }
}
