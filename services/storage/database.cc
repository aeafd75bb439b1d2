#include "services/storage/database.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace overdracht::storage {
namespace {

absl::Status ToStatus(int code, sqlite3* connection) {
  const std::string message = absl::StrCat(sqlite3_db_filename(connection, nullptr), ": ", sqlite3_errmsg(connection));
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_IOERR:  // also a file that may not grow (EFBIG, EDQUOT)
      return absl::ResourceExhaustedError(
          absl::StrCat("expected room on the disk, but it is full or the file may not grow; make room (", message, ")"));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    default:
      return absl::InternalError(message);
  }
}

absl::StatusOr<int64_t> VersionOf(Database* database) {
  absl::StatusOr<Statement> read = database->Prepare("PRAGMA user_version");
  if (!read.ok()) return read.status();
  const absl::StatusOr<bool> row = read->Step();
  if (!row.ok()) return row.status();
  return read->Integer(0);
}

}  // namespace

Statement& Statement::Reset() {
  sqlite3_reset(statement_.get());
  bound_ = 0;
  return *this;
}

Statement& Statement::Bind(int64_t value) {
  sqlite3_bind_int64(statement_.get(), ++bound_, value);
  return *this;
}

Statement& Statement::Bind(absl::string_view bytes) {
  sqlite3_bind_blob64(statement_.get(), ++bound_, bytes.data() == nullptr ? "" : bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  sqlite3* const connection = sqlite3_db_handle(statement_.get());
  const absl::Status status = ToStatus(code, connection);
  sqlite3_reset(statement_.get());
  return status;
}

absl::Status Statement::Run() {
  const absl::StatusOr<bool> row = Step();
  sqlite3_reset(statement_.get());
  return row.status();
}

absl::string_view Statement::Bytes(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_.get(), column);
  return {static_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  auto database = std::make_unique<Database>();
  sqlite3* connection = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database->connection_.reset(connection);
  if (code != SQLITE_OK) return absl::UnavailableError(absl::StrCat(path, ": ", sqlite3_errstr(code)));
  sqlite3_extended_result_codes(connection, 1);
  return database;
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenCache(const std::string& path, int version, absl::string_view tables) {
  for (bool anew : {false, true}) {
    if (anew) {
      if (absl::Status status = Remove(path); !status.ok()) return status;
    }
    absl::StatusOr<std::unique_ptr<Database>> database = Open(path);
    absl::Status status = database.status();
    // With OFF a power cut might leave a file that can be read and is wrong.
    for (const char* sql : {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=NORMAL"}) {
      if (status.ok()) status = (*database)->Execute(sql);
    }
    const absl::StatusOr<int64_t> found = status.ok() ? VersionOf(database->get()) : status;
    if (found.ok() && *found == version) return database;
    if (!anew) continue;
    if (!found.ok()) return found.status();
    status = (*database)->Execute(absl::StrCat("BEGIN;", tables, ";PRAGMA user_version=", version, ";COMMIT"));
    if (!status.ok()) return status;
    return database;
  }
  return absl::InternalError("not reached");
}

absl::Status Database::Remove(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    if (unlink((path + suffix).c_str()) != 0 && errno != ENOENT) {
      return absl::UnavailableError(absl::StrCat(path, suffix, ": ", std::strerror(errno)));
    }
  }
  return absl::OkStatus();
}

absl::Status Database::StatusOf(int code) const { return ToStatus(code, connection_.get()); }

absl::Status Database::Execute(const std::string& sql) {
  const int code = sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : StatusOf(code);
}

absl::StatusOr<Statement> Database::Prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return StatusOf(code);
  return Statement(statement);
}

absl::Status Database::Prepare(std::initializer_list<std::pair<Statement*, const char*>> statements) {
  for (const auto& [statement, sql] : statements) {
    absl::StatusOr<Statement> prepared = Prepare(std::string(sql));
    if (!prepared.ok()) return prepared.status();
    *statement = *std::move(prepared);
  }
  return absl::OkStatus();
}

}  // namespace overdracht::storage
