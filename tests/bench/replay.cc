// replay: a journal of handovers read from the embedded log and folded as `audit replay` does it: every hash and chain checked, every
// record parsed (without its notices, which are no part of a state) and applied. Against SHA-256 alone over the same bytes.

#include "services/audit/replay.h"

#include <algorithm>
#include <filesystem>

#include "services/base/check.h"
#include "services/engine/engine.h"
#include "services/log/embedded/embedded_log.h"
#include "services/log/owner.h"
#include "tests/bench/bench.h"
#include "tests/bench/handover.h"
#include "tests/support/region.h"

namespace overdracht::bench {
namespace {

constexpr int kHandoversInBatch = 64;

void WriteJournal(log::EventLog* log, size_t handovers) {
  const chart::Workflows& workflows = testing::ProjectWorkflows();
  auto owner = log::Owner::TakeOver(log, log::Tip{}, 0, 0, "bench", [](const log::Tip&, const log::Batch&) { return absl::OkStatus(); });
  OVERDRACHT_CHECK(owner.ok(), "a new journal that cannot be taken over");
  for (size_t first = 0; first < handovers; first += kHandoversInBatch) {
    log::BatchWriter batch = (*owner)->Begin((*owner)->tip().input_to, 0);
    for (size_t n = first; n < std::min(handovers, first + kHandoversInBatch); ++n) {
      engine::TrajectState state;
      base::Hash head{};
      for (event::v1::Event& event : HandoverEvents(n, "2026-01-01T09:00:00Z")) {
        journal::v1::Record record;
        record.set_number(batch.next_number());
        record.set_traject(event.traject());
        record.set_time_us(event.time_us());
        *record.mutable_event() = std::move(event);
        engine::Decide(workflows, &state, &record);
        head = batch.Add(record.traject(), head, record.SerializeAsString());
      }
    }
    OVERDRACHT_CHECK((*owner)->Append(batch.Finish()).ok(), "a batch that the journal does not take");
  }
}

}  // namespace

Result Replay(const Options& options) {
  Result result("replay", "records/s", options.runs, "SHA-256 alone over the same bytes, records/s");
  const auto count = static_cast<size_t>(std::max(64.0, 20'000 * options.scale));
  const auto folder = std::filesystem::temp_directory_path() / ("overdracht-bench-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  auto log = log::EmbeddedLog::Open(folder / "journal.db");
  OVERDRACHT_CHECK(log.ok(), "a journal that cannot be made");
  WriteJournal(log->get(), count);

  std::vector<double> rates, baselines, cpu;
  for (int run = 0; run < options.runs; ++run) {
    const double cpu_before = CpuSeconds();
    const Stopwatch watch;
    audit::Replayer replayer({});
    OVERDRACHT_CHECK(replayer.Follow(**log, 0).ok(), "a journal that cannot be replayed");
    const auto records = static_cast<double>(replayer.records());
    rates.push_back(records / watch.Seconds());
    cpu.push_back(1e3 * (CpuSeconds() - cpu_before) / records);
    OVERDRACHT_CHECK(replayer.Trajecten().size() == count, "trajecten that are missing after replay");

    double hashing = 0;
    OVERDRACHT_CHECK((*log)
                         ->Read(log::Tip{},
                                [&](const log::Tip&, const log::Batch& batch) {
                                  const Stopwatch hash;
                                  base::Sha256(batch.stored);
                                  hashing += hash.Seconds();
                                  return absl::OkStatus();
                                })
                         .ok(),
                     "a journal that cannot be read");
    baselines.push_back(records / hashing);
  }
  std::filesystem::remove_all(folder);
  result.value = Median(rates);
  result.spread = Spread(rates);
  result.baseline_value = Median(baselines);
  result.cpu_ms_per_op = Median(cpu);
  return result;
}

}  // namespace overdracht::bench
