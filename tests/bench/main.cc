// The benchmarks that tests/bench/run builds and runs: overdracht_bench [--json] [--scale X] [--runs N] [--server PROGRAM] NAME…
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <map>

#include "tests/bench/bench.h"
#include "tests/bench/population.h"

namespace {

int FillFolder(const std::string& folder, size_t trajecten, int partitions) {
  using namespace overdracht::bench;
  const Population population = PopulationOf(trajecten);
  const Filled filled = partitions == 0 ? Fill(folder, population) : FillPartitions(folder, population, partitions);
  std::cout << trajecten << " trajecten, " << filled.events << " events accepted, " << filled.refused << " refused, " << filled.records
            << " records, " << filled.seconds << " s\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace overdracht::bench;
  using Give = std::function<void(const Result&)>;
  const std::map<std::string, std::function<void(const Options&, const Give&)>> benchmarks = {
      {"decide", [](const Options& options, const Give& give) { give(Decide(options)); }},
      {"replay", [](const Options& options, const Give& give) { give(Replay(options)); }},
      {"list_page", [](const Options& options, const Give& give) { give(ListPage(options)); }},
      {"dev_start", [](const Options& options, const Give& give) { give(DevStart(options)); }},
      {"memory_per_traject", [](const Options& options, const Give& give) { give(MemoryPerTraject(options)); }},
      {"disk_per_handover", [](const Options& options, const Give& give) { give(DiskPerHandover(options)); }},
      {"disk_per_traject", [](const Options& options, const Give& give) { give(DiskPerTraject(options)); }},
      {"subscribe_latency", [](const Options& options, const Give& give) { give(SubscribeLatency(options)); }},
      {"subscribe_latency_kafka", [](const Options& options, const Give& give) { give(SubscribeLatencyKafka(options)); }},
      {"takeover", [](const Options& options, const Give& give) { give(TakeOver(options)); }},
      {"large_region", LargeRegion},
      {"restart", Restart},
      {"eos_cost", EosCost},
      {"growth", Growth},
      {"pause", Pause},
      {"handover_embedded", HandoverEmbedded},
      {"handover_kafka", HandoverKafka},
      {"handover_kafka_unloaded", HandoverKafkaUnloaded},
      {"handover_unloaded", HandoverUnloaded}};

  CLI::App app("Measures overdracht; tests/bench/README.md says what.");
  Options options;
  bool json = false;
  std::vector<std::string> names;
  app.add_flag("--json", json, "one JSON object a line");
  app.add_option("--scale", options.scale, "times the usual amount of work");
  app.add_option("--runs", options.runs, "of each benchmark; the median is shown")->check(CLI::Range(1, 1000));
  app.add_option("--server", options.server, "the built program")->check(CLI::ExistingFile);
  std::string fill;
  int partitions = 0;
  app.add_option("--fill", fill, "instead of measuring, make this folder and fill it with trajecten");
  app.add_option("--folder", options.folder, "measure restart, growth and pause, or large_region, in this folder, which --fill made")
      ->check(CLI::ExistingDirectory);
  options.trajecten = 100'000;
  app.add_option("--trajecten", options.trajecten, "how many, of --fill and --folder")->check(CLI::Range(size_t{1}, size_t{10'000'000}));
  app.add_option("--partitions", partitions, "of --fill: as a region of so many on Kafka has them (12 for large_region)")
      ->check(CLI::Range(1, 1000));
  app.add_option("names", names, "which; none: all");
  bool echo = false;
  app.add_flag("--echo", echo, "be the server that does nothing")->group("");
  CLI11_PARSE(app, argc, argv);
  if (echo) return Echo();
  if (!fill.empty()) return FillFolder(fill, options.trajecten, partitions);

  if (names.empty()) {
    for (const auto& [name, run] : benchmarks) names.push_back(name);
  }
  for (const std::string& name : names) {
    const auto it = benchmarks.find(name);
    if (it == benchmarks.end()) {
      std::cerr << "expected one of";
      for (const auto& [known, run] : benchmarks) std::cerr << " " << known;
      std::cerr << ", but it is " << name << "\n";
      return 64;
    }
    it->second(options, [json](const Result& result) { std::cout << (json ? result.Json() + "\n" : result.Text()) << std::flush; });
  }
  return 0;
}
