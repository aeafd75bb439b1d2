// The EventLog in one SQLite file, for everything in one process: one row a batch, offsets 1, 2, … without gaps.
//
// Append lets in nothing but what counts, so a row that does not count, or a gap, is damage: DATA_LOSS with its offset.
// The caller holds the folder (folder_lock.h). Safe from several threads; a reader holds nobody up while it visits.
#ifndef OVERDRACHT_SERVICES_LOG_EMBEDDED_EMBEDDED_LOG_H_
#define OVERDRACHT_SERVICES_LOG_EMBEDDED_EMBEDDED_LOG_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <memory>
#include <string>
#include <vector>

#include "services/log/embedded/sqlite.h"
#include "services/log/event_log.h"

namespace overdracht::log {

// What stands in the file as its user_version (0: written before there was one, the same as 1). Raised with every change after which an
// older program would not fold what a newer one wrote: bytes of a batch, or a kind of record or effect that it does not know
// (docs/formats.md).
inline constexpr uint64_t kJournalFormat = 1;

class EmbeddedLog : public EventLog {
 public:
  // Makes the file where it is not there. Checks the last batch, not those before it: Read does. FAILED_PRECONDITION: of a newer format.
  static absl::StatusOr<std::unique_ptr<EmbeddedLog>> Open(const std::string& path);

  absl::StatusOr<Tip> Append(const Tip& tip, absl::string_view batch) override;
  absl::Status Read(const Tip& tip, Visit visit) override;
  bool Wait(const Tip& tip, absl::Duration timeout) override;

  // Where the log ends now.
  Tip tip();

 private:
  // Rows that are read together: where each begins in the bytes of all of them, so that a reader's memory is taken once.
  struct Rows {
    std::vector<std::pair<uint64_t, size_t>> begins;  // offset, place in bytes
    std::string bytes;
  };

  EmbeddedLog(Sqlite database, Statement insert, Statement read_from, Statement hash_at, Statement last)
      : database_(std::move(database)),
        insert_(std::move(insert)),
        read_from_(std::move(read_from)),
        hash_at_(std::move(hash_at)),
        last_(std::move(last)) {}

  static absl::Status CheckFormat(Sqlite* database, const std::string& path);
  absl::Status FindTip() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckHolds(const Tip& tip) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The rows from `offset` on, until they have `bytes` together; none at the end. `rows` is reused.
  absl::Status ReadRows(uint64_t offset, size_t bytes, Rows* rows) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  Sqlite database_ ABSL_GUARDED_BY(mutex_);
  Statement insert_ ABSL_GUARDED_BY(mutex_);
  Statement read_from_ ABSL_GUARDED_BY(mutex_);
  Statement hash_at_ ABSL_GUARDED_BY(mutex_);
  Statement last_ ABSL_GUARDED_BY(mutex_);
  Tip tip_ ABSL_GUARDED_BY(mutex_);
  Batch appended_ ABSL_GUARDED_BY(mutex_);  // kept for its memory
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_EMBEDDED_EMBEDDED_LOG_H_
