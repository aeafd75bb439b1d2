// What every service of an installation is told, by its flags and by the one configuration file: where it listens, its certificates, whom
// it trusts. A flag wins over the file.
#ifndef OVERDRACHT_SERVICES_CLI_INSTALLATION_H_
#define OVERDRACHT_SERVICES_CLI_INSTALLATION_H_

#include <absl/status/statusor.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/cli/kafka_options.h"
#include "services/edge/call_log.h"
#include "services/edge/identity.h"
#include "services/edge/tls.h"
#include "services/edge/trust.h"
#include "services/partner/webhook/webhooks.h"
#include "services/workflow/snapshots.h"

namespace overdracht::cli {

struct InstallationOptions {
  std::string config = {};  // the file; empty: none
  std::string listen = {}, tls_certificate = {}, tls_key = {}, tls_client_ca = {};
  std::optional<int> grpc_port = {}, http_port = {};
  int usual_grpc_port = 7440, usual_http_port = 7441;
  KafkaOptions kafka = {};     // of those who take them (AddKafkaOptions)
  std::string snapshots = {};  // the same (AddSnapshotOptions)
};
void AddInstallationOptions(CLI::App* command, InstallationOptions* options);

struct Installation {
  std::string listen = "127.0.0.1";
  int grpc_port = 7440;  // 0: a free one
  int http_port = 7441;
  std::optional<edge::TlsFiles> tls = {};
  edge::Trust trust = {};
  std::optional<edge::Rates> rates = {};  // nothing: as often as they like
  std::vector<partner::Webhook> webhooks = {};
  edge::CallLog::Which log_calls = edge::CallLog::kRefused;
  std::optional<OnKafka> kafka = {};                        // nothing: not on Kafka
  std::optional<workflow::SnapshotOptions> snapshots = {};  // nothing: there are none

  std::unique_ptr<edge::Callers> MakeCallers() const;
};

// INVALID_ARGUMENT: what is wrong with the flags, the file (with the places) or the certificates.
absl::StatusOr<Installation> ReadInstallation(const InstallationOptions& options);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_INSTALLATION_H_
