// Reports the lines of a file, pipelined, and prints the answer to each.
#ifndef OVERDRACHT_SERVICES_CLI_PUBLISH_H_
#define OVERDRACHT_SERVICES_CLI_PUBLISH_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>

#include "services/client/client.h"

namespace overdracht::cli {

struct PublishOptions {
  std::string command = "publish";  // how to go on when it could not finish
  std::string file;                 // -: standard input
  bool json = false;
  uint64_t from_line = 1;
  std::string as;  // an organisation; empty: each line's own
};

// FILE, --json, --from-line
void AddFileOptions(CLI::App* command, PublishOptions* options);

// Returns the exit code. `connect` gives where to report; where it fails it has said why.
int Publish(const PublishOptions& options, const std::function<absl::StatusOr<client::Client>()>& connect);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_PUBLISH_H_
