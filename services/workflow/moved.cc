#include "services/workflow/moved.h"

#include <absl/strings/str_cat.h>

namespace overdracht::workflow {
namespace {

absl::Status Parse(const log::StoredRecord& stored, journal::v1::Record* record) {
  if (record->ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size()))) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("record ", stored.number, " cannot be read"));
}

// By the journal alone: most journals were never moved, and a start is not to depend on more of its cache.
absl::Status ReadFirst(log::EventLog* journal, journal::v1::Record* record) {
  absl::Status parsed;
  const absl::Status read = journal->Read({}, [&](const log::Tip&, const log::Batch& batch) {
    if (batch.records.empty()) return absl::OkStatus();
    parsed = Parse(batch.records.front(), record);
    return absl::CancelledError();
  });
  return absl::IsCancelled(read) ? parsed : read;
}

}  // namespace

absl::Status HoldToMoved(Partition* partition, log::EventLog* journal) {
  const log::Tip& tip = partition->tip();
  // A move is the first epoch. Who took over after it has looked.
  if (tip.epoch != 1 || tip.last_record == 0) return absl::OkStatus();
  journal::v1::Record first, last;
  if (absl::Status read = ReadFirst(journal, &first); !read.ok()) return read;
  if (!first.has_moved()) return absl::OkStatus();
  const absl::Status read = partition->ReadBatchOf(
      tip.last_record, journal, [&](const log::Tip&, const log::Batch& batch) { return Parse(batch.records.back(), &last); });
  if (!read.ok() || last.moved().complete()) return read;
  return absl::FailedPreconditionError(
      absl::StrCat("expected a region that was moved here to be whole, but it ends at record ", tip.last_record,
                   ": it is being moved now, or that was broken off, and then its topics are to be deleted and it is to be moved again"));
}

}  // namespace overdracht::workflow
