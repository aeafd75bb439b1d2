#include "services/workflow/unreadable.h"

#include "services/base/codes.h"
#include "services/base/limits.h"
#include "services/base/sha256.h"

namespace overdracht::workflow {
namespace {

constexpr base::Micros kKept = 30 * base::kDay;
constexpr base::Micros kForgetEvery = base::kDay / 24;
// Beyond this what comes in is kept as length and hash only, so that nobody fills the disk with nonsense.
constexpr int64_t kMostBytes = 256 << 20;

constexpr char kUnreadableSchema[] = R"sql(
CREATE TABLE IF NOT EXISTS unreadable(
  place INTEGER PRIMARY KEY AUTOINCREMENT, after_record INTEGER, received_us INTEGER, caller BLOB, reason BLOB, length INTEGER, sha256 BLOB, bytes BLOB);
CREATE INDEX IF NOT EXISTS received ON unreadable(received_us);
)sql";

}  // namespace

absl::StatusOr<std::unique_ptr<Unreadable>> Unreadable::Open(const std::string& path, base::Micros now) {
  absl::StatusOr<std::unique_ptr<Unreadable>> unreadable = OpenFile(path, now);
  if (!absl::IsDataLoss(unreadable.status())) return unreadable;
  // Not put aside: nobody would see to it that what stands in it is gone after 30 days.
  if (absl::Status status = Drop(path); !status.ok()) return status;
  return OpenFile(path, now);
}

absl::StatusOr<std::unique_ptr<Unreadable>> Unreadable::OpenFile(const std::string& path, base::Micros now) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(path);
  if (!database.ok()) return database.status();
  for (const char* sql : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", kUnreadableSchema}) {
    if (absl::Status status = (*database)->Execute(sql); !status.ok()) return status;
  }
  std::unique_ptr<Unreadable> unreadable(new Unreadable(*std::move(database)));
  const absl::Status prepared = unreadable->database_->Prepare({
      {&unreadable->add_, "INSERT INTO unreadable VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"},
      {&unreadable->forget_, "DELETE FROM unreadable WHERE received_us < ?"},
      {&unreadable->size_, "SELECT COALESCE(SUM(LENGTH(bytes)), 0) FROM unreadable"},
  });
  if (!prepared.ok()) return prepared;
  if (absl::Status status = unreadable->Forget(now); !status.ok()) return status;
  return unreadable;
}

absl::Status Unreadable::Forget(base::Micros now) {
  forgot_at_ = now;
  if (absl::Status status = forget_.Reset().Bind(now - kKept).Run(); !status.ok()) return status;
  const absl::StatusOr<bool> row = size_.Reset().Step();
  if (!row.ok()) return row.status();
  stored_bytes_ = size_.Integer(0);
  size_.Reset();
  return absl::OkStatus();
}

absl::Status Unreadable::Add(base::Micros now, uint64_t after_record, absl::string_view caller, const journal::v1::Refusal& refusal,
                             absl::string_view bytes) {
  if (!database_->InTransaction()) {
    if (absl::Status status = database_->Execute("BEGIN"); !status.ok()) return status;
  }
  if (now - forgot_at_ > kForgetEvery) {
    if (absl::Status status = Forget(now); !status.ok()) return status;
  }
  const base::Hash hash = base::Sha256(bytes);
  const absl::string_view kept = stored_bytes_ + static_cast<int64_t>(bytes.size()) > kMostBytes ? absl::string_view() : bytes;
  stored_bytes_ += static_cast<int64_t>(kept.size());
  return add_.Reset()
      .Bind(static_cast<int64_t>(after_record))
      .Bind(now)
      .Bind(caller)
      .Bind(base::Code(refusal.reason()))
      .Bind(static_cast<int64_t>(bytes.size()))
      .Bind(base::Hasher::View(hash))
      .Bind(kept)
      .Run();
}

absl::Status Unreadable::Commit() { return database_->InTransaction() ? database_->Execute("COMMIT") : absl::OkStatus(); }

void Unreadable::Rollback() {
  if (database_->InTransaction()) (void)database_->Execute("ROLLBACK");
}

}  // namespace overdracht::workflow
