// The subcommands. Each file adds its own to the program; what a command comes to is the process's exit code:
// 0 done; 1 could not finish (said on stderr, with how to go on); 2 finished, but some input was refused or a check failed; 64 wrong usage.
#ifndef OVERDRACHT_SERVICES_CLI_COMMAND_H_
#define OVERDRACHT_SERVICES_CLI_COMMAND_H_

#include <absl/status/status.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace overdracht::cli {

enum Exit { kDone = 0, kNotFinished = 1, kRefused = 2, kUsage = 64 };

// What the chosen command does; set while the command line is read, called after it.
using Action = std::function<int()>;

void AddDev(CLI::App* program, Action* action);
void AddWorkflowService(CLI::App* program, Action* action);
void AddPartnerService(CLI::App* program, Action* action);
void AddPublish(CLI::App* program, Action* action);
void AddCheckEvents(CLI::App* program, Action* action);
void AddReport(CLI::App* program, Action* action);
void AddExplain(CLI::App* program, Action* action);
void AddClock(CLI::App* program, Action* action);
void AddTraject(CLI::App* program, Action* action);
void AddOutbox(CLI::App* program, Action* action);
void AddAudit(CLI::App* program, Action* action);
void AddWorkflow(CLI::App* program, Action* action);
void AddConfig(CLI::App* program, Action* action);
void AddCerts(CLI::App* program, Action* action);
void AddDeploy(CLI::App* program, Action* action);
void AddRegion(CLI::App* program, Action* action);
void AddCompletion(CLI::App* program, Action* action);

// Says on stderr why a command could not finish. Returns kNotFinished.
int NotFinished(const std::string& why);
// The same for a command line that cannot be meant. Returns kUsage.
int Usage(const std::string& why);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_COMMAND_H_
