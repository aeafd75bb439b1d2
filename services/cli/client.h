// A connection to a running service.
#ifndef OVERDRACHT_SERVICES_CLI_CLIENT_H_
#define OVERDRACHT_SERVICES_CLI_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

namespace overdracht::cli {

inline constexpr char kDefaultServer[] = "127.0.0.1:7440";

// --server ADDR
void AddServerOption(CLI::App* command, std::string* server);

// Null when nobody answers at the address within a second and a half; says so on stderr.
std::shared_ptr<grpc::Channel> Connect(const std::string& server);

// Says why a call failed. Returns kNotFinished.
int CallFailed(const std::string& server, const grpc::Status& status);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_CLIENT_H_
