#include "services/storage/wal.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace overdracht::storage {
namespace {

// 4 MB: copied in a few milliseconds.
constexpr int kLongWal = 1000;

absl::Status NotConfirmed() { return absl::DataLossError("the disk did not confirm what was written"); }

}  // namespace

absl::StatusOr<std::unique_ptr<WalMover>> WalMover::Open(const std::string& path, Database* database) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const int wal = open((path + "-wal").c_str(), O_RDONLY | O_CLOEXEC);
  std::unique_ptr<WalMover> mover(new WalMover(database, file, wal));
  if (file < 0 || wal < 0) return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
  // In the place of SQLite's own hook, which would move it.
  sqlite3_wal_hook(
      database->connection(),
      [](void* pages, sqlite3*, const char*, int now) {
        *static_cast<int*>(pages) = now;
        return SQLITE_OK;
      },
      &mover->pages_);
  return mover;
}

WalMover::~WalMover() {
  (void)Wait();
  sqlite3_wal_hook(database_.connection(), nullptr, nullptr);
  for (int file : {file_, wal_}) {
    if (file >= 0) close(file);
  }
}

bool WalMover::Busy() const { return written_.valid() && written_.wait_for(std::chrono::seconds(0)) != std::future_status::ready; }

absl::Status WalMover::Wait() { return !written_.valid() || written_.get() ? absl::OkStatus() : NotConfirmed(); }

absl::Status WalMover::AfterCommit() {
  if (pages_ < kLongWal) return absl::OkStatus();
  if (fdatasync(wal_) != 0) return NotConfirmed();
  if (absl::Status status = database_.Execute("PRAGMA synchronous=OFF"); !status.ok()) return status;
  const int moved = sqlite3_wal_checkpoint_v2(database_.connection(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (absl::Status status = database_.Execute("PRAGMA synchronous=NORMAL"); !status.ok()) return status;
  if (moved == SQLITE_OK) written_ = std::async(std::launch::async, [file = file_] { return fdatasync(file) == 0; });
  return absl::OkStatus();
}

}  // namespace overdracht::storage
