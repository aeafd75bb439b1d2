// A copy of a database that goes on being written: made piece by piece, between two transactions of its one connection (SQLite's online
// backup). What that connection commits meanwhile comes into the copy too, so that a whole one holds what was committed last.
//
// The copy is not synced; whoever keeps it syncs it.
#ifndef OVERDRACHT_SERVICES_STORAGE_COPY_H_
#define OVERDRACHT_SERVICES_STORAGE_COPY_H_

#include <absl/status/statusor.h>

#include <memory>
#include <string>

#include "services/storage/database.h"

namespace overdracht::storage {

class Copy {
 public:
  // Into a new file; one that is there is thrown away. `from` must outlive this.
  static absl::StatusOr<std::unique_ptr<Copy>> Begin(const std::string& path, Database* from);

  // So many pages more, of 4 KB; true: it is whole, and its file closed. While a transaction is open nothing happens. An error ends it.
  absl::StatusOr<bool> Continue(int pages);

 private:
  struct Finish {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
  };
  explicit Copy(std::unique_ptr<Database> to) : to_(std::move(to)) {}

  std::unique_ptr<Database> to_;
  std::unique_ptr<sqlite3_backup, Finish> backup_;  // gone before its databases are
};

}  // namespace overdracht::storage

#endif  // OVERDRACHT_SERVICES_STORAGE_COPY_H_
