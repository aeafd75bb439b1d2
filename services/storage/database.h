// A SQLite file with one connection, for what services keep beside the journal (cache.db, unreadable.db, subscribers.db).
// One connection a file: SQLite 3.40.1 can corrupt a WAL file that two connections reset.
#ifndef OVERDRACHT_SERVICES_STORAGE_DATABASE_H_
#define OVERDRACHT_SERVICES_STORAGE_DATABASE_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <sqlite3.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace overdracht::storage {

// A prepared statement, bound and stepped in one go: db.Prepare("…").Bind(1).Bind("x").Run().
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  // Starts anew: nothing bound, no row.
  Statement& Reset();
  Statement& Bind(int64_t value);
  Statement& Bind(absl::string_view bytes);

  // To the next row: true, or false when there is none.
  absl::StatusOr<bool> Step();
  // For a statement without rows.
  absl::Status Run();

  int64_t Integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  // Until the next Step or Reset.
  absl::string_view Bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

class Database {
 public:
  // Makes the file when it is not there.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path);
  // The same of a cache that has these tables. One of another version, or that SQLite cannot read, is thrown away first, and made anew.
  // A power cut takes no more of it than its newest.
  static absl::StatusOr<std::unique_ptr<Database>> OpenCache(const std::string& path, int version, absl::string_view tables);
  // Takes the file away, with what SQLite keeps beside it; nobody may have it open.
  static absl::Status Remove(const std::string& path);

  absl::Status Execute(const std::string& sql);
  absl::StatusOr<Statement> Prepare(const std::string& sql);
  // Each into its place; the first that cannot be prepared says why.
  absl::Status Prepare(std::initializer_list<std::pair<Statement*, const char*>> statements);
  bool InTransaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }
  sqlite3* connection() const { return connection_.get(); }
  // What a result code of SQLite's, of a call with this connection, means.
  absl::Status StatusOf(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
  };
  std::unique_ptr<sqlite3, Close> connection_;
};

}  // namespace overdracht::storage

#endif  // OVERDRACHT_SERVICES_STORAGE_DATABASE_H_
