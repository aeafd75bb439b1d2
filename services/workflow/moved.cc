#include "services/workflow/moved.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

namespace overdracht::workflow {
namespace {

absl::Status Parse(const log::StoredRecord& stored, journal::v1::Record* record) {
  if (record->ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size()))) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("record ", stored.number, " cannot be read"));
}

// By the journal alone: most journals were never moved, and a start is not to depend on more of its cache.
absl::StatusOr<bool> BeganWithAMove(log::EventLog* journal) {
  bool moved = false;
  const absl::Status read = journal->Read({}, [&](const log::Tip&, const log::Batch& batch) {
    moved = absl::EndsWith(batch.decided_by, kMover);
    return absl::CancelledError();
  });
  if (read.ok() || absl::IsCancelled(read)) return moved;
  return read;
}

}  // namespace

absl::Status HoldToMoved(Partition* partition, log::EventLog* journal) {
  const log::Tip& tip = partition->tip();
  // A move is the first epoch. Who took over after it has looked.
  if (tip.epoch != 1) return absl::OkStatus();
  const absl::StatusOr<bool> moved = BeganWithAMove(journal);
  if (!moved.ok()) return moved.status();
  if (!*moved) return absl::OkStatus();
  journal::v1::Record last;
  if (tip.last_record > 0) {
    const absl::Status read = partition->ReadBatchOf(
        tip.last_record, journal, [&](const log::Tip&, const log::Batch& batch) { return Parse(batch.records.back(), &last); });
    if (!read.ok() || last.moved().complete()) return read;
  }
  return absl::FailedPreconditionError(
      absl::StrCat("expected a region that was moved here to be whole, but it ends at record ", tip.last_record,
                   ": it is being moved now, or that was broken off, and then its topics are to be deleted and it is to be moved again"));
}

}  // namespace overdracht::workflow
