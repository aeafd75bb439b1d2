// overdracht outbox read: what one organisation was told.
#include <cstdio>

#include "overdracht/region/v1/operator_service.grpc.pb.h"
#include "services/cli/client.h"
#include "services/cli/command.h"

namespace overdracht::cli {
namespace {

struct Options {
  std::string oin;
  std::string after;
  bool follow = false;
  bool answers = false;
  bool json = false;
  ServerOption server;
};

int Read(const Options& options) {
  const auto channel = Connect(options.server);
  if (channel == nullptr) return kNotFinished;
  grpc::ClientContext context;
  region::v1::ReadOutboxRequest request;
  request.set_organisation(options.oin);
  request.set_after(options.after);
  request.set_follow(options.follow);
  request.set_answers(options.answers);
  const auto reader = region::v1::OperatorService::NewStub(channel)->ReadOutbox(&context, request);
  region::v1::ReadOutboxResponse response;
  bool written = true;
  while (written && reader->Read(&response)) {
    written = std::printf("%s\n", response.json().c_str()) >= 0;
    if (options.follow) written = std::fflush(stdout) == 0 && written;
  }
  if (!written) {
    context.TryCancel();
    (void)reader->Finish();
    return NotFinished("the notices cannot be written");
  }
  const grpc::Status status = reader->Finish();
  if (status.error_code() == grpc::StatusCode::INVALID_ARGUMENT) return Usage(status.error_message());
  return status.ok() ? static_cast<int>(kDone) : CallFailed(options.server.address, status);
}

}  // namespace

void AddOutbox(CLI::App* program, Action* action) {
  CLI::App* const outbox = program->add_subcommand("outbox", "What organisations are told");
  outbox->require_subcommand(1);
  CLI::App* const command = outbox->add_subcommand("read", "The CloudEvents of one organisation's outbox, one a line");
  auto options = std::make_shared<Options>();
  command->add_option("--oin", options->oin, "The organisation")->type_name("OIN")->required();
  command->add_option("--after", options->after, "Go on after this cursor")->type_name("CURSOR");
  command->add_flag("--follow", options->follow, "Wait for more");
  command->add_flag("--answers", options->answers, "Also the answers to the organisation's own reports");
  command->add_flag("--json", options->json, "JSON, one a line (there is no other form)");
  AddServerOption(command, &options->server);
  command->callback([options, action] { *action = [options] { return Read(*options); }; });
}

}  // namespace overdracht::cli
