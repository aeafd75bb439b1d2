// overdracht config check: is this a configuration that can be used.
#include "services/cli/command.h"
#include "services/cli/text_file.h"
#include "services/config/read.h"

namespace overdracht::cli {
namespace {

int Check(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return NotFinished(std::string(text.status().message()));
  const config::ReadResult read = config::ReadConfiguration(path, *text);
  for (const yaml::Finding& finding : read.findings) std::printf("%s\n", finding.ToString().c_str());
  return read.ok() ? kDone : kRefused;
}

}  // namespace

void AddConfig(CLI::App* program, Action* action) {
  CLI::App* const config = program->add_subcommand("config", "The configuration of an installation");
  config->require_subcommand(1);
  CLI::App* const check = config->add_subcommand("check", "Finds what is wrong with a configuration; nothing is started");
  auto path = std::make_shared<std::string>();
  check->add_option("file", *path, "The configuration")->type_name("FILE")->required();
  check->callback([path, action] { *action = [path] { return Check(*path); }; });
}

}  // namespace overdracht::cli
