// overdracht workflow-service: a region on the embedded log, for partner services in processes of their own; or partitions of one on Kafka.
#include <absl/strings/str_cat.h>

#include "services/cli/command.h"
#include "services/cli/kafka_region_parts.h"
#include "services/cli/region_figures.h"
#include "services/cli/region_parts.h"
#include "services/cli/serving.h"
#include "services/cli/snapshot_parts.h"

namespace overdracht::cli {
namespace {

struct Options {
  RegionOptions region;
  InstallationOptions installation;
};

int ServeOnKafka(const Options& options, const Installation& installation, const edge::Callers& callers, Signals* signals, edge::Log* log) {
  const KafkaRegionOptions region{.data = options.region.data,
                                  .clock = options.region.clock,
                                  .workflows = options.region.workflows,
                                  .region = *installation.kafka,
                                  .snapshots = installation.snapshots};
  const absl::StatusOr<std::unique_ptr<KafkaRegionParts>> parts = KafkaRegionParts::Open(region, &callers, log);
  if (!parts.ok()) return NotFinished(std::string(parts.status().message()));
  absl::StatusOr<std::unique_ptr<Served>> served = Served::Start(installation, callers, log, {(*parts)->operators()}, (*parts)->figures());
  if (!served.ok()) return NotFinished(std::string(served.status().message()));
  if (absl::Status status = (*parts)->Serving((*served)->address()); !status.ok()) return NotFinished(std::string(status.message()));
  (*served)->SayReady(
      absl::StrCat("data=", options.region.data, " clock=", options.region.clock, " topics=", region.region.names.region()));

  signals->Wait();
  const EndsWithin ends;
  (*served)->Draining();
  (*parts)->Drain();
  (*served)->Stop();
  return kDone;
}

int Serve(const Options& options) {
  Signals signals;
  edge::Log log;
  const absl::StatusOr<Installation> installation = ReadInstallation(options.installation);
  if (!installation.ok()) return Usage(std::string(installation.status().message()));
  const std::unique_ptr<const edge::Callers> callers = installation->MakeCallers();
  if (installation->kafka) return ServeOnKafka(options, *installation, *callers, &signals, &log);
  absl::StatusOr<std::unique_ptr<RegionParts>> region = RegionParts::Open(options.region, callers.get());
  if (!region.ok()) return NotFinished(std::string(region.status().message()));
  absl::StatusOr<std::unique_ptr<Served>> served =
      Served::Start(*installation, *callers, &log, {(*region)->partners(), (*region)->operators()}, {FiguresOf((*region)->loop())});
  if (!served.ok()) return NotFinished(std::string(served.status().message()));
  if (absl::Status status = (*region)->Serving((*served)->address()); !status.ok()) return NotFinished(std::string(status.message()));
  (*served)->SayReady(absl::StrCat("data=", options.region.data, " clock=", options.region.clock));

  signals.Wait();
  (*served)->Draining();
  const absl::Status ended = (*region)->Drain();
  (*served)->Stop();
  return ended.ok() ? static_cast<int>(kDone) : NotFinished(absl::StrCat("stopped: ", std::string(ended.message())));
}

}  // namespace

void AddWorkflowService(CLI::App* program, Action* action) {
  CLI::App* const command =
      program->add_subcommand("workflow-service", "Decides and keeps the journal; partner services connect to it, data in one folder");
  auto options = std::make_shared<Options>();
  AddRegionOptions(command, &options->region);
  AddKafkaOptions(command, &options->installation.kafka);
  AddSnapshotOptions(command, &options->installation.snapshots);
  AddInstallationOptions(command, &options->installation);
  command->callback([options, action] { *action = [options] { return Serve(*options); }; });
}

}  // namespace overdracht::cli
