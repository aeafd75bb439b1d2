// overdracht clock advance: moves the clock `events`.
#include <absl/strings/str_cat.h>

#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/base/time.h"
#include "services/cli/client.h"
#include "services/cli/command.h"

namespace overdracht::cli {
namespace {

struct Options {
  std::string to;
  ServerOption server;
  bool json = false;
};

int Advance(const Options& options) {
  const std::optional<base::Micros> to = base::ParseTime(options.to);
  if (!to) return Usage(absl::StrCat("expected --to to be a moment such as 2020-01-01T00:00:00Z, but it is ", options.to));
  const auto channel = Connect(options.server);
  if (channel == nullptr) return kNotFinished;
  grpc::ClientContext context;
  region::v1::AdvanceClockRequest request;
  request.set_to_us(*to);
  region::v1::AdvanceClockResponse response;
  const grpc::Status status = region::v1::OperatorService::NewStub(channel)->AdvanceClock(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::FAILED_PRECONDITION) return Usage(status.error_message());
  if (!status.ok()) return CallFailed(options.server.address, status);
  const std::string clock = base::FormatTime(response.clock_us());
  std::printf(options.json ? "{\"clock\":\"%s\"}\n" : "De klok staat op %s.\n", clock.c_str());
  return kDone;
}

}  // namespace

void AddClock(CLI::App* program, Action* action) {
  CLI::App* const clock = program->add_subcommand("clock", "The clock `events` of a service");
  clock->require_subcommand(1);
  CLI::App* const command = clock->add_subcommand("advance", "Move the clock on and fire what is due; returns when that is done");
  auto options = std::make_shared<Options>();
  command->add_option("--to", options->to, "The moment to move to (RFC 3339)")->type_name("TIME")->required();
  AddServerOption(command, &options->server);
  command->add_flag("--json", options->json, "The clock as JSON");
  command->callback([options, action] { *action = [options] { return Advance(*options); }; });
}

}  // namespace overdracht::cli
