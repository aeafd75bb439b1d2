// growth: what an event costs the server with so many running trajecten: half of the reports are about new trajecten (handovers), half
// about an old one that nobody has touched for long. Beside it: the same with a thousand.
// pause: the longest that the loop did nothing else than one thing, while reports on old trajecten come in at a steady rate; p50_ms and
// p99_ms are of such a report. Beside it: the longest that one took.

#include <algorithm>
#include <cstdlib>

#include "services/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/caller.h"
#include "tests/bench/handover.h"

namespace overdracht::bench {
namespace {

constexpr size_t kInFlight = 64;
constexpr char kTime[] = "2026-01-01T09:00:00Z";  // said, not decided by

// Server and client CPU of one event, and how long the reports took.
struct Cost {
  double server_ms = 0;
  double client_ms = 0;
  std::vector<double> took_ms;
};

Cost ReportHalfAndHalf(const testing::ServerProcess& server, const Population& population, size_t handovers, testing::Chance* chance) {
  std::array<std::vector<std::string>, kReports> steps;
  for (size_t done = 0; done < handovers; ++done) {
    auto events = HandoverJson(FreshNumber(), kTime);
    for (int i = 0; i < kReports; ++i) {
      steps[i].push_back(std::move(events[i]));
      steps[i].push_back(ContactJson(population, chance));
    }
  }
  Caller caller(server.address());
  Cost cost;
  const double server_before = server.CpuSeconds(), client_before = CpuSeconds();
  for (const std::vector<std::string>& events : steps) {
    const std::vector<double> took = caller.ReportAll(events, kInFlight);
    cost.took_ms.insert(cost.took_ms.end(), took.begin(), took.end());
  }
  const auto events = static_cast<double>(cost.took_ms.size());
  cost.server_ms = 1e3 * (server.CpuSeconds() - server_before) / events;
  cost.client_ms = 1e3 * (CpuSeconds() - client_before) / events;
  return cost;
}

}  // namespace

void Growth(const Options& options, const std::function<void(const Result&)>& give) {
  const auto handovers = static_cast<size_t>(std::max(64.0, 5'000 * options.scale));
  double smallest = 0;
  for (const size_t trajecten : SizesOf(options)) {
    Result result("growth", "ms CPU/event", options.runs, "the same with the fewest trajecten, ms CPU/event");
    const PopulatedFolder folder(options, trajecten);
    testing::Chance chance(1);
    const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path());
    ReportHalfAndHalf(*server, folder.population(), handovers / 4, &chance);
    std::vector<double> cpu, client, took_ms;
    for (int run = 0; run < options.runs; ++run) {
      const Cost cost = ReportHalfAndHalf(*server, folder.population(), handovers, &chance);
      cpu.push_back(cost.server_ms);
      client.push_back(cost.client_ms);
      took_ms.insert(took_ms.end(), cost.took_ms.begin(), cost.took_ms.end());
    }
    result.value = result.cpu_ms_per_op = Median(cpu);
    if (smallest == 0) smallest = result.value;
    result.baseline_value = smallest;
    result.spread = Spread(cpu);
    result.p50_ms = Percentile(took_ms, 50);
    result.p99_ms = Percentile(took_ms, 99);
    result.more["trajecten"] = static_cast<double>(trajecten);
    result.more["client_cpu_ms_per_op"] = Median(client);
    result.more["longest_ms"] = Percentile(took_ms, 100);
    give(result);
  }
}

namespace {

// From its own figures.
double LongestRound(const testing::ServerProcess& server) {
  const std::string page = server.HttpGet("/metrics");
  const std::string kName = "\noverdracht_loop_longest_round_seconds ";
  const size_t at = page.find(kName);
  OVERDRACHT_CHECK(at != std::string::npos, "a page of figures without the longest round");
  return std::strtod(page.c_str() + at + kName.size(), nullptr);
}

}  // namespace

void Pause(const Options& options, const std::function<void(const Result&)>& give) {
  constexpr double kPerSecond = 500;
  const auto reports = static_cast<size_t>(std::max(200.0, 10'000 * options.scale));
  for (const size_t trajecten : SizesOf(options)) {
    Result result("pause", "s", options.runs, "the longest that a report took, s");
    const PopulatedFolder folder(options, trajecten);
    testing::Chance chance(1);
    std::vector<double> longest, took_ms;
    for (int run = 0; run < options.runs; ++run) {
      const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path());
      const std::vector<double> took =
          Caller(server->address()).ReportSteadily(Contacts(folder.population(), reports, &chance), kPerSecond);
      took_ms.insert(took_ms.end(), took.begin(), took.end());
      longest.push_back(LongestRound(*server));
    }
    result.value = Percentile(longest, 100);
    result.spread = Spread(longest);
    result.baseline_value = 1e-3 * Percentile(took_ms, 100);
    result.p50_ms = Percentile(took_ms, 50);
    result.p99_ms = Percentile(took_ms, 99);
    result.more["trajecten"] = static_cast<double>(trajecten);
    result.more["reports_per_s"] = kPerSecond;
    give(result);
  }
}

}  // namespace overdracht::bench
