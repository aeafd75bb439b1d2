#include "services/cli/client.h"

#include <absl/strings/str_cat.h>

#include <chrono>

#include "services/cli/command.h"
#include "services/cli/text_file.h"

namespace overdracht::cli {

namespace {

// Null: a file is missing; says so.
std::shared_ptr<grpc::ChannelCredentials> CredentialsOf(const ServerOption& server) {
  if (server.tls_ca.empty() && server.tls_certificate.empty() && server.tls_key.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  for (const auto& [file, text] :
       {std::pair(&server.tls_ca, &options.pem_root_certs), std::pair(&server.tls_certificate, &options.pem_cert_chain),
        std::pair(&server.tls_key, &options.pem_private_key)}) {
    if (file->empty()) {
      NotFinished("expected --tls-ca, --tls-cert and --tls-key together, but one is missing");
      return nullptr;
    }
    absl::StatusOr<std::string> read = ReadTextFile(*file);
    if (!read.ok()) {
      NotFinished(std::string(read.status().message()));
      return nullptr;
    }
    *text = *std::move(read);
  }
  return grpc::SslCredentials(options);
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
  const std::shared_ptr<grpc::ChannelCredentials> credentials = CredentialsOf(server);
  if (credentials == nullptr) return nullptr;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);
  // The service is where the address says, never behind a proxy of the environment.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::shared_ptr<grpc::Channel> channel = grpc::CreateCustomChannel(server.address, credentials, arguments);
  if (channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::milliseconds(1500))) return channel;
  NotFinished(absl::StrCat("expected a service at ", server.address, ", but nobody answers there",
                           server.tls_ca.empty()
                               ? "; start one with `overdracht dev --data DIR`, or give certificates (--tls-ca) where it has them"
                               : " whom these certificates fit"));
  return nullptr;
}

int CallFailed(const std::string& server, const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return NotFinished(absl::StrCat("the service at ", server, " is gone or stopping: ", status.error_message()));
  }
  return NotFinished(status.error_message());
}

}  // namespace overdracht::cli
