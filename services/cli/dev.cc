// overdracht dev: everything in one process, data in one folder.
#include <absl/strings/str_cat.h>

#include "services/cli/command.h"
#include "services/cli/demo.h"
#include "services/cli/installation.h"
#include "services/cli/partner_parts.h"
#include "services/cli/region_figures.h"
#include "services/cli/region_parts.h"
#include "services/cli/serving.h"

namespace overdracht::cli {
namespace {

struct Options {
  RegionOptions region;
  InstallationOptions installation;
  bool demo = false;
};

int Serve(const Options& options) {
  Signals signals;
  edge::Log log;
  const absl::StatusOr<Installation> installation = ReadInstallation(options.installation);
  if (!installation.ok()) return Usage(std::string(installation.status().message()));
  const std::unique_ptr<const edge::Callers> callers = installation->MakeCallers();
  absl::StatusOr<std::unique_ptr<RegionParts>> region = RegionParts::Open(options.region, callers.get());
  if (!region.ok()) return NotFinished(std::string(region.status().message()));
  absl::StatusOr<std::unique_ptr<PartnerParts>> partner = PartnerParts::Open((*region)->region(), callers.get(), options.region.data);
  if (!partner.ok()) return NotFinished(std::string(partner.status().message()));

  std::vector<grpc::Service*> services = (*partner)->services();
  services.push_back((*region)->operators());
  absl::StatusOr<std::unique_ptr<Served>> served =
      Served::Start(*installation, *callers, &log, std::move(services), {FiguresOf((*region)->loop()), (*partner)->figures()});
  if (!served.ok()) return NotFinished(std::string(served.status().message()));

  const base::Micros now = MachineClock();
  absl::Status status = (*region)->Serving((*served)->address());
  if (status.ok() && options.demo) status = FillDemo((*region)->loop(), now);
  if (status.ok()) {
    (*served)->SayReady(absl::StrCat("data=", options.region.data, " clock=", options.region.clock));
    if (options.demo) status = PrintDemo((*region)->loop(), now, (*served)->address());
  }
  if (status.ok()) {
    (*partner)->StartSending(*installation, &log);
    signals.Wait();
  }
  (*served)->Draining();
  (*partner)->StopSending();
  const absl::Status ended = (*region)->Drain();
  (*served)->Stop();
  if (!ended.ok()) return NotFinished(absl::StrCat("stopped: ", std::string(ended.message())));
  return status.ok() ? static_cast<int>(kDone) : NotFinished(std::string(status.message()));
}

}  // namespace

void AddDev(CLI::App* program, Action* action) {
  CLI::App* const command = program->add_subcommand("dev", "Everything in one process, on this machine only, data in one folder");
  auto options = std::make_shared<Options>();
  AddRegionOptions(command, &options->region);
  AddInstallationOptions(command, &options->installation);
  command->add_flag("--demo", options->demo, "Fill a new folder with a demonstration region");
  command->callback([options, action] {
    if (options->demo) {
      options->region.new_folder = true;
      // A demonstration shows years that are past: it has their clock.
      options->region.clock = "events";
    }
    *action = [options] { return Serve(*options); };
  });
}

}  // namespace overdracht::cli
