// takeover: one partition with so many running trajecten, owned by one workflow service and followed by another. The owner is killed
// (kill -9), and at the same moment a report is made: until its answer, that it is accepted. The killed one comes back before the next
// time. Beside it: how long the broker waits for a sign of life before it gives the partition to somebody else, which nobody gets around.

#include <algorithm>

#include "services/workflow/kafka/membership.h"
#include "tests/bench/bench.h"
#include "tests/bench/caller.h"
#include "tests/bench/kafka_region.h"

namespace overdracht::bench {
namespace {

constexpr size_t kTrajecten = 100'000;
constexpr char kRoles[] = "zwgcp";

}  // namespace

Result TakeOver(const Options& options) {
  Result result("takeover", "s", options.runs, "until the broker gives the partition to another, s");
  const auto trajecten = static_cast<size_t>(std::max(100.0, kTrajecten * options.scale));
  const PopulatedFolder folder(options, trajecten);
  // Whose client it is that something is reported about.
  const Client client = ClientOf(folder.population(), 0);
  std::vector<std::string> organisations;
  for (const char* role = kRoles; *role != '\0'; ++role) organisations.push_back(client.Organisation(*role));
  KafkaRegion region(options.server, 1, organisations);
  region.CopyJournal(folder.path(), 0);
  for (size_t which = 0; which < KafkaRegion::kWorkflowServices; ++which) region.StartWorkflow(which);
  region.StartPartner(client.Organisation('z'));
  Caller caller(region.AddressOf(client.Organisation('z')));

  std::vector<double> took;
  // The first two are not counted: each service reads the whole journal once in its life.
  for (int run = -2; run < options.runs; ++run) {
    const size_t owner = region.OwnerOf(0);
    caller.ReportAndWait(ContactJson(folder.population(), client));
    const Stopwatch watch;
    region.KillWorkflow(owner);
    caller.ReportAndWait(ContactJson(folder.population(), client));
    if (run >= 0) took.push_back(watch.Seconds());
    region.StartWorkflow(owner);
  }
  result.value = Median(took);
  result.spread = Spread(took);
  result.baseline_value = absl::ToDoubleSeconds(workflow::Membership::Options().session);
  result.p50_ms = 1e3 * result.value;
  result.p99_ms = 1e3 * Percentile(took, 99);
  result.more["trajecten"] = static_cast<double>(trajecten);
  return result;
}

}  // namespace overdracht::bench
