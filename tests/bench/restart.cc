// restart: so many running trajecten, a load, kill -9 as soon as its last report is answered; from the start of the same command to the
// answer that the first report is accepted. Beside it, after another kill like it: the same two files opened by SQLite alone and closed
// again, which is the part that nobody gets around. dev_start: `overdracht dev` in a new folder, until it says that it is ready. Beside it:
// the same program saying its version.

#include <algorithm>
#include <cstdlib>

#include "services/base/check.h"
#include "services/log/embedded/sqlite.h"
#include "tests/bench/bench.h"
#include "tests/bench/caller.h"

namespace overdracht::bench {
namespace {

constexpr size_t kInFlight = 64;

void LoadAndKill(const Options& options, const PopulatedFolder& folder, size_t reports, testing::Chance* chance) {
  const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path());
  Caller(server->address()).ReportAll(Contacts(folder.population(), reports, chance), kInFlight);
  server->Kill();
}

double OpenBySqliteAlone(const std::string& folder) {
  const Stopwatch watch;
  for (const char* file : {"/journal.db", "/cache.db"}) {
    auto database = log::Sqlite::Open(folder + file);
    OVERDRACHT_CHECK(database.ok() && database->Execute("SELECT count(*) FROM sqlite_master").ok(), "a file that cannot be opened");
  }
  return watch.Seconds();
}

// Of starts in seconds, and the CPU of each in milliseconds.
void Summarize(const std::vector<double>& starts, const std::vector<double>& baselines, const std::vector<double>& cpu, Result* result) {
  result->value = Median(starts);
  result->spread = Spread(starts);
  result->baseline_value = Median(baselines);
  result->p50_ms = 1e3 * result->value;
  result->p99_ms = 1e3 * Percentile(starts, 99);
  result->cpu_ms_per_op = Median(cpu);
}

Result RestartWith(const Options& options, size_t trajecten) {
  Result result("restart", "s", options.runs, "the same files opened by SQLite alone, s");
  const PopulatedFolder folder(options, trajecten);
  testing::Chance chance(1);
  const auto reports = static_cast<size_t>(std::max(200.0, 20'000 * options.scale));
  std::vector<double> ready, accepted, baselines, cpu;
  for (int run = 0; run < options.runs; ++run) {
    LoadAndKill(options, folder, reports, &chance);
    baselines.push_back(OpenBySqliteAlone(folder.path()));
    LoadAndKill(options, folder, reports, &chance);
    const Stopwatch watch;
    const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path());
    ready.push_back(watch.Seconds());
    Caller(server->address()).ReportAndWait(ContactJson(folder.population(), &chance));
    accepted.push_back(watch.Seconds());
    cpu.push_back(1e3 * server->CpuSeconds());
  }
  Summarize(accepted, baselines, cpu, &result);
  result.more["trajecten"] = static_cast<double>(trajecten);
  result.more["ready_s"] = Median(ready);
  result.more["records"] = static_cast<double>(folder.filled().records);
  result.more["fill_s"] = folder.filled().seconds;
  return result;
}

}  // namespace

void Restart(const Options& options, const std::function<void(const Result&)>& give) {
  for (const size_t trajecten : SizesOf(options)) give(RestartWith(options, trajecten));
}

Result DevStart(const Options& options) {
  Result result("dev_start", "s", options.runs, "the same program saying its version, s");
  std::vector<double> starts, versions, cpu;
  for (int run = 0; run < options.runs; ++run) {
    const TemporaryFolder folder;
    const Stopwatch watch;
    const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path() + "/data");
    starts.push_back(watch.Seconds());
    cpu.push_back(1e3 * server->CpuSeconds());
    const Stopwatch version;
    OVERDRACHT_CHECK(std::system(("'" + options.server + "' --version > /dev/null").c_str()) == 0, "a program without a version");
    versions.push_back(version.Seconds());
  }
  Summarize(starts, versions, cpu, &result);
  return result;
}

}  // namespace overdracht::bench
