// overdracht partner-service: what one organisation's own systems connect to, before a region in another process: over gRPC, or over the
// topics of a Kafka.
#include <absl/strings/str_cat.h>
#include <grpcpp/grpcpp.h>

#include <optional>

#include "services/cli/client.h"
#include "services/cli/command.h"
#include "services/cli/kafka_partner_parts.h"
#include "services/cli/partner_parts.h"
#include "services/cli/serving.h"
#include "services/log/embedded/folder_lock.h"
#include "services/remote/remote_region.h"

namespace overdracht::cli {
namespace {

struct Options {
  std::string oin;
  std::string region;  // empty: the usual one, unless it is on Kafka
  std::string data;
  InstallationOptions installation{.usual_grpc_port = 7442, .usual_http_port = 7443};
  std::string region_ca;
};

// Nothing is taken in before the workflows of the region are known: until then no report could be read.
bool WaitForRegion(Signals* signals, edge::Log* log, const remote::LinkedRegion& region, const std::string& address) {
  std::string said;
  for (absl::Status linked = region.linked(); !linked.ok(); linked = region.linked()) {
    if (said != linked.message()) {
      log->Write(edge::Log::kWarning, "waiting for the region", {{"region", address}, {"why", std::string(linked.message())}});
    }
    said = std::string(linked.message());
    if (signals->Wait() == Signals::kEnd) return false;
  }
  return true;
}

// The service shows the region the certificate that it shows its clients: its OIN stands in it.
std::shared_ptr<grpc::ChannelCredentials> ToRegion(const Options& options, const Installation& installation) {
  if (!installation.tls) return grpc::InsecureChannelCredentials();
  return edge::MakeChannelCredentials(*installation.tls, options.region_ca.empty() ? installation.tls->client_ca : options.region_ca);
}

struct Surroundings {
  const Options& options;
  const Installation& installation;
  edge::Callers* callers;
  log::FolderLock* lock;
  Signals* signals;
  edge::Log* log;
  std::optional<EndsWithin>* ends;          // once it is told to
  std::vector<http::Figures> figures = {};  // of the way to the region
};

// `taking`: called with true when callers are served, with false when no more is to be taken in.
int ServeRegion(const Surroundings& around, remote::LinkedRegion* region, const std::string& where,
                const std::function<void(bool)>& taking) {
  const Options& options = around.options;
  if (!WaitForRegion(around.signals, around.log, *region, where)) return kDone;
  absl::StatusOr<std::unique_ptr<PartnerParts>> partner = PartnerParts::Open(region, around.callers, options.data);
  if (!partner.ok()) return NotFinished(std::string(partner.status().message()));
  std::vector<http::Figures> figures = around.figures;
  figures.push_back((*partner)->figures());
  absl::StatusOr<std::unique_ptr<Served>> served =
      Served::Start(around.installation, *around.callers, around.log, (*partner)->services(), std::move(figures));
  if (!served.ok()) return NotFinished(std::string(served.status().message()));
  if (absl::Status status = around.lock->Announce((*served)->address()); !status.ok()) return NotFinished(std::string(status.message()));
  (*served)->SayReady(absl::StrCat("data=", options.data, " oin=", options.oin));

  taking(true);
  (*partner)->StartSending(around.installation, around.log);
  do {
    (*served)->SetReady(region->linked().ok());
  } while (around.signals->Wait() == Signals::kLook);
  around.ends->emplace();
  (*served)->Draining();
  taking(false);
  (*partner)->StopSending();
  region->Drain();
  (*served)->Stop();
  return kDone;
}

int ServeOverGrpc(const Surroundings& around) {
  const Options& options = around.options;
  const std::string address = options.region.empty() ? kDefaultServer : options.region;
  remote::RemoteRegion region(remote::ConnectTo(address, ToRegion(options, around.installation)),
                              {.organisation = options.oin, .changed = Signals::Look});
  return ServeRegion(around, &region, address, [](bool) {});
}

int ServeOverKafka(Surroundings around) {
  const Options& options = around.options;
  const OnKafka& kafka = *around.installation.kafka;
  const absl::StatusOr<std::unique_ptr<KafkaPartnerParts>> parts = KafkaPartnerParts::Open(
      {.organisation = options.oin, .cluster = kafka.cluster, .names = kafka.names, .data = options.data, .changed = Signals::Look},
      around.log);
  if (!parts.ok()) return NotFinished(std::string(parts.status().message()));
  around.figures = {(*parts)->figures()};
  return ServeRegion(around, (*parts)->region(), absl::StrCat(kafka.cluster.bootstrap, " ", kafka.names.region()),
                     [&](bool taking) { taking ? (*parts)->StartIngress() : (*parts)->StopIngress(); });
}

int Serve(const Options& options) {
  Signals signals;
  edge::Log log;
  const absl::StatusOr<Installation> installation = ReadInstallation(options.installation);
  if (!installation.ok()) return Usage(std::string(installation.status().message()));
  if (installation->kafka && !options.region.empty()) {
    return Usage("expected a region at an address (--region) or on Kafka (--kafka, or the configuration), but both are given");
  }
  for (const partner::Webhook& webhook : installation->webhooks) {
    if (webhook.organisation != options.oin) return Usage("expected webhooks of the organisation of --oin only, but one is of another");
  }
  absl::StatusOr<log::FolderLock> lock = log::FolderLock::Acquire(options.data);
  if (!lock.ok()) return NotFinished(std::string(lock.status().message()));
  const std::unique_ptr<edge::Callers> callers = installation->MakeCallers();
  callers->ServeOnly(options.oin);
  std::optional<EndsWithin> ends;  // after all that waits
  const Surroundings around{options, *installation, callers.get(), &*lock, &signals, &log, &ends};
  return installation->kafka ? ServeOverKafka(around) : ServeOverGrpc(around);
}

}  // namespace

void AddPartnerService(CLI::App* program, Action* action) {
  CLI::App* const command =
      program->add_subcommand("partner-service", "What one organisation's own systems connect to, before a workflow-service");
  auto options = std::make_shared<Options>();
  command->add_option("--oin", options->oin, "The organisation, 20 digits")
      ->type_name("OIN")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& oin) {
            const bool digits = oin.size() == 20 && oin.find_first_not_of("0123456789") == std::string::npos;
            return digits ? std::string() : std::string("expected an OIN (20 digits), but it is none");
          },
          ""));
  command->add_option("--region", options->region, "Address of the workflow-service, unless the region is on Kafka")
      ->type_name(absl::StrCat("ADDR=", kDefaultServer))
      ->envname("OVERDRACHT_REGION");
  AddKafkaOptions(command, &options->installation.kafka);
  command->add_option("--data", options->data, "Folder of its own data; made when it is not there")->type_name("DIR")->required();
  command->add_option("--region-ca", options->region_ca, "Authority of the region's certificate (PEM) [that of --tls-client-ca]")
      ->type_name("FILE");
  AddInstallationOptions(command, &options->installation);
  command->callback([options, action] { *action = [options] { return Serve(*options); }; });
}

}  // namespace overdracht::cli
