#include "services/cli/client.h"

#include <absl/strings/str_cat.h>
#include <absl/time/time.h>

#include "services/cli/command.h"
#include "services/client/connection.h"

namespace overdracht::cli {

namespace {

client::Options OptionsOf(const ServerOption& server, const std::string& organisation) {
  return {.address = server.address,
          .tls = {.ca = server.tls_ca, .certificate = server.tls_certificate, .key = server.tls_key},
          .organisation = organisation,
          .connect_within = absl::Milliseconds(1500),
          .deadline = absl::InfiniteDuration(),
          // Whoever typed the command is told at once, and how to go on.
          .patience = absl::ZeroDuration()};
}

template <typename Opened>
void SayWhyNot(const ServerOption& server, const absl::StatusOr<Opened>& opened) {
  if (opened.ok()) return;
  NotFinished(absl::StrCat(opened.status().message(),
                           absl::IsUnavailable(opened.status()) && server.tls_ca.empty()
                               ? "; start one with `overdracht dev --data DIR`, or give certificates (--tls-ca) where it has them"
                               : ""));
}

}  // namespace

void AddServerOption(CLI::App* command, ServerOption* server) {
  command->add_option("--server", server->address, "Address of the service")->type_name("ADDR")->capture_default_str();
  AddTlsOptions(command, server);
}

void AddTlsOptions(CLI::App* command, ServerOption* server) {
  const auto add_file = [command](const char* name, std::string* file, const char* help, const char* environment) {
    command->add_option(name, *file, help)->type_name("FILE")->envname(environment);
  };
  add_file("--tls-ca", &server->tls_ca, "Authority of the service's certificate (PEM)", "OVERDRACHT_CA");
  add_file("--tls-cert", &server->tls_certificate, "Your certificate (PEM)", "OVERDRACHT_CERT");
  add_file("--tls-key", &server->tls_key, "Its key (PEM)", "OVERDRACHT_KEY");
}

std::shared_ptr<grpc::Channel> Connect(const ServerOption& server) {
  const absl::StatusOr<std::shared_ptr<grpc::Channel>> channel = client::OpenChannel(OptionsOf(server, ""));
  SayWhyNot(server, channel);
  return channel.ok() ? *channel : nullptr;
}

absl::StatusOr<client::Client> ConnectAs(const ServerOption& server, const std::string& organisation) {
  absl::StatusOr<client::Client> client = client::Client::Connect(OptionsOf(server, organisation));
  SayWhyNot(server, client);
  return client;
}

int CallFailed(const std::string& server, const absl::Status& status) {
  if (absl::IsUnavailable(status)) return NotFinished(absl::StrCat("the service at ", server, " is gone or stopping: ", status.message()));
  // Nobody there knows the call.
  if (absl::IsUnimplemented(status) && status.message().empty()) {
    return NotFinished(absl::StrCat("the service at ", server,
                                    " does not take this: what organisations do (report, publish, explain) goes to their partner service, "
                                    "what the operator does (traject, outbox, clock) to a workflow service"));
  }
  return NotFinished(std::string(status.message()));
}

int CallFailed(const std::string& server, const grpc::Status& status) { return CallFailed(server, client::ToStatus(status)); }

}  // namespace overdracht::cli
