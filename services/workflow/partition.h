// STATE CHANGES here: what the service knows of its partition. It is the fold of the journal and nothing else.
//
//   trajecten    the hot ones in memory (bounded), the rest in the state table of the cache
//   timers       when each traject's earliest timer runs out: the next ones in memory, the rest in the cache
//   outboxes     which records tell an organisation something (the notices themselves are read from the journal)
//   workflows    what was deployed
//   clock        the latest moment at which anything was decided
//
// Open folds what the journal holds behind the cache. Used by the loop's thread only.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_PARTITION_H_
#define OVERDRACHT_SERVICES_WORKFLOW_PARTITION_H_

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "services/base/time.h"
#include "services/chart/workflow.h"
#include "services/engine/engine.h"
#include "services/engine/records.h"
#include "services/log/event_log.h"
#include "services/workflow/cache.h"

namespace overdracht::workflow {

struct PartitionLimits {
  // Trajecten kept in memory.
  size_t hot_trajecten = 8192;
  // A checkpoint is made after so many records, or trajecten that they changed, at the latest: a start folds the records, and the loop
  // stands still while the trajecten are written.
  uint64_t records_per_checkpoint = 20'000;
  size_t changed_per_checkpoint = 256;
  // Timers that are looked up at once.
  size_t timers_at_once = 2'000;
  // With so many records behind the last checkpoint, because the cache cannot be written, nothing more should be taken in.
  uint64_t most_records_behind = 400'000;
};

class Partition {
 public:
  // The state at the end of the journal. DATA_LOSS with the place where the journal is not whole, or when the cache knows more than it; a
  // damaged cache is made anew.
  static absl::StatusOr<std::unique_ptr<Partition>> Open(const std::string& cache_path, log::EventLog* journal,
                                                         const PartitionLimits& limits);

  // The traject, or null when nobody started it. Good until the next call. DATA_LOSS: the cache is damaged.
  absl::StatusOr<engine::TrajectState*> Find(absl::string_view id);
  // The same, but an empty one where there is none. It stays only if Changed finds it started.
  absl::StatusOr<engine::TrajectState*> FindOrMake(absl::string_view id);
  // After every decision on the traject.
  void Changed(absl::string_view id);

  // The earliest timer, where LookAhead has looked it up; the view is good until the next Changed.
  struct Due {
    base::Micros at_us = 0;
    absl::string_view traject;
  };
  std::optional<Due> NextDue() const;
  // Looks up some more. The others, however many, stay in the cache.
  absl::Status LookAhead();
  // No timer runs out before this moment.
  base::Micros QuietUntil() const { return timers_.empty() ? looked_until_us_ : std::min(timers_.begin()->first, looked_until_us_); }

  base::Micros clock_us() const { return clock_us_; }
  void ClockReached(base::Micros moment) { clock_us_ = std::max(clock_us_, moment); }

  // Never null, and never changed once it was given out.
  std::shared_ptr<const chart::Workflows> workflows() const { return workflows_; }
  absl::Status Deploy(uint64_t record, const journal::v1::DefinitionDeployed& deployed);

  // What follows once a batch of this service counts: outbox index, checkpoint when one is due. `before`: the tip that it was made behind.
  // `told`, where it is given: adds the organisations in whose outbox something new stands.
  absl::Status Project(const log::Tip& before, const log::Tip& tip, const std::vector<journal::v1::Record*>& records,
                       std::set<std::string>* told = nullptr);
  // Folds and projects a batch as it stands in the journal, behind tip(); or all that are there. `others`, where it is given, is held while
  // the state changes, and not while the journal lets it wait.
  absl::Status Follow(const log::Tip& at, const log::Batch& batch);
  absl::Status CatchUp(log::EventLog* journal, absl::Mutex* others = nullptr);

  // Makes the cache stand at the tip. After an error the partition must be opened anew.
  absl::Status Checkpoint();
  // The same, but not while it would have to wait for the disk.
  absl::Status CheckpointUnlessBusy() { return cache_->Busy() ? absl::OkStatus() : Checkpoint(); }
  // The second half of a checkpoint, which can wait for another round: see Cache. Does nothing when a batch was projected meanwhile.
  absl::Status MoveCheckpointOn() { return Noted(cache_->MoveOn()); }
  // For a snapshot, as Cache says. Pages that wait are copied with the next checkpoint.
  absl::StatusOr<std::optional<CachedAt>> CopyOn(const std::string& path, int pages) { return cache_->CopyOn(path, pages); }
  bool CopyWaits() const { return cache_->CopyWaits(); }
  void EndCopy() { cache_->EndCopy(); }
  bool AtCheckpoint() const { return tip_ == checkpoint_; }
  // Something of the cache is lost or cannot be read: the partition must be opened anew, without it. DATA_LOSS says so then, and nothing of
  // the journal.
  bool damaged() const { return damaged_; }
  // So it is, for this reason: DATA_LOSS.
  absl::Status Damaged(absl::string_view why);
  bool Overfull() const { return tip_.last_record - checkpoint_.last_record > limits_.most_records_behind; }

  // The last batch that is part of the state.
  const log::Tip& tip() const { return tip_; }

  size_t hot() const { return hot_.size(); }

  // For lists: the ids of started trajecten after `after`, sorted, at most `limit`.
  absl::StatusOr<std::vector<std::string>> Ids(absl::string_view after, int limit);
  absl::StatusOr<std::vector<OutboxEntry>> Outbox(absl::string_view organisation, uint64_t from_record, bool answers, int limit);
  // The last record of an outbox that has some.
  absl::StatusOr<uint64_t> LastOfOutbox(absl::string_view organisation) { return Noted(cache_->LastOfOutbox(organisation)); }
  absl::StatusOr<std::optional<log::Tip>> TipBefore(uint64_t record) { return Noted(cache_->TipBefore(record)); }
  // The batch that holds a record which is there, from the journal. Fails as `visit` and the journal do; UNAVAILABLE: it cannot be seen
  // now.
  absl::Status ReadBatchOf(uint64_t record, log::EventLog* journal, log::EventLog::Visit visit);

 private:
  struct Hot {
    engine::TrajectState state;
    std::optional<base::Micros> due;  // in timers_ where it is looked up
    bool dirty = false;
    std::list<std::string>::iterator used;
  };
  // In the order in which they fire. Not that of the cache, whose bytes have no sign: of one moment all must be known before the first.
  using TimerKey = std::pair<base::Micros, std::array<signed char, 16>>;

  static TimerKey KeyOf(base::Micros due, absl::string_view id);
  bool LookedUp(base::Micros due, absl::string_view id) const { return std::tie(due, id) < std::tie(looked_until_us_, looked_until_id_); }

  Partition(std::unique_ptr<Cache> cache, const PartitionLimits& limits);
  absl::Status Load();
  absl::Status Fold(const log::StoredRecord& stored, const journal::v1::Record& record);
  absl::Status Noted(absl::Status done) {
    damaged_ |= absl::IsDataLoss(done);
    return done;
  }
  template <typename Read>
  absl::StatusOr<Read> Noted(absl::StatusOr<Read> read) {
    damaged_ |= absl::IsDataLoss(read.status());
    return read;
  }
  absl::Status WriteDirty();
  absl::Status Write(const std::string& id, Hot* hot);
  absl::Status MakeRoom();

  const PartitionLimits limits_;
  std::unique_ptr<Cache> cache_;
  engine::Records followed_;  // of the batch that is folded; kept for its memory
  log::Tip tip_;
  log::Tip checkpoint_;
  base::Micros clock_us_ = 0;
  bool damaged_ = false;
  absl::flat_hash_map<std::string, std::unique_ptr<Hot>> hot_;
  std::list<std::string> recent_;  // the hot ones, the one used last in front
  size_t dirty_ = 0;               // of the hot ones
  std::set<TimerKey> timers_;      // the earliest of each traject, as far as they are looked up
  // In the order of the cache. All before this moment are looked up, and of this moment those before this id.
  base::Micros looked_until_us_ = 0;
  std::string looked_until_id_;
  bool catching_up_ = false;
  std::shared_ptr<const chart::Workflows> workflows_;
};

// Whose report the record answers; empty: nobody's.
std::string ReporterOf(const journal::v1::Record& record);
// Who is told something by the record, and whose report it answers.
std::vector<std::pair<std::string, OutboxEntry>> OutboxEntriesOf(const journal::v1::Record& record);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_PARTITION_H_
