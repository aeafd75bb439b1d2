// The pure paths, each over the reports of a fixed number of handovers: what the script `instructions` runs under callgrind, to count how
// many instructions they take. Each is a function that is not inlined, by whose name callgrind finds it.

#include <string>
#include <vector>

#include "services/audit/replay.h"
#include "services/base/check.h"
#include "services/engine/engine.h"
#include "services/engine/records.h"
#include "services/log/batch.h"
#include "tests/bench/handover.h"
#include "tests/support/region.h"

namespace overdracht::bench {
namespace {

constexpr size_t kHandovers = 64;  // kReports each; the script knows how many reports that makes

using Handovers = std::vector<std::array<event::v1::Event, kReports>>;
using States = std::vector<engine::TrajectState>;

}  // namespace

// Decides every report. It is applied as it is decided.
extern "C" [[gnu::noinline]] void path_decide(Handovers* handovers, States* states, engine::Records* records) {
  const chart::Workflows& workflows = testing::ProjectWorkflows();
  for (size_t n = 0; n < handovers->size(); ++n) {
    for (event::v1::Event& event : (*handovers)[n]) {
      journal::v1::Record* const record = records->Add(records->size() + 1, event.time_us());
      record->set_traject(event.traject());
      record->set_allocated_event(new event::v1::Event(std::move(event)));  // as the loop does
      engine::Decide(workflows, &(*states)[n], record);
    }
  }
}

// Makes a batch of the records, as it is stored.
extern "C" [[gnu::noinline]] void path_encode(const engine::Records& records, std::string* stored) {
  log::BatchHeader header;
  header.first_record = 1;
  log::BatchWriter batch(header);
  base::Hash head{};
  for (const journal::v1::Record* record : records.all()) {
    if (record->event().has_trajecten_started()) head = base::Hash{};
    head = batch.Add(record->traject(), head, [record](std::string* bytes) { record->AppendToString(bytes); });
  }
  *stored = batch.Finish();
}

extern "C" [[gnu::noinline]] void path_release(engine::Records* records) { records->Clear(); }

// Reads a stored batch and checks its hashes.
extern "C" [[gnu::noinline]] void path_hash(const std::string& stored, log::Batch* batch) {
  OVERDRACHT_CHECK(!log::DecodeBatch(stored, batch), "a batch that cannot be read");
}

// Folds the records of a batch.
extern "C" [[gnu::noinline]] void path_apply(const log::Batch& batch, audit::Replayer* replayer) {
  OVERDRACHT_CHECK(replayer->Follow(0, batch).ok(), "a batch that cannot be folded");
}

}  // namespace overdracht::bench

int main() {
  using namespace overdracht;
  engine::Records records;
  log::Batch batch;
  // The script takes the last time: by then nothing is made that is made once only.
  for (int times = 0; times < 3; ++times) {
    bench::Handovers handovers;
    for (size_t n = 0; n < bench::kHandovers; ++n) handovers.push_back(bench::HandoverEvents(n, "2026-01-01T09:00:00Z"));
    bench::States states(handovers.size());
    std::string stored;
    audit::Replayer replayer({});
    bench::path_decide(&handovers, &states, &records);
    bench::path_encode(records, &stored);
    bench::path_release(&records);
    bench::path_hash(stored, &batch);
    bench::path_apply(batch, &replayer);
    OVERDRACHT_CHECK(replayer.Trajecten().back()->traject.SerializeAsString() == states.back().traject.SerializeAsString(),
                     "a fold that comes to another state than the decisions did");
  }
  return 0;
}
