#include "services/cli/installation.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <filesystem>

#include "services/cli/serving.h"
#include "services/cli/snapshot_parts.h"
#include "services/cli/text_file.h"
#include "services/config/read.h"

namespace overdracht::cli {
namespace {

absl::StatusOr<config::v1::Configuration> ReadFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadTextFile(path);
  if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
  config::ReadResult read = config::ReadConfiguration(path, *text);
  if (read.ok()) return std::move(read.configuration);
  std::string why = absl::StrCat("expected a configuration that can be used, but");
  for (const yaml::Finding& finding : read.findings) absl::StrAppend(&why, "\n", finding.ToString());
  return absl::InvalidArgumentError(why);
}

// What the file names lies beside it.
std::filesystem::path FolderOf(const InstallationOptions& options) { return std::filesystem::path(options.config).parent_path(); }

edge::Trust TrustOf(const config::v1::Configuration& configuration) {
  edge::Trust trust;
  trust.operators = {configuration.operators().begin(), configuration.operators().end()};
  for (const config::v1::Issuer& issuer : configuration.issuers()) {
    trust.issuers[issuer.name()] = {issuer.prefixes().begin(), issuer.prefixes().end()};
  }
  for (const config::v1::Delegation& delegation : configuration.delegations()) {
    for (const std::string& organisation : delegation.organisations()) {
      trust.delegations[{delegation.supplier(), organisation}] = {delegation.events().begin(), delegation.events().end()};
    }
  }
  return trust;
}

edge::CallLog::Which LogCallsOf(const config::v1::Configuration& configuration) {
  if (configuration.log_calls() == "all") return edge::CallLog::kAll;
  return configuration.log_calls() == "none" ? edge::CallLog::kNone : edge::CallLog::kRefused;
}

edge::Rates RatesOf(const config::v1::Limits& limits) {
  edge::Rates rates;
  if (limits.reports_per_second() > 0) rates.reports_per_second = limits.reports_per_second();
  if (limits.reports_at_once() > 0) rates.reports_at_once = limits.reports_at_once();
  if (limits.catch_up_seconds() > 0) rates.catch_up_us = limits.catch_up_seconds() * base::kSecond;
  if (limits.open_streams() > 0) rates.open_streams = limits.open_streams();
  return rates;
}

// Each as it will be used: what is wrong with it is said at the start.
absl::StatusOr<std::vector<partner::Webhook>> WebhooksOf(const std::filesystem::path& folder,
                                                         const config::v1::Configuration& configuration) {
  std::vector<partner::Webhook> webhooks;
  for (const config::v1::Webhook& webhook : configuration.webhooks()) {
    webhooks.push_back({.organisation = webhook.organisation(),
                        .subscriber = webhook.subscriber(),
                        .url = webhook.url(),
                        .secrets = (folder / webhook.secrets()).string(),
                        .kinds = {webhook.kinds().begin(), webhook.kinds().end()},
                        .answers = webhook.answers(),
                        .most_items = std::max(1, static_cast<int>(webhook.most_items())),
                        .authorities = webhook.authorities().empty() ? "" : (folder / webhook.authorities()).string()});
    if (absl::Status status = partner::CheckWebhook(webhooks.back()); !status.ok()) return status;
  }
  return webhooks;
}

absl::StatusOr<std::optional<edge::TlsFiles>> TlsOf(const InstallationOptions& options, const config::v1::Configuration& configuration) {
  const std::filesystem::path folder = FolderOf(options);
  const auto choose = [&](const std::string& flag, const std::string& file) {
    return !flag.empty() || file.empty() ? flag : (folder / file).string();
  };
  edge::TlsFiles files{.certificate = choose(options.tls_certificate, configuration.tls().certificate()),
                       .key = choose(options.tls_key, configuration.tls().key()),
                       .client_ca = choose(options.tls_client_ca, configuration.tls().client_ca())};
  if (files.certificate.empty() && files.key.empty() && files.client_ca.empty()) return std::nullopt;
  if (files.certificate.empty() || files.key.empty() || files.client_ca.empty()) {
    return absl::InvalidArgumentError("expected --tls-cert, --tls-key and --tls-client-ca together, but one is missing");
  }
  if (absl::Status status = edge::CheckTlsFiles(files); !status.ok()) return status;
  return files;
}

}  // namespace

void AddInstallationOptions(CLI::App* command, InstallationOptions* options) {
  command->add_option("--config", options->config, "Configuration (docs/configuration.md); flags win over it")->type_name("FILE");
  const auto add_port = [command](const char* name, std::optional<int>* port, int usual) {
    command->add_option(name, *port, absl::StrCat("0 takes a free one [", usual, "]"))->type_name("N")->check(CLI::Range(0, 65535));
  };
  add_port("--grpc-port", &options->grpc_port, options->usual_grpc_port);
  add_port("--http-port", &options->http_port, options->usual_http_port);
  command->add_option("--listen", options->listen, "Address to listen on; another than loopback with certificates only [127.0.0.1]")
      ->type_name("ADDR");
  command->add_option("--tls-cert", options->tls_certificate, "Certificate of the service (PEM)")->type_name("FILE");
  command->add_option("--tls-key", options->tls_key, "Its key (PEM)")->type_name("FILE");
  command->add_option("--tls-client-ca", options->tls_client_ca, "Authorities of the clients' certificates (PEM)")->type_name("FILE");
}

absl::StatusOr<Installation> ReadInstallation(const InstallationOptions& options) {
  absl::StatusOr<config::v1::Configuration> configuration = config::v1::Configuration();
  if (!options.config.empty()) configuration = ReadFile(options.config);
  if (!configuration.ok()) return configuration.status();
  absl::StatusOr<std::optional<edge::TlsFiles>> tls = TlsOf(options, *configuration);
  if (!tls.ok()) return tls.status();

  Installation installation{.grpc_port = options.usual_grpc_port, .http_port = options.usual_http_port};
  if (!configuration->listen().empty()) installation.listen = configuration->listen();
  if (!options.listen.empty()) installation.listen = options.listen;
  if (configuration->has_grpc_port()) installation.grpc_port = static_cast<int>(configuration->grpc_port());
  if (configuration->has_http_port()) installation.http_port = static_cast<int>(configuration->http_port());
  installation.grpc_port = options.grpc_port.value_or(installation.grpc_port);
  installation.http_port = options.http_port.value_or(installation.http_port);
  installation.tls = *std::move(tls);
  installation.trust = TrustOf(*configuration);
  absl::StatusOr<std::vector<partner::Webhook>> webhooks = WebhooksOf(FolderOf(options), *configuration);
  if (!webhooks.ok()) return webhooks.status();
  installation.webhooks = *std::move(webhooks);
  installation.log_calls = LogCallsOf(*configuration);
  absl::StatusOr<std::optional<OnKafka>> kafka = ChooseKafka(options.kafka, configuration->kafka(), FolderOf(options).string());
  if (!kafka.ok()) return kafka.status();
  installation.kafka = *std::move(kafka);
  installation.snapshots = ChooseSnapshots(options.snapshots, configuration->snapshots(), FolderOf(options).string());
  if (installation.tls || configuration->has_limits()) installation.rates = RatesOf(configuration->limits());
  if (!installation.tls && !config::IsLoopback(installation.listen)) {
    return absl::InvalidArgumentError(
        "expected --tls-cert, --tls-key and --tls-client-ca with another --listen than an address of loopback, but they are missing");
  }
  return installation;
}

std::unique_ptr<edge::Callers> Installation::MakeCallers() const {
  return std::make_unique<edge::Callers>(
      edge::Callers::Rules{.trust = trust, .client_ca = tls ? tls->client_ca : "", .rates = rates, .clock = MachineClock});
}

}  // namespace overdracht::cli
