// DIR/cache.db: the state table, the timer index, the outbox index and the definitions at some tip of the journal, so that a start need
// not read the journal from its beginning. Only a cache: deleting it costs the time of a start and nothing else.
//
// Everything since the last Commit is one open transaction that lives in memory: Commit makes it the file's with the tip that it belongs
// to, Rollback takes it back. So the file always holds the state at exactly one tip. Every row carries a check (8 bytes of SHA-256 over
// all that it says) that is looked at when it is read; DATA_LOSS means: drop the cache and fold the journal.
//
// Used by the loop's thread only.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_CACHE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_CACHE_H_

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/base/time.h"
#include "services/engine/engine.h"
#include "services/log/event_log.h"
#include "services/storage/copy.h"
#include "services/storage/database.h"
#include "services/storage/wal.h"

namespace overdracht::workflow {

using storage::Database;
using storage::Statement;

// Where the cache stands: the state is the fold of the journal up to and including `tip`.
struct CachedAt {
  log::Tip tip;
  base::Micros clock_us = 0;
};

// A record of which an organisation is told something, or (also) the answer to its own report.
struct OutboxEntry {
  uint64_t record = 0;
  bool notices = false;
  bool answer = false;
};

class Cache {
 public:
  // Opens the file, or makes it. A file of another version of the program, or one that SQLite cannot read, is thrown away first.
  static absl::StatusOr<std::unique_ptr<Cache>> Open(const std::string& path);
  // Whether the file is a cache that Open would not throw away.
  static bool IsThere(const std::string& path);
  // Throws the file away.
  static absl::Status Drop(const std::string& path);

  // Nothing: empty.
  absl::StatusOr<std::optional<CachedAt>> At();
  absl::Status Commit(const CachedAt& at);
  // Moves what was committed on into the file, when that is much. Only between Commit and the next change; a few milliseconds.
  absl::Status MoveOn() { return wal_->MoveWhenLong(); }
  // What was moved is still on its way to the disk: a Commit would wait for it.
  bool Busy() const { return wal_->Busy(); }
  void Rollback();

  // A copy of the file at `path`, for a snapshot, gets so many pages more (storage::Copy): now, or where changes are open with the next
  // Commit: until then they add up, to 1 MB. Another path begins another copy. What the copy holds once it is whole. An error, which ends
  // the copy, says nothing of the cache.
  absl::StatusOr<std::optional<CachedAt>> CopyOn(const std::string& path, int pages);
  // Pages wait for a Commit.
  bool CopyWaits() const { return copy_pages_ > 0; }
  void EndCopy();

  // Trajecten.
  absl::StatusOr<std::optional<engine::TrajectState>> ReadTraject(absl::string_view id);
  absl::Status WriteTraject(absl::string_view id, const engine::TrajectState& state, std::optional<base::Micros> due);
  // The ids after `after`, sorted.
  absl::StatusOr<std::vector<std::string>> ReadIds(absl::string_view after, int limit);
  // The trajecten whose earliest timer runs out then or later, the earliest first, those of one moment by id, from this id on; until
  // `visit` has enough of them (false).
  absl::Status ReadTimers(base::Micros from, absl::string_view from_id,
                          absl::FunctionRef<bool(absl::string_view id, base::Micros due)> visit);

  // Outboxes.
  absl::Status AddOutboxEntry(absl::string_view organisation, const OutboxEntry& entry);
  absl::StatusOr<std::vector<OutboxEntry>> ReadOutbox(absl::string_view organisation, uint64_t from_record, bool answers, int limit);
  // 0: it is empty.
  absl::StatusOr<uint64_t> LastOfOutbox(absl::string_view organisation);

  // Batches: where a record is found.
  absl::Status AddBatch(uint64_t first_record, const log::Tip& before);
  // The tip before the batch that holds the record.
  absl::StatusOr<std::optional<log::Tip>> TipBefore(uint64_t record);

  // Definitions, serialized, in the order in which they were deployed.
  absl::Status AddDefinition(uint64_t record, absl::string_view bytes);
  absl::StatusOr<std::vector<std::string>> ReadDefinitions();

 private:
  explicit Cache(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  absl::Status Prepare();
  absl::Status Begin();
  void CopySome(const std::optional<CachedAt>& at);

  std::unique_ptr<Database> database_;
  std::unique_ptr<storage::WalMover> wal_;
  Statement read_at_, write_at_, read_traject_, write_traject_, read_ids_, read_timers_, add_outbox_, read_outbox_, last_of_outbox_,
      add_batch_, read_batch_, add_definition_, read_definitions_;
  std::string copy_path_;
  int copy_pages_ = 0;
  absl::StatusOr<std::optional<CachedAt>> copied_ = std::nullopt;
  std::unique_ptr<storage::Copy> copy_;  // null: it is whole, or has failed, or there is none
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_CACHE_H_
