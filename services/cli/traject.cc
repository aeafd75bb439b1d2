// overdracht traject list, traject show.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/cli/client.h"
#include "services/cli/command.h"
#include "services/cli/traject_text.h"

namespace overdracht::cli {
namespace {

struct Options {
  std::string traject;
  bool json = false;
  ServerOption server;
};

int List(const Options& options) {
  const auto channel = Connect(options.server);
  if (channel == nullptr) return kNotFinished;
  grpc::ClientContext context;
  const auto reader = region::v1::OperatorService::NewStub(channel)->ListTrajecten(&context, {});
  region::v1::ListTrajectenResponse response;
  bool written = true;
  while (written && reader->Read(&response)) {
    const std::string line = options.json ? response.json() : TrajectLineText(nlohmann::json::parse(response.json()));
    written = std::printf("%s\n", line.c_str()) >= 0;
  }
  if (!written) {
    context.TryCancel();
    (void)reader->Finish();
    return NotFinished("the lines cannot be written");
  }
  const grpc::Status status = reader->Finish();
  return status.ok() ? static_cast<int>(kDone) : CallFailed(options.server.address, status);
}

int Show(const Options& options) {
  const auto channel = Connect(options.server);
  if (channel == nullptr) return kNotFinished;
  grpc::ClientContext context;
  region::v1::GetTrajectRequest request;
  request.set_traject(options.traject);
  region::v1::GetTrajectResponse response;
  const grpc::Status status = region::v1::OperatorService::NewStub(channel)->GetTraject(&context, request, &response);
  if (!status.ok()) return CallFailed(options.server.address, status);
  std::fputs(options.json ? (response.json() + "\n").c_str() : TrajectShowText(nlohmann::json::parse(response.json())).c_str(), stdout);
  return kDone;
}

}  // namespace

void AddTraject(CLI::App* program, Action* action) {
  CLI::App* const traject = program->add_subcommand("traject", "The trajecten of a service");
  traject->require_subcommand(1);
  auto options = std::make_shared<Options>();
  CLI::App* const list = traject->add_subcommand("list", "Every traject on a line, sorted by id");
  CLI::App* const show = traject->add_subcommand("show", "One traject with charts, tasks and timers");
  show->add_option("ID", options->traject, "Id of the traject")->required();
  for (CLI::App* command : {list, show}) {
    command->add_flag("--json", options->json, "As JSON");
    AddServerOption(command, &options->server);
  }
  list->callback([options, action] { *action = [options] { return List(*options); }; });
  show->callback([options, action] { *action = [options] { return Show(*options); }; });
}

}  // namespace overdracht::cli
