#include "services/cli/client.h"

#include <absl/strings/str_cat.h>

#include <chrono>

#include "services/cli/command.h"

namespace overdracht::cli {

void AddServerOption(CLI::App* command, std::string* server) {
  command->add_option("--server", *server, "Address of the service")->type_name("ADDR")->capture_default_str();
}

std::shared_ptr<grpc::Channel> Connect(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // The service is where the address says, never behind a proxy of the environment.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::shared_ptr<grpc::Channel> channel = grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
  if (channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::milliseconds(1500))) return channel;
  NotFinished(absl::StrCat("expected a service at ", server, ", but nobody answers there; start one with `overdracht dev --data DIR`"));
  return nullptr;
}

int CallFailed(const std::string& server, const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return NotFinished(absl::StrCat("the service at ", server, " is gone or stopping: ", status.error_message()));
  }
  return NotFinished(status.error_message());
}

}  // namespace overdracht::cli
