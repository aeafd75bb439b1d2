// Snapshots of the caches of a workflow service on Kafka: by a flag and by the configuration file, and what /metrics says of them.
#ifndef OVERDRACHT_SERVICES_CLI_SNAPSHOT_PARTS_H_
#define OVERDRACHT_SERVICES_CLI_SNAPSHOT_PARTS_H_

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overdracht/config/v1/configuration.pb.h"
#include "services/edge/log.h"
#include "services/http/metrics.h"
#include "services/workflow/kafka/owned_partition.h"
#include "services/workflow/snapshots.h"

namespace overdracht::cli {

void AddSnapshotOptions(CLI::App* command, std::string* folder);

// Nothing: there are none. `flag`: the folder by the flag; `folder`: where the configuration is. The region is left open.
std::optional<workflow::SnapshotOptions> ChooseSnapshots(const std::string& flag, const config::v1::Snapshots& file,
                                                         const std::string& folder);

// Writes those of the partitions, which must outlive it, as the log must.
std::unique_ptr<workflow::Snapshots> WriteSnapshots(workflow::SnapshotOptions options,
                                                    const std::vector<workflow::OwnedPartition*>& partitions,
                                                    workflow::Snapshots::Said said);

// They must outlive it.
http::Figures FiguresOf(const workflow::Snapshots* snapshots, std::vector<const workflow::OwnedPartition*> partitions);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_SNAPSHOT_PARTS_H_
