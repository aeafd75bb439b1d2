#include "services/storage/copy.h"

namespace overdracht::storage {

absl::StatusOr<std::unique_ptr<Copy>> Copy::Begin(const std::string& path, Database* from) {
  if (absl::Status removed = Database::Remove(path); !removed.ok()) return removed;
  absl::StatusOr<std::unique_ptr<Database>> to = Database::Open(path);
  if (!to.ok()) return to.status();
  // A copy that is not finished is thrown away: nothing has to be taken back in it. Its pages go out as they come, not all at its end.
  for (const char* sql : {"PRAGMA journal_mode=OFF", "PRAGMA synchronous=OFF", "PRAGMA cache_size=-256"}) {
    if (absl::Status status = (*to)->Execute(sql); !status.ok()) return status;
  }
  std::unique_ptr<Copy> copy(new Copy(*std::move(to)));
  copy->backup_.reset(sqlite3_backup_init(copy->to_->connection(), "main", from->connection(), "main"));
  if (copy->backup_ == nullptr) return copy->to_->StatusOf(sqlite3_errcode(copy->to_->connection()));
  return copy;
}

absl::StatusOr<bool> Copy::Continue(int pages) {
  const int code = sqlite3_backup_step(backup_.get(), pages);
  if (code == SQLITE_OK || code == SQLITE_BUSY) return false;
  sqlite3_backup_finish(backup_.release());
  const absl::Status status = code == SQLITE_DONE ? absl::OkStatus() : to_->StatusOf(code);
  to_.reset();
  if (!status.ok()) return status;
  return true;
}

}  // namespace overdracht::storage
