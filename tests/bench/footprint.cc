// memory_per_traject: what a server holds more with ten times the trajecten, all of them idle, after the same reports on trajecten here
// and there (so that its caches are as full in both). Beside it: the bytes of a traject's state in the cache.
// disk_per_handover, disk_per_traject: what the files of a folder come to, of handovers and of the trajecten of tests/region. Beside it:
// the reports themselves as they came in.

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "services/base/check.h"
#include "services/storage/database.h"
#include "tests/bench/bench.h"
#include "tests/bench/caller.h"
#include "tests/bench/handover.h"

namespace overdracht::bench {
namespace {

constexpr size_t kInFlight = 64;

struct Held {
  double bytes = 0;
  double state_bytes = 0;  // of all trajecten, in the cache
};

Held Hold(const Options& options, size_t trajecten, size_t reports) {
  const TemporaryFolder folder;
  const Population population = PopulationOf(trajecten);
  Fill(folder.path(), population);
  Held held;
  {
    const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path());
    testing::Chance chance(1);
    Caller(server->address()).ReportAll(Contacts(population, reports, &chance), kInFlight);
    held.bytes = static_cast<double>(server->MemoryBytes());
  }
  auto cache = storage::Database::Open(folder.path() + "/cache.db");
  OVERDRACHT_CHECK(cache.ok(), "a cache that cannot be opened");
  auto sum = (*cache)->Prepare("SELECT sum(length(traject) + length(memory)) FROM trajecten");
  OVERDRACHT_CHECK(sum.ok() && sum->Step().ok(), "a cache that cannot be read");
  held.state_bytes = static_cast<double>(sum->Integer(0));
  return held;
}

double BytesIn(const std::string& folder) {
  double bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) bytes += static_cast<double>(file.file_size());
  return bytes;
}

void Run(const std::string& command) { OVERDRACHT_CHECK(std::system(command.c_str()) == 0, command); }

}  // namespace

Result MemoryPerTraject(const Options& options) {
  Result result("memory_per_traject", "bytes", options.runs, "its state on the disk, bytes");
  const auto few = static_cast<size_t>(std::max(200.0, 10'000 * options.scale));
  const auto reports = static_cast<size_t>(std::max(200.0, 20'000 * options.scale));
  std::vector<double> values;
  double fixed = 0;
  for (int run = 0; run < options.runs; ++run) {
    const Held less = Hold(options, few, reports), more = Hold(options, 10 * few, reports);
    values.push_back((more.bytes - less.bytes) / static_cast<double>(9 * few));
    result.baseline_value = more.state_bytes / static_cast<double>(10 * few);
    fixed = less.bytes;
  }
  result.value = Median(values);
  result.spread = Spread(values);
  result.more["fixed_bytes"] = fixed;
  result.more["trajecten"] = static_cast<double>(10 * few);
  return result;
}

Result DiskPerHandover(const Options& options) {
  Result result("disk_per_handover", "bytes", 1, "its reports in JSON, bytes");
  const auto count = static_cast<size_t>(std::max(64.0, 5'000 * options.scale));
  const TemporaryFolder folder;
  double sent = 0, empty = 0;
  { const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path()); }
  empty = BytesIn(folder.path());
  {
    const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path());
    Caller caller(server->address());
    std::array<std::vector<std::string>, kReports> reports;
    for (size_t n = 0; n < count; ++n) {
      auto events = HandoverJson(n, "2026-01-01T09:00:00Z");
      for (int i = 0; i < kReports; ++i) {
        sent += static_cast<double>(events[i].size());
        reports[i].push_back(std::move(events[i]));
      }
    }
    for (const std::vector<std::string>& all : reports) caller.ReportAll(all, kInFlight);
  }
  result.value = (BytesIn(folder.path()) - empty) / static_cast<double>(count);
  result.baseline_value = sent / static_cast<double>(count);
  result.more["journal_bytes"] =
      static_cast<double>(std::filesystem::file_size(folder.path() + "/journal.db")) / static_cast<double>(count);
  return result;
}

Result DiskPerTraject(const Options& options) {
  Result result("disk_per_traject", "bytes", 1, "its reports in JSON, bytes");
  const TemporaryFolder folder;
  const std::string data = folder.path() + "/data", lines = folder.path() + "/almelo-2017.jsonl", list = folder.path() + "/list";
  Run(absl::StrCat("xz -dc '" OVERDRACHT_SOURCE_DIR "/tests/region/almelo-2017.jsonl.xz' > '", lines, "'"));
  {
    const testing::ServerProcess server(
        {options.server, "dev", "--data", data, "--clock", "events", "--grpc-port", "0", "--http-port", "0"});
    const std::string here = absl::StrCat(" --server ", server.address(), " > /dev/null 2>&1");
    // Some of its lines are refused: 2.
    Run(absl::StrCat("'", options.server, "' publish '", lines, "'", here, "; [ $? = 2 ]"));
    Run(absl::StrCat("'", options.server, "' clock advance --to 2020-01-01T00:00:00Z", here));
    Run(absl::StrCat("'", options.server, "' traject list --json --server ", server.address(), " > '", list, "'"));
  }
  std::ifstream trajecten(list);
  const auto count = static_cast<double>(std::count(std::istreambuf_iterator<char>(trajecten), {}, '\n'));
  result.value = BytesIn(data) / count;
  result.baseline_value = static_cast<double>(std::filesystem::file_size(lines)) / count;
  result.more["journal_bytes"] = static_cast<double>(std::filesystem::file_size(data + "/journal.db")) / count;
  result.more["trajecten"] = count;
  return result;
}

}  // namespace overdracht::bench
