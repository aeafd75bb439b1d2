// The program: one binary, every service and tool a subcommand. Wiring only.
#include <absl/synchronization/mutex.h>

#include <csignal>
#include <cstdio>

#include "services/cli/command.h"

using namespace overdracht::cli;

int main(int count, char** arguments) {
  // A reader that goes away ends a write with an error, not the program.
  std::signal(SIGPIPE, SIG_IGN);
  // Debian's Abseil looks for cycles at every lock, gRPC's too. Tests do (their main is another); in service it costs more than it finds.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);

  CLI::App program("Warme overdracht: drives each client who leaves beschermd wonen through voor, tijdens and na.", "overdracht");
  program.set_version_flag("--version", "overdracht " OVERDRACHT_VERSION);
  program.require_subcommand(1);
  program.set_help_all_flag("--help-all", "Help of every command");
  Action action;
  for (auto* add : {AddDev, AddWorkflowService, AddPartnerService, AddPublish, AddCheckEvents, AddReport, AddExplain, AddClock, AddTraject,
                    AddOutbox, AddAudit, AddWorkflow, AddConfig, AddCerts, AddDeploy, AddRegion, AddCompletion})
    add(&program, &action);

  try {
    program.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? kDone : kUsage;
  }
  return action();
}
