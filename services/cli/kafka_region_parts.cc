#include "services/cli/kafka_region_parts.h"

#include <absl/strings/str_cat.h>

#include <filesystem>

#include "services/cli/definitions.h"
#include "services/cli/region_figures.h"
#include "services/cli/serving.h"
#include "services/cli/snapshot_parts.h"
#include "services/kafka/admin.h"
#include "services/topics/settings.h"
#include "services/workflow/folder.h"
#include "services/workflow/invariants.h"

namespace overdracht::cli {
namespace {

constexpr size_t kHotTrajecten = 8192;  // of all partitions together

workflow::LoopOptions LoopOf(const KafkaRegionOptions& options, workflow::ClockKind clock, uint32_t partition, uint32_t partitions) {
  workflow::LoopOptions loop;
  loop.data = absl::StrCat(options.data, "/", partition);
  loop.clock = clock;
  loop.machine_clock = MachineClock;
  loop.program = "overdracht " OVERDRACHT_VERSION;
  loop.partition.hot_trajecten = kHotTrajecten / partitions;
#if defined(OVERDRACHT_TEST_HOOKS) || !defined(NDEBUG)
  loop.make_watch = workflow::HoldToTheInvariants;
#endif
  return loop;
}

void Say(edge::Log* log, uint32_t partition, absl::string_view what, const absl::Status& why) {
  edge::Log::Fields fields = {{"partition", int64_t{partition}}, {"what", std::string(what)}};
  if (!why.ok()) fields.emplace_back("why", std::string(why.message()));
  const edge::Log::Severity severity = why.ok() ? edge::Log::kInfo : absl::IsDataLoss(why) ? edge::Log::kError : edge::Log::kWarning;
  log->Write(severity, "partition", std::move(fields));
}

// Without it this service owns nothing, and its figures look like those of one that only follows.
void SayOfTheGroup(edge::Log* log, const absl::Status& why) {
  if (why.ok()) return log->Write(edge::Log::kInfo, "group", {{"what", "is a member"}});
  log->Write(edge::Log::kError, "group", {{"what", "is no member"}, {"why", std::string(why.message())}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaRegionParts>> KafkaRegionParts::Open(const KafkaRegionOptions& options, const edge::Callers* callers,
                                                                         edge::Log* log) {
  absl::StatusOr<log::FolderLock> lock = log::FolderLock::Acquire(options.data);
  if (!lock.ok()) return lock.status();
  const workflow::ClockKind clock = options.clock == "events" ? workflow::ClockKind::kEvents : workflow::ClockKind::kWall;
  if (absl::Status status = workflow::KeepClock(options.data, clock); !status.ok()) return status;
  const absl::StatusOr<std::vector<workflow::v1::WorkflowDefinition>> definitions = ReadDefinitions(options.workflows);
  if (!definitions.ok()) return definitions.status();
  const kafka::Cluster& cluster = options.region.cluster;
  const topics::Names& names = options.region.names;
  const absl::StatusOr<uint32_t> count = topics::CheckRegion(cluster, names);
  if (!count.ok()) return count.status();
  if (absl::Status status = workflow::KeepPartitions(options.data, *count); !status.ok()) return status;

  std::unique_ptr<KafkaRegionParts> parts(new KafkaRegionParts(*std::move(lock)));
  for (uint32_t partition = 0; partition < *count; ++partition) {
    workflow::OwnedPartition::Options owned;
    owned.place = {.cluster = cluster, .names = names, .partition = partition};
    owned.loop = LoopOf(options, clock, partition, *count);
    owned.definitions = *definitions;
    if (options.snapshots) {
      owned.snapshot = {.folder = options.snapshots->folder, .region = names.region(), .partition = partition};
    }
    owned.said = [log, partition](absl::string_view what, const absl::Status& why) { Say(log, partition, what, why); };
    std::filesystem::create_directories(owned.loop.data);
    parts->partitions_.push_back(std::make_unique<workflow::OwnedPartition>(std::move(owned)));
  }
  std::vector<workflow::OwnedPartition*> all;
  for (const auto& partition : parts->partitions_) all.push_back(partition.get());
  parts->operators_ = std::make_unique<workflow::PartitionsService>(all, names, callers);

  absl::StatusOr<std::unique_ptr<workflow::Membership>> membership =
      workflow::Membership::Join({.cluster = cluster,
                                  .group = names.Group(),
                                  .topic = names.Events(),
                                  .session = absl::Milliseconds(options.session_ms),
                                  .said = [log](const absl::Status& why) { SayOfTheGroup(log, why); }},
                                 [all](const std::set<uint32_t>& own) {
                                   for (workflow::OwnedPartition* partition : all) partition->Own(own.count(partition->partition()) > 0);
                                 });
  if (!membership.ok()) return membership.status();
  parts->membership_ = *std::move(membership);
  if (options.snapshots) {
    workflow::SnapshotOptions snapshots = *options.snapshots;
    snapshots.region = names.region();
    parts->snapshots_ =
        WriteSnapshots(std::move(snapshots), all,
                       [log](uint32_t partition, absl::string_view what, const absl::Status& why) { Say(log, partition, what, why); });
  }
  return parts;
}

std::vector<http::Figures> KafkaRegionParts::figures() const {
  std::vector<const workflow::OwnedPartition*> all;
  for (const auto& partition : partitions_) all.push_back(partition.get());
  std::vector<http::Figures> figures = {FiguresOf(all)};
  if (snapshots_ != nullptr) figures.push_back(FiguresOf(snapshots_.get(), std::move(all)));
  return figures;
}

// The partitions stay: until the ports are gone they are still asked.
void KafkaRegionParts::Drain() {
  if (snapshots_ != nullptr) snapshots_->Stop();
  for (const auto& partition : partitions_) partition->Stop();
  membership_.reset();
  for (const auto& partition : partitions_) partition->Join();
}

}  // namespace overdracht::cli
