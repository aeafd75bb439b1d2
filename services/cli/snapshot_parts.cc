#include "services/cli/snapshot_parts.h"

#include <absl/strings/str_cat.h>

#include <filesystem>
#include <utility>

namespace overdracht::cli {

using http::Figure;

void AddSnapshotOptions(CLI::App* command, std::string* folder) {
  command->add_option("--snapshots", *folder, "On Kafka: folder that the workflow services share, for snapshots of their caches")
      ->type_name("DIR");
}

std::optional<workflow::SnapshotOptions> ChooseSnapshots(const std::string& flag, const config::v1::Snapshots& file,
                                                         const std::string& folder) {
  if (flag.empty() && file.folder().empty()) return std::nullopt;
  workflow::SnapshotOptions options;
  options.folder = flag.empty() ? (std::filesystem::path(folder) / file.folder()).string() : flag;
  if (file.every_seconds() > 0) options.every = absl::Seconds(file.every_seconds());
  if (file.kilobytes_per_second() > 0) options.bytes_per_second = uint64_t{1000} * file.kilobytes_per_second();
  return options;
}

std::unique_ptr<workflow::Snapshots> WriteSnapshots(workflow::SnapshotOptions options,
                                                    const std::vector<workflow::OwnedPartition*>& partitions,
                                                    workflow::Snapshots::Said said) {
  using Call = workflow::SnapshotSource::Call;
  std::vector<workflow::SnapshotSource> sources;
  for (workflow::OwnedPartition* partition : partitions) {
    sources.push_back({.partition = partition->partition(),
                       .with_followed = [partition](const Call& call) { return partition->WithFollowed(call); },
                       .with_owned = [partition](const Call& call) { return partition->WithOwned(call); }});
  }
  return std::make_unique<workflow::Snapshots>(std::move(options), std::move(sources), std::move(said));
}

http::Figures FiguresOf(const workflow::Snapshots* snapshots, std::vector<const workflow::OwnedPartition*> partitions) {
  return [snapshots, partitions = std::move(partitions)] {
    const workflow::SnapshotFigures seen = snapshots->figures();
    Figure age{.name = "overdracht_snapshot_age_seconds",
               .help = "How old the newest snapshot of the partition's cache is; of none: how long this service has run.",
               .type = Figure::kGauge};
    Figure written{.name = "overdracht_snapshot_written_bytes_total", .help = "Bytes of the snapshots that this service wrote."};
    Figure restore{.name = "overdracht_restore_seconds",
                   .help = "How long it took to make the partition's cache of a snapshot, at this service's start.",
                   .type = Figure::kGauge};
    const auto label = [](uint32_t partition) { return absl::StrCat("partition=\"", partition, "\""); };
    for (const auto& [partition, seconds] : seen.age) age.values.emplace_back(label(partition), absl::ToDoubleSeconds(seconds));
    written.values.emplace_back("", static_cast<double>(seen.written_bytes));
    for (const workflow::OwnedPartition* partition : partitions) {
      const std::optional<absl::Duration> took = partition->figures().restore;
      if (took) restore.values.emplace_back(label(partition->partition()), absl::ToDoubleSeconds(*took));
    }
    return std::vector<Figure>{std::move(age), std::move(written), std::move(restore)};
  };
}

}  // namespace overdracht::cli
