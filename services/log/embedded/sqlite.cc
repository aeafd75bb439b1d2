#include "services/log/embedded/sqlite.h"

#include <absl/strings/str_cat.h>
#include <sqlite3.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace overdracht::log {
namespace {

// About 4 MB of WAL: it is moved into the file by who appends, and that is to take milliseconds.
constexpr int kLongWal = 1000;

// After a sync that failed nobody knows what is on the disk, and a second one may say 'done' without doing it: end, and let the next start
// see what is there.
void EndIfSyncFailed(int code, absl::string_view message) {
  if (code != SQLITE_IOERR_FSYNC && code != SQLITE_IOERR_DIR_FSYNC) return;
  (void)std::fprintf(stderr, "journal: the disk did not confirm a write (%s); ending, as what it holds is not known\n",
                     std::string(message).c_str());
  std::abort();
}

absl::Status Failed(sqlite3* database) {
  const int code = sqlite3_extended_errcode(database);
  const std::string message = absl::StrCat("SQLite: ", sqlite3_errmsg(database), " (", code, ")");
  EndIfSyncFailed(code, message);
  const auto full = [&] {
    return absl::ResourceExhaustedError(
        absl::StrCat("expected room on the disk for the journal, but it is full or the file may not grow; nothing is lost: make room, and "
                     "send again what "
                     "was not answered (",
                     message, ")"));
  };
  switch (code & 0xff) {
    case SQLITE_FULL:
      return full();
    case SQLITE_IOERR:
      // A limit on the size of a file is seen as a write that failed.
      if (code == SQLITE_IOERR_WRITE) return full();
      return absl::DataLossError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::AlreadyExistsError(absl::StrCat(message, ": another program has the file open"));
    default:
      return absl::InternalError(message);
  }
}

}  // namespace

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::Bind(int parameter, uint64_t value) {
  sqlite3_bind_int64(statement_, parameter, static_cast<sqlite3_int64>(value));
  return *this;
}

Statement& Statement::Bind(int parameter, absl::string_view bytes) {
  sqlite3_bind_blob64(statement_, parameter, bytes.data(), bytes.size(), SQLITE_STATIC);
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return Failed(sqlite3_db_handle(statement_));
}

uint64_t Statement::Number(int column) const { return static_cast<uint64_t>(sqlite3_column_int64(statement_, column)); }

absl::string_view Statement::Bytes(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  return {static_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(statement_, column))};
}

void Statement::Reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Sqlite::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

absl::StatusOr<Sqlite> Sqlite::Open(const std::string& path) {
  // A file that reaches the limit of its size is to be an error like a full disk, not the end of the process.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Sqlite database(handle);
  if (code != SQLITE_OK) return Failed(handle);
  sqlite3_extended_result_codes(handle, 1);
  // Exclusive: the only connection there is, and no shared memory beside the file. Checkpoints are ours, so that their errors are seen.
  for (const char* setting : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                              "PRAGMA wal_autocheckpoint=0", "PRAGMA cache_size=-4096"}) {
    if (absl::Status status = database.Execute(setting); !status.ok()) return status;
  }
  sqlite3_wal_hook(
      handle,
      [](void* pages, sqlite3*, const char*, int now) {
        *static_cast<int*>(pages) = now;
        return SQLITE_OK;
      },
      database.wal_pages_.get());
  return database;
}

absl::Status Sqlite::Execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return Failed(database_.get());
  return absl::OkStatus();
}

absl::StatusOr<Statement> Sqlite::Prepare(absl::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Failed(database_.get());
  return Statement(statement);
}

void Sqlite::CheckpointWhenLong() {
  if (*wal_pages_ < kLongWal) return;
  const int code = sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK) EndIfSyncFailed(code, sqlite3_errmsg(database_.get()));
}

}  // namespace overdracht::log
