// The second half of the loop: what was decided is appended, answered and projected; or not, and then the state goes back to what is
// durable.
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <set>
#include <utility>

#include "services/workflow/failpoint.h"
#include "services/workflow/loop.h"

namespace overdracht::workflow {

std::string CachePath(const std::string& data) { return data + "/cache.db"; }

namespace {

std::string UnreadablePath(const std::string& data) { return data + "/unreadable.db"; }

}  // namespace

absl::Status Loop::CommitIfFull(size_t more) {
  return batch_ && batch_->size() + more >= options_.most_bytes_per_batch ? Commit() : absl::OkStatus();
}

absl::Status Loop::Commit() {
  if (unreadable_ != nullptr) {
    if (absl::Status status = unreadable_->Commit(); !status.ok()) return WithoutDamagedUnreadable(status);
  }
  const log::Tip before = owner_->tip();
  if (batch_) {
    if (absl::Status status = Append(); !status.ok()) return status;
    figures_->AddBatch(records_.all());
  }
  for (Pending& pending : pending_) {
    Failpoint("answer");
    figures_->AddAnswer(pending.answer);
    pending.done(std::move(pending.answer));
  }
  for (auto& [done, clock] : advanced_) done(clock);
  pending_.clear();
  advanced_.clear();
  figures_->Decided(input_to_);
  if (!records_.empty()) Failpoint("project");
  if (options_.outboxes != nullptr) options_.outboxes->Tell(owner_->tip().number, owner_->tip().hash, records_.all());
  if (records_.empty()) return absl::OkStatus();
  std::set<std::string> told;
  absl::Status status = partition_->Project(before, owner_->tip(), records_.all(), options_.told ? &told : nullptr);
  records_.Clear();
  if (!status.ok()) return status;
  for (const std::string& organisation : told) options_.told(organisation);
  return status;
}

absl::Status Loop::Append() {
  batch_->set_input_to(input_to_);
  stuck_ = batch_->Finish();
  batch_.reset();
  note_input_at_ = absl::InfiniteFuture();
  if (options_.outboxes != nullptr) {
    if (absl::Status status = options_.outboxes->Settle(); !status.ok()) return status;
  }
  Failpoint("append");
  const absl::Time offered = absl::Now();
  if (absl::Status status = owner_->Append(stuck_); !status.ok()) return status;
  figures_->AddCommit(absl::Now() - offered);
  stuck_.clear();
  return absl::OkStatus();
}

// Input that left no record: else whoever takes over would decide it once more, and its senders hear of it twice.
absl::Status Loop::NoteInput() {
  if (absl::Now() < note_input_at_) return absl::OkStatus();
  const log::Tip before = owner_->tip();
  batch_.emplace(owner_->Begin(input_to_, options_.machine_clock()));
  if (absl::Status status = Append(); !status.ok()) return status;
  return partition_->Project(before, owner_->tip(), {});
}

// Of the newest batch with records: whoever owned the journal before may not have come to it.
absl::Status Loop::TellAgain() {
  const uint64_t last = owner_->tip().last_record;
  if (options_.outboxes == nullptr || last == 0) return absl::OkStatus();
  return partition_->ReadBatchOf(last, journal_, [this](const log::Tip& at, const log::Batch& batch) {
    engine::Records records;
    for (const log::StoredRecord& stored : batch.records) {
      if (!records.Add()->ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size()))) {
        return absl::DataLossError(absl::StrCat("record ", stored.number, " cannot be read"));
      }
    }
    options_.outboxes->Tell(at.number, at.hash, records.all());
    return absl::OkStatus();
  });
}

// The open batch does not go on: its callers are told, and the state goes back to what is durable.
void Loop::Abandon(const absl::Status& why) {
  for (Pending& pending : pending_) {
    if (pending.order) pending.order->broken = true;
    pending.done(why);
  }
  for (auto& [done, clock] : advanced_) done(why);
  pending_.clear();
  advanced_.clear();
  records_.Clear();
  batch_.reset();
  if (unreadable_ != nullptr) unreadable_->Rollback();
  if (options_.outboxes != nullptr) return Halt(WithoutDamagedCache(why));  // the input is read again by whoever takes over
  if (!stuck_.empty()) {
    stuck_why_ = why;
    next_try_ = absl::Now() + options_.try_again;
    if (!absl::IsResourceExhausted(why) && !absl::IsUnavailable(why)) return Halt(why);
  } else if (absl::IsDataLoss(why)) {
    // The cache is damaged.
    partition_.reset();
    if (absl::Status status = Cache::Drop(CachePath(options_.data)); !status.ok()) return Halt(status);
  }
  if (absl::Status status = Rebuild(); !status.ok()) Halt(status);
}

void Loop::TryStuckBatch() {
  if (stuck_.empty() || !halted_.ok() || absl::Now() < next_try_) return;
  next_try_ = absl::Now() + options_.try_again;
  const absl::Status status = owner_->Append(stuck_);
  if (status.ok()) {
    stuck_.clear();
    // Fold it as a restart would.
    if (absl::Status read = partition_->CatchUp(journal_); !read.ok()) return Abandon(read);
    journaled_clock_us_ = partition_->clock_us();
    if (options_.told) options_.told("");
    return;
  }
  stuck_why_ = status;
  if (!absl::IsResourceExhausted(status) && !absl::IsUnavailable(status)) Halt(status);
}

void Loop::CheckpointSometimes() {
  if (!halted_.ok() || partition_->AtCheckpoint() || absl::Now() < next_checkpoint_) return;
  next_checkpoint_ = absl::Now() + options_.checkpoint_every;
  if (absl::Status status = partition_->CheckpointUnlessBusy(); !status.ok()) Abandon(status);
}

// What the last round wrote down, in a round that it did not take up already.
void Loop::MoveCheckpointOn() {
  if (!halted_.ok()) return;
  if (absl::Status status = partition_->MoveCheckpointOn(); !status.ok()) Abandon(status);
}

absl::Status Loop::Rebuild() {
  if (options_.make_watch) watch_ = options_.make_watch();
  PartitionLimits limits = options_.partition;
  for (;;) {
    partition_.reset();  // one connection a file
    absl::StatusOr<std::unique_ptr<Partition>> partition = Partition::Open(CachePath(options_.data), journal_, limits);
    if (partition.ok()) {
      partition_ = *std::move(partition);
      journaled_clock_us_ = partition_->clock_us();
      return absl::OkStatus();
    }
    // A cache that cannot be written: make do with memory, as far as it goes.
    limits.records_per_checkpoint *= 2;
    if (!absl::IsResourceExhausted(partition.status()) || limits.records_per_checkpoint > limits.most_records_behind)
      return partition.status();
  }
}

absl::Status Loop::WithoutDamagedCache(const absl::Status& why) {
  // A batch that is stuck is the journal's matter.
  if (partition_ == nullptr || !partition_->damaged() || !stuck_.empty()) return why;
  partition_.reset();
  absl::Status dropped = Cache::Drop(CachePath(options_.data));
  return dropped.ok() ? absl::UnavailableError(absl::StrCat("the cache was damaged, and is made anew: ", why.message())) : dropped;
}

absl::Status Loop::OpenUnreadable() {
  absl::StatusOr<std::unique_ptr<Unreadable>> unreadable = Unreadable::Open(UnreadablePath(options_.data), options_.machine_clock());
  if (!unreadable.ok()) return unreadable.status();
  unreadable_ = *std::move(unreadable);
  return absl::OkStatus();
}

absl::Status Loop::WithoutDamagedUnreadable(const absl::Status& why) {
  if (!absl::IsDataLoss(why)) return why;
  unreadable_.reset();
  absl::Status anew = Unreadable::Drop(UnreadablePath(options_.data));
  if (anew.ok()) anew = OpenUnreadable();
  return anew.ok() ? absl::UnavailableError(absl::StrCat("unreadable.db was damaged, and is made anew; send again (", why.message(), ")"))
                   : log::NotTheJournal(anew);
}

void Loop::Halt(absl::Status why) { halted_ = std::move(why); }

}  // namespace overdracht::workflow
