// overdracht partner-service: what one organisation's own systems connect to, before a region in another process.
#include <absl/strings/str_cat.h>
#include <grpcpp/grpcpp.h>

#include "services/cli/client.h"
#include "services/cli/command.h"
#include "services/cli/partner_parts.h"
#include "services/cli/serving.h"
#include "services/log/embedded/folder_lock.h"
#include "services/remote/remote_region.h"

namespace overdracht::cli {
namespace {

struct Options {
  std::string oin;
  std::string region = kDefaultServer;
  std::string data;
  InstallationOptions installation{.usual_grpc_port = 7442, .usual_http_port = 7443};
  std::string region_ca;
};

// Nothing is taken in before the workflows of the region are known: until then no report could be read.
bool WaitForRegion(Signals* signals, edge::Log* log, const remote::RemoteRegion& region, const std::string& address) {
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

int Serve(const Options& options) {
  Signals signals;
  edge::Log log;
  const absl::StatusOr<Installation> installation = ReadInstallation(options.installation);
  if (!installation.ok()) return Usage(std::string(installation.status().message()));
  for (const partner::Webhook& webhook : installation->webhooks) {
    if (webhook.organisation != options.oin) return Usage("expected webhooks of the organisation of --oin only, but one is of another");
  }
  absl::StatusOr<log::FolderLock> lock = log::FolderLock::Acquire(options.data);
  if (!lock.ok()) return NotFinished(std::string(lock.status().message()));
  const std::unique_ptr<edge::Callers> callers = installation->MakeCallers();
  callers->ServeOnly(options.oin);
  remote::RemoteRegion region(remote::ConnectTo(options.region, ToRegion(options, *installation)),
                              {.organisation = options.oin, .changed = Signals::Look});
  if (!WaitForRegion(&signals, &log, region, options.region)) return kDone;
  absl::StatusOr<std::unique_ptr<PartnerParts>> partner = PartnerParts::Open(&region, callers.get(), options.data);
  if (!partner.ok()) return NotFinished(std::string(partner.status().message()));
  absl::StatusOr<std::unique_ptr<Served>> served =
      Served::Start(*installation, *callers, &log, (*partner)->services(), {(*partner)->figures()});
  if (!served.ok()) return NotFinished(std::string(served.status().message()));
  if (absl::Status status = lock->Announce((*served)->address()); !status.ok()) return NotFinished(std::string(status.message()));
  (*served)->SayReady(absl::StrCat("data=", options.data, " oin=", options.oin));

  (*partner)->StartSending(*installation, &log);

  do {
    (*served)->SetReady(region.linked().ok());
  } while (signals.Wait() == Signals::kLook);
  (*served)->Draining();
  (*partner)->StopSending();
  region.Drain();
  (*served)->Stop();
  return kDone;
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
  command->add_option("--region", options->region, "Address of the workflow-service")->type_name("ADDR")->capture_default_str();
  command->add_option("--data", options->data, "Folder of its own data; made when it is not there")->type_name("DIR")->required();
  command->add_option("--region-ca", options->region_ca, "Authority of the region's certificate (PEM) [that of --tls-client-ca]")
      ->type_name("FILE");
  AddInstallationOptions(command, &options->installation);
  command->callback([options, action] { *action = [options] { return Serve(*options); }; });
}

}  // namespace overdracht::cli
