// decide: the reports of a handover decided one after the other, on one core: Decide (which applies each effect as it goes), and the record
// with its notices encoded and chained as it is stored. Against SHA-256 alone over the same bytes.

#include <algorithm>

#include "services/base/check.h"
#include "services/engine/engine.h"
#include "services/engine/records.h"
#include "services/log/batch.h"
#include "tests/bench/bench.h"
#include "tests/bench/handover.h"
#include "tests/support/region.h"

namespace overdracht::bench {
namespace {

constexpr int kHandoversInBatch = 64;

using Handover = std::array<event::v1::Event, kReports>;

// Decides all handovers; the batches that come of it.
std::vector<std::string> DecideAll(std::vector<Handover>* handovers, std::vector<double>* handover_ms) {
  const chart::Workflows& workflows = testing::ProjectWorkflows();
  std::vector<engine::TrajectState> states(handovers->size());  // kept, as a service does
  engine::Records records;
  std::vector<std::string> batches;
  log::BatchHeader header;
  header.first_record = 1;
  for (size_t first = 0; first < handovers->size(); first += kHandoversInBatch) {
    log::BatchWriter batch(header);
    for (size_t i = first; i < std::min(handovers->size(), first + kHandoversInBatch); ++i) {
      const Stopwatch watch;
      engine::TrajectState& state = states[i];
      base::Hash head{};
      for (event::v1::Event& event : (*handovers)[i]) {
        journal::v1::Record* const record = records.Add(batch.next_number(), event.time_us());
        record->set_traject(event.traject());
        record->set_allocated_event(new event::v1::Event(std::move(event)));  // as the loop does
        engine::Decide(workflows, &state, record);
        OVERDRACHT_CHECK(!record->has_refusal(), "a benchmark's report that is refused");
        head = batch.Add(record->traject(), head, [record](std::string* out) { record->AppendToString(out); });
        engine::SetHead(&state, base::Hasher::View(head));
      }
      handover_ms->push_back(1e3 * watch.Seconds());
    }
    header.first_record = batch.next_number();
    batches.push_back(batch.Finish());
    records.Clear();
  }
  return batches;
}

}  // namespace

Result Decide(const Options& options) {
  Result result("decide", "events/s", options.runs, "SHA-256 alone over the same bytes, events/s");
  std::vector<double> rates, baselines, cpu, handover_ms;
  const auto count = static_cast<size_t>(std::max(64.0, 10'000 * options.scale));
  double bytes = 0;
  for (int run = 0; run < options.runs; ++run) {
    std::vector<Handover> handovers;
    for (size_t n = 0; n < count; ++n) handovers.push_back(HandoverEvents(n, "2026-01-01T09:00:00Z"));
    const double events = kReports * static_cast<double>(count);
    const double cpu_before = CpuSeconds();
    const Stopwatch watch;
    const std::vector<std::string> batches = DecideAll(&handovers, &handover_ms);
    rates.push_back(events / watch.Seconds());
    cpu.push_back(1e3 * (CpuSeconds() - cpu_before) / events);
    const Stopwatch hashing;
    bytes = 0;
    for (const std::string& batch : batches) {
      base::Sha256(batch);
      bytes += static_cast<double>(batch.size());
    }
    baselines.push_back(events / hashing.Seconds());
    bytes /= events;
  }
  result.value = Median(rates);
  result.spread = Spread(rates);
  result.baseline_value = Median(baselines);
  result.p50_ms = Percentile(handover_ms, 50) / kReports;
  result.p99_ms = Percentile(handover_ms, 99) / kReports;
  result.cpu_ms_per_op = Median(cpu);
  result.more["journal_bytes_per_event"] = bytes;
  return result;
}

}  // namespace overdracht::bench
