#include "services/storage/wal.h"

#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace overdracht::storage {
namespace {

// Some 2.5 MB: copied in a few milliseconds.
constexpr int kLongWal = 600;
constexpr char kNoHeader[32] = {};  // in the place of a WAL's: nothing follows that counts

absl::Status NotConfirmed() { return absl::DataLossError("the disk did not confirm what was written"); }

}  // namespace

absl::StatusOr<std::unique_ptr<WalMover>> WalMover::Open(const std::string& path, Database* database) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const int wal = open((path + "-wal").c_str(), O_RDWR | O_CLOEXEC);
  std::unique_ptr<WalMover> mover(new WalMover(database, file, wal));
  if (file < 0 || wal < 0) return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
  if (absl::Status status = database->Execute("PRAGMA synchronous=OFF"); !status.ok()) return status;
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
  // Closing moves the rest, and syncs it.
  if (database_.InTransaction()) (void)database_.Execute("ROLLBACK");
  (void)database_.Execute("PRAGMA synchronous=NORMAL");
  for (int file : {file_, wal_}) {
    if (file >= 0) close(file);
  }
}

bool WalMover::Busy() const { return written_.valid() && written_.wait_for(std::chrono::seconds(0)) != std::future_status::ready; }

absl::Status WalMover::Wait() { return !written_.valid() || written_.get() ? absl::OkStatus() : NotConfirmed(); }

absl::Status WalMover::MoveWhenLong() {
  if (pages_ < kLongWal || Busy() || database_.InTransaction()) return absl::OkStatus();
  if (absl::Status status = Wait(); !status.ok()) return status;
  pages_ = 0;
  if (fdatasync(wal_) != 0) return NotConfirmed();
  int pages = 0, moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.connection(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
  if (code != SQLITE_OK || moved != pages) return absl::OkStatus();
  written_ = std::async(std::launch::async, [file = file_, wal = wal_] {
    return fdatasync(file) == 0 && pwrite(wal, kNoHeader, sizeof kNoHeader, 0) == sizeof kNoHeader && fdatasync(wal) == 0;
  });
  return absl::OkStatus();
}

}  // namespace overdracht::storage
