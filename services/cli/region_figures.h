// What a region's partitions have done and what waits, for /metrics: docs/operating.md has their meaning.
#ifndef OVERDRACHT_SERVICES_CLI_REGION_FIGURES_H_
#define OVERDRACHT_SERVICES_CLI_REGION_FIGURES_H_

#include <vector>

#include "services/http/metrics.h"
#include "services/workflow/kafka/owned_partition.h"
#include "services/workflow/loop.h"

namespace overdracht::cli {

// The loop must outlive it.
http::Figures FiguresOf(const workflow::Loop* loop);

// The partitions of a region on Kafka: the same for each that is owned, with its label first. They must outlive it.
http::Figures FiguresOf(std::vector<const workflow::OwnedPartition*> partitions);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_REGION_FIGURES_H_
