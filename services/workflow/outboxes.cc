#include "services/workflow/outboxes.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>

#include "services/workflow/partition.h"

namespace overdracht::workflow {
namespace {

std::string BatchName(uint64_t number, const base::Hash& hash) { return absl::StrCat("batch ", number, " (", base::Hex(hash), ")"); }

absl::Status Lost(const Told& told, absl::string_view but) {
  return absl::DataLossError(absl::StrCat("expected the journal to hold record ", told.record, " in ",
                                          BatchName(told.batch, told.batch_hash), ", as ", told.topic, " says at offset ", told.offset,
                                          ", but ", but,
                                          ": what organisations were told is lost; put the journal back from a copy that has it"));
}

}  // namespace

absl::Status HoldToTold(std::vector<Told> told, absl::Duration patience, Partition* partition, log::EventLog* journal) {
  std::sort(told.begin(), told.end(), [](const Told& a, const Told& b) { return a.record > b.record; });
  const absl::Time deadline = absl::Now() + patience;
  const log::Tip& tip = partition->tip();
  while (!told.empty() && told.front().record > tip.last_record) {
    const bool late = absl::Now() >= deadline;
    // That nothing came may also be as nobody answers: only a journal that can be read to its end has lost what is not there.
    journal->Wait(tip, std::max(deadline - absl::Now(), absl::ZeroDuration()));
    if (absl::Status followed = partition->CatchUp(journal); !followed.ok()) return followed;
    if (late && told.front().record > tip.last_record)
      return Lost(told.front(), absl::StrCat("it ends with record ", tip.last_record, ", in ", BatchName(tip.number, tip.hash)));
  }
  if (told.empty()) return absl::OkStatus();
  // The newest that is told of, and no other: its hash binds the batches before it, and whoever told of it had compared what was told of
  // those.
  return partition->ReadBatchOf(told.front().record, journal, [&](const log::Tip& at, const log::Batch& batch) -> absl::Status {
    for (const Told& each : told) {
      if (each.record < batch.first_record) break;
      if (each.batch_hash != at.hash) return Lost(each, absl::StrCat("it holds it in ", BatchName(at.number, at.hash)));
    }
    return absl::OkStatus();
  });
}

}  // namespace overdracht::workflow
