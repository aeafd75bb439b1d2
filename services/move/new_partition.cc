#include "services/move/new_partition.h"

#include <absl/strings/str_cat.h>

#include <utility>

#include "services/workflow/moved.h"

namespace overdracht::move {
namespace {

// What a record takes beside its bytes: the batch's fields around it, and a larger number.
constexpr size_t kAroundARecord = 128;

}  // namespace

absl::StatusOr<std::unique_ptr<NewPartition>> NewPartition::TakeOver(Options options) {
  absl::StatusOr<std::unique_ptr<log::Owner>> owner =
      log::Owner::TakeOver(options.journal, {}, 0, options.machine_clock(), absl::StrCat(options.program, " ", workflow::kMover),
                           [](const log::Tip&, const log::Batch&) { return absl::OkStatus(); });
  if (!owner.ok()) return owner.status();
  if ((*owner)->tip().number != 1) return absl::FailedPreconditionError("expected an empty journal, but somebody has begun it");
  return std::unique_ptr<NewPartition>(new NewPartition(std::move(options), *std::move(owner)));
}

absl::Status NewPartition::Add(Unnumbered what) {
  if (batch_ && batch_->size() + what.rest.size() + kAroundARecord > options_.most_bytes_per_batch) {
    if (absl::Status committed = Commit(); !committed.ok()) return committed;
  }
  if (!batch_) batch_.emplace(owner_->Begin(0, options_.machine_clock()));
  const uint64_t number = batch_->next_number();
  const auto append = [&](std::string* bytes) { AppendNumbered(number, what.rest, bytes); };
  const std::string& traject = what.record->traject();
  if (traject.empty()) {
    batch_->Add({}, {}, append);
  } else {
    base::Hash& head = heads_[traject];
    head = batch_->Add(traject, head, append);
  }
  what.record->set_number(number);
  records_.push_back(std::move(what.record));
  return absl::OkStatus();
}

absl::Status NewPartition::Finish() {
  if (batch_) {
    if (absl::Status committed = Commit(); !committed.ok()) return committed;
  }
  return options_.outboxes->Settle();
}

absl::Status NewPartition::Commit() {
  const std::string batch = batch_->Finish();
  batch_.reset();
  if (absl::Status settled = options_.outboxes->Settle(); !settled.ok()) return settled;
  if (absl::Status appended = owner_->Append(batch); !appended.ok()) return appended;
  std::vector<journal::v1::Record*> records;
  for (const auto& record : records_) records.push_back(record.get());
  options_.outboxes->Tell(owner_->tip().number, owner_->tip().hash, records);
  records_.clear();
  return absl::OkStatus();
}

}  // namespace overdracht::move
