// One SQLite connection with the settings of a journal: WAL, synchronous=FULL, no second connection. C++ over the C interface, no more.
#ifndef OVERDRACHT_SERVICES_LOG_EMBEDDED_SQLITE_H_
#define OVERDRACHT_SERVICES_LOG_EMBEDDED_SQLITE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace overdracht::log {

// A prepared statement; parameters are numbered from 1, columns from 0.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  Statement(Statement&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
  ~Statement();

  Statement& Bind(int parameter, uint64_t value);
  // Not copied: `bytes` must stay until the statement is reset.
  Statement& Bind(int parameter, absl::string_view bytes);

  // True: there is a row.
  absl::StatusOr<bool> Step();
  uint64_t Number(int column) const;
  // Good until the next Step or Reset.
  absl::string_view Bytes(int column) const;
  void Reset();

 private:
  sqlite3_stmt* statement_;
};

class Sqlite {
 public:
  static absl::StatusOr<Sqlite> Open(const std::string& path);

  absl::Status Execute(const char* sql);
  absl::StatusOr<Statement> Prepare(absl::string_view sql);

  // Moves what stands in the WAL into the file once the WAL has grown long. That it fails is no error here: the WAL
  // holds everything, and the next commit tries again.
  void CheckpointWhenLong();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Sqlite(sqlite3* database) : database_(database) {}
  std::unique_ptr<sqlite3, Close> database_;
  // Where the commit hook counts; on the heap, as SQLite keeps its address.
  std::unique_ptr<int> wal_pages_ = std::make_unique<int>(0);
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_EMBEDDED_SQLITE_H_
