// large_region: a region of a million running trajecten over twelve partitions, on a real Kafka, and what an operator asks of it. A result
// each:
//
//   large_region_start     a workflow service alone, with an empty disk, from its start until it owns all partitions: by snapshots. Beside
//                          it: by folding the journals. `more`: with its own folder after kill -9; what writing the snapshots took
//   large_region_takeover  two services; the owner of a partition is killed (kill -9), and at the same moment a report is made: until its
//                          answer. Beside it: how long the broker waits before it gives the partition to another
//   large_region_report    CPU of both services for a report on a traject somewhere. Beside it: with a thousand trajecten
//   large_region_memory    of a service after those reports, in bytes. Beside it: with a thousand. `more`: the broker's, and after a start
//   large_region_disk      of the journal's topic for a traject, in bytes. Beside it: of the folder of a service
//
// Journals are written by the loop and the embedded log in this process (population.h), and copied, batch by batch.
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <thread>

#include "services/base/check.h"
#include "services/workflow/kafka/membership.h"
#include "tests/bench/bench.h"
#include "tests/bench/caller.h"
#include "tests/bench/kafka_region.h"

namespace overdracht::bench {
namespace {

constexpr size_t kTrajecten = 1'000'000, kFewTrajecten = 1'000;
constexpr int kPartitions = 12;
constexpr int kLargest = 0;  // of the regions of a population: its organisations have the most trajecten
constexpr size_t kInFlight = 64;
constexpr char kRoles[] = "zwgcp";

// Files of this folder and those in it.
double BytesIn(const std::string& folder) {
  double bytes = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.is_regular_file()) bytes += static_cast<double>(file.file_size());
  }
  return bytes;
}

class LargeRegionOf {
 public:
  // Of journals that FillPartitions left in `folder`; empty: they are made.
  LargeRegionOf(const Options& options, std::string folder, size_t trajecten)
      : options_(options), population_(PopulationOf(trajecten)), region_(options.server, kPartitions, Organisations()) {
    const Stopwatch watch;
    if (folder.empty()) {
      folder = scratch_.path() + "/journals";
      FillPartitions(folder, population_, kPartitions);
    }
    filled_s = watch.Seconds();
    std::vector<std::thread> copying;
    for (int partition = 0; partition < kPartitions; ++partition) {
      copying.emplace_back([this, folder, partition] { region_.CopyJournal(absl::StrCat(folder, "/", partition), partition); });
    }
    for (std::thread& each : copying) each.join();
    copied_s = watch.Seconds() - filled_s;
    std::filesystem::remove_all(scratch_.path() + "/journals");
  }

  const Population& population() const { return population_; }
  KafkaRegion& region() { return region_; }
  std::string snapshots() const { return scratch_.path() + "/snapshots"; }

  // From its start until it owns all partitions.
  double StartAlone(size_t which, const std::vector<std::string>& more = {}) {
    const Stopwatch watch;
    region_.StartWorkflow(which, more);
    region_.AwaitAll(which, /*alone=*/true);
    return watch.Seconds();
  }
  // Where the other one runs: until both have all.
  void StartBeside(size_t which) {
    region_.StartWorkflow(which);
    for (size_t each : {0, 1}) region_.AwaitAll(each, /*alone=*/false);
  }

  // By who owns all, as fast as it may. Until the last one is there.
  double WriteSnapshots(size_t which) {
    const std::string config = scratch_.path() + "/workflow.yaml";
    std::ofstream(config) << "snapshots: {folder: snapshots, every_seconds: 1, kilobytes_per_second: 100000}\n";
    StartAlone(which, {"--config", config});
    const Stopwatch watch;
    const auto are_there = [this] {
      int there = 0;
      for (int partition = 0; partition < kPartitions; ++partition) {
        there += std::filesystem::exists(absl::StrCat(snapshots(), "/", region_.names().region(), ".", partition, ".db"));
      }
      return there == kPartitions;
    };
    while (!are_there()) absl::SleepFor(absl::Milliseconds(50));
    return watch.Seconds();
  }

  std::string ReportOnSomebody() {
    for (;;) {
      const Client client = ClientOf(population_, chance_.Bits() % population_.trajecten);
      if (client.region == kLargest) return ContactJson(population_, client);
    }
  }

  // CPU milliseconds of the workflow services for each.
  double Report(Caller* caller, size_t count) {
    std::vector<std::string> reports;
    for (size_t i = 0; i < count; ++i) reports.push_back(ReportOnSomebody());
    const double before = region_.WorkflowCpu();
    caller->ReportAll(reports, kInFlight);
    return 1e3 * (region_.WorkflowCpu() - before) / static_cast<double>(count);
  }

  std::vector<std::string> Organisations() const {
    const Client client{.traject = "", .region = kLargest};
    std::vector<std::string> organisations;
    for (const char* role = kRoles; *role != '\0'; ++role) organisations.push_back(client.Organisation(*role));
    return organisations;
  }

  double filled_s = 0, copied_s = 0;

 private:
  const Options& options_;
  const Population population_;
  const TemporaryFolder scratch_;
  KafkaRegion region_;
  testing::Chance chance_{1};
};

struct Loaded {
  std::vector<double> cpu_ms;  // for a report, of each run
  double memory = 0;
};

// Two services that have all, and the reports.
Loaded Load(LargeRegionOf* region, const Options& options) {
  const auto reports = static_cast<size_t>(std::max(200.0, 10'000 * options.scale));
  region->region().StartPartner(region->Organisations().front());
  Caller caller(region->region().AddressOf(region->Organisations().front()));
  region->Report(&caller, reports);
  Loaded loaded;
  for (int run = 0; run < options.runs; ++run) loaded.cpu_ms.push_back(region->Report(&caller, reports));
  loaded.memory = static_cast<double>(std::max(region->region().WorkflowMemory(0), region->region().WorkflowMemory(1)));
  return loaded;
}

std::vector<double> TakeOvers(LargeRegionOf* region, int runs) {
  Caller caller(region->region().AddressOf(region->Organisations().front()));
  std::vector<double> took;
  for (int run = 0; run < runs; ++run) {
    const std::string report = region->ReportOnSomebody();
    const size_t subject = report.find("\"subject\":\"") + 11;
    const int partition = PartitionOf(report.substr(subject, 36), kPartitions);
    const size_t owner = region->region().OwnerOf(static_cast<uint32_t>(partition));
    const Stopwatch watch;
    region->region().KillWorkflow(owner);
    caller.ReportAndWait(report);
    took.push_back(watch.Seconds());
    region->StartBeside(owner);
  }
  return took;
}

}  // namespace

void LargeRegion(const Options& options, const std::function<void(const Result&)>& give) {
  const auto trajecten = options.folder.empty() ? static_cast<size_t>(std::max(1000.0, kTrajecten * options.scale)) : options.trajecten;
  Loaded few;
  {
    LargeRegionOf region(options, "", kFewTrajecten);
    region.StartAlone(0);
    region.StartBeside(1);
    few = Load(&region, options);
  }

  LargeRegionOf region(options, options.folder, trajecten);
  const auto size = static_cast<double>(trajecten);
  Result start("large_region_start", "s", 1, "by folding the journals, s");
  start.more["trajecten"] = size;
  start.more["journals_made_s"] = region.filled_s;
  start.more["journals_copied_s"] = region.copied_s;
  start.baseline_value = region.StartAlone(0);
  const double folded = static_cast<double>(region.region().WorkflowMemory(0));
  region.region().KillWorkflow(0);
  start.more["own_folder_s"] = region.StartAlone(0);
  const double started = static_cast<double>(region.region().WorkflowMemory(0));
  region.region().StopWorkflow(0);
  start.more["snapshots_written_s"] = region.WriteSnapshots(0);
  start.more["snapshot_bytes"] = BytesIn(region.snapshots());
  region.region().StopWorkflow(0);
  start.value = region.StartAlone(1, {"--snapshots", region.snapshots()});
  give(start);

  region.StartBeside(0);
  Result disk("large_region_disk", "bytes", 1, "of a service's folder for a traject, bytes");
  disk.value = static_cast<double>(region.region().TopicBytes(region.region().names().Journal())) / size;
  disk.baseline_value = BytesIn(region.region().FolderOf(0)) / size;
  give(disk);

  const Loaded many = Load(&region, options);
  Result report("large_region_report", "ms CPU", options.runs, "with a thousand trajecten, ms CPU");
  report.value = report.cpu_ms_per_op = Median(many.cpu_ms);
  report.spread = Spread(many.cpu_ms);
  report.baseline_value = Median(few.cpu_ms);
  give(report);

  Result memory("large_region_memory", "bytes", 1, "with a thousand trajecten, bytes");
  memory.value = many.memory;
  memory.baseline_value = few.memory;
  memory.more["after_folding_bytes"] = folded;
  memory.more["after_start_bytes"] = started;
  memory.more["broker_bytes"] = static_cast<double>(region.region().BrokerMemory());
  give(memory);

  Result takeover("large_region_takeover", "s", options.runs, "until the broker gives the partition to another, s");
  const std::vector<double> took = TakeOvers(&region, options.runs);
  takeover.value = Median(took);
  takeover.spread = Spread(took);
  takeover.baseline_value = absl::ToDoubleSeconds(workflow::Membership::Options().session);
  takeover.p50_ms = 1e3 * takeover.value;
  takeover.p99_ms = 1e3 * Percentile(took, 99);
  give(takeover);
}

}  // namespace overdracht::bench
