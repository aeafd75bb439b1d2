// A connection to a running service.
#ifndef OVERDRACHT_SERVICES_CLI_CLIENT_H_
#define OVERDRACHT_SERVICES_CLI_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "services/client/client.h"

namespace overdracht::cli {

inline constexpr char kDefaultServer[] = "127.0.0.1:7440";

// Which service, and as whom. Without an authority there are no certificates.
struct ServerOption {
  std::string address = kDefaultServer;
  std::string tls_ca, tls_certificate, tls_key;  // files in PEM
};
// --server ADDR, and --tls-ca --tls-cert --tls-key: of these the environment may say as well (OVERDRACHT_CA, …).
void AddServerOption(CLI::App* command, ServerOption* server);
void AddTlsOptions(CLI::App* command, ServerOption* server);  // those alone

// Null when nobody answers at the address within a second and a half; says so on stderr.
std::shared_ptr<grpc::Channel> Connect(const ServerOption& server);
// The same, to call as this organisation; empty: as whoever the certificate or each event says. Where it fails it has said so.
absl::StatusOr<client::Client> ConnectAs(const ServerOption& server, const std::string& organisation);

// Says why a call failed. Returns kNotFinished.
int CallFailed(const std::string& server, const absl::Status& status);
int CallFailed(const std::string& server, const grpc::Status& status);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_CLIENT_H_
