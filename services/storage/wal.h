// Moves what was committed from the WAL into the file, as SQLite does by itself, but on the caller's thread only what is quick: the disk's
// word that the file is written, which may take long, is waited for on another.
//
//   Commit -> MoveWhenLong: the WAL is long? WAL to disk (one stretch), pages into the file (not to disk)
//          -> Busy: file to disk, WAL ended on the disk -> not Busy
//
// While it is Busy nothing may be committed: the next commit begins the WAL anew, and after a power cut what is not yet in the file must
// still stand there. A transaction may be open meanwhile, and be read.
//
// What SQLite would sync is synced here, so it runs with synchronous=OFF: with NORMAL the commit that begins the WAL anew waits until its
// new header is on the disk, as an old one must not be found before new pages. Here the old one is gone from the disk by then.
#ifndef OVERDRACHT_SERVICES_STORAGE_WAL_H_
#define OVERDRACHT_SERVICES_STORAGE_WAL_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <future>
#include <memory>
#include <string>

#include "services/storage/database.h"

namespace overdracht::storage {

class WalMover {
 public:
  // `database` has the file at `path` open, in WAL mode and locked for itself, and must outlive this. Sets how it syncs.
  static absl::StatusOr<std::unique_ptr<WalMover>> Open(const std::string& path, Database* database);
  ~WalMover();
  WalMover(const WalMover&) = delete;
  WalMover& operator=(const WalMover&) = delete;

  bool Busy() const;
  // Until it is not Busy. DATA_LOSS: the disk did not confirm what was written, so nobody knows what is there.
  absl::Status Wait();
  // Not while it is Busy or a transaction is open: then it does nothing. That the file cannot grow is no error: the WAL has everything, and
  // it is tried again after the next commit.
  absl::Status MoveWhenLong();

 private:
  WalMover(Database* database, int file, int wal) : database_(*database), file_(file), wal_(wal) {}

  Database& database_;
  const int file_, wal_;
  int pages_ = 0;  // of the WAL after the last commit
  std::future<bool> written_;
};

}  // namespace overdracht::storage

#endif  // OVERDRACHT_SERVICES_STORAGE_WAL_H_
