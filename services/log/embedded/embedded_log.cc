#include "services/log/embedded/embedded_log.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace overdracht::log {
namespace {

// How much a reader takes at once: little at first, as many want the next few batches only, and never so much that an append, which waits
// meanwhile, would be felt to wait, also where the disk has to be asked.
constexpr size_t kFewBytes = 16 << 10;
constexpr size_t kManyBytes = 64 << 10;
constexpr absl::string_view kOtherHistory = "its writer knew another batch to stand before it";

absl::Status Damaged(uint64_t offset, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("batch at offset ", offset, ": ", why));
}

absl::Status Damaged(uint64_t offset, const BatchError& error) {
  return Damaged(offset, absl::StrCat("byte ", error.byte, ": ", error.why));
}

}  // namespace

absl::Status EmbeddedLog::CheckFormat(Sqlite* database, const std::string& path) {
  uint64_t format = 0;
  {
    absl::StatusOr<Statement> read = database->Prepare("PRAGMA user_version");
    if (!read.ok()) return read.status();
    const absl::StatusOr<bool> row = read->Step();
    if (!row.ok()) return row.status();
    if (*row) format = read->Number(0);
  }
  if (format > kJournalFormat) {
    return absl::FailedPreconditionError(absl::StrCat("expected a journal of format ", kJournalFormat, " or older, but ", path,
                                                      " has format ", format,
                                                      ": a newer program wrote it; go on with that one, or a later one"));
  }
  // That it cannot be written now (a full disk) is no reason not to read: the next start tries again.
  if (format < kJournalFormat) (void)database->Execute(absl::StrCat("PRAGMA user_version=", kJournalFormat).c_str());
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<EmbeddedLog>> EmbeddedLog::Open(const std::string& path) {
  absl::StatusOr<Sqlite> database = Sqlite::Open(path);
  if (!database.ok()) return database.status();
  if (absl::Status known = CheckFormat(&*database, path); !known.ok()) return known;
  // An INTEGER PRIMARY KEY is the row's own number: no second tree.
  absl::Status made = database->Execute("CREATE TABLE IF NOT EXISTS batch (offset INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
  if (!made.ok()) return made;
  absl::StatusOr<Statement> insert = database->Prepare("INSERT INTO batch (offset, bytes) VALUES (?1, ?2)");
  if (!insert.ok()) return insert.status();
  absl::StatusOr<Statement> read_from = database->Prepare("SELECT offset, bytes FROM batch WHERE offset >= ?1 ORDER BY offset");
  if (!read_from.ok()) return read_from.status();
  absl::StatusOr<Statement> hash_at = database->Prepare("SELECT substr(bytes, -32) FROM batch WHERE offset = ?1");
  if (!hash_at.ok()) return hash_at.status();
  absl::StatusOr<Statement> last = database->Prepare("SELECT offset, bytes FROM batch ORDER BY offset DESC LIMIT 1");
  if (!last.ok()) return last.status();
  std::unique_ptr<EmbeddedLog> log(
      new EmbeddedLog(*std::move(database), *std::move(insert), *std::move(read_from), *std::move(hash_at), *std::move(last)));
  absl::MutexLock lock(&log->mutex_);
  if (absl::Status found = log->FindTip(); !found.ok()) return found;
  return log;
}

absl::Status EmbeddedLog::FindTip() {
  const absl::StatusOr<bool> row = last_.Step();
  if (!row.ok()) return row.status();
  if (*row) {
    const uint64_t offset = last_.Number(0);
    Batch batch;
    if (const auto error = DecodeBatch(last_.Bytes(1), &batch)) return Damaged(offset, *error);
    tip_ = Follow(Tip{.last_record = batch.first_record - 1}, offset, batch);
  }
  last_.Reset();
  return absl::OkStatus();
}

absl::StatusOr<Tip> EmbeddedLog::Append(const Tip& tip, absl::string_view bytes) {
  absl::MutexLock lock(&mutex_);
  if (tip != tip_) {
    if (absl::Status held = CheckHolds(tip); !held.ok()) return held;
    return absl::AbortedError("the tip has moved");
  }
  if (const auto error = DecodeBatch(bytes, &appended_))
    return absl::InvalidArgumentError(absl::StrCat("byte ", error->byte, ": ", error->why));
  if (const Verdict verdict = Judge(tip, appended_); verdict != Verdict::kCounts) return absl::InvalidArgumentError(Reason(verdict));
  if (KnowsOtherHistory(tip, appended_)) return absl::InvalidArgumentError(kOtherHistory);
  const Tip next = Follow(tip, tip.number == 0 ? 1 : tip.offset + 1, appended_);
  const absl::StatusOr<bool> done = insert_.Bind(1, next.offset).Bind(2, bytes).Step();
  insert_.Reset();
  if (!done.ok()) return done.status();
  tip_ = next;
  database_.CheckpointWhenLong();
  return next;
}

absl::Status EmbeddedLog::CheckHolds(const Tip& tip) {
  if (tip.number == 0) return absl::OkStatus();
  const auto lost = [&](absl::string_view why) {
    return Damaged(tip.offset, absl::StrCat("the log no longer holds what was read there: ", why));
  };
  if (tip.offset > tip_.offset) return lost(absl::StrCat("it ends at offset ", tip_.offset));
  const absl::StatusOr<bool> row = hash_at_.Bind(1, tip.offset).Step();
  absl::Status status = row.status();
  if (row.ok() && !*row) status = lost("there is nothing");
  // It was read before, whole: its last bytes say whether this is it.
  if (row.ok() && *row && hash_at_.Bytes(0) != base::Hasher::View(tip.hash)) status = lost("there is another batch");
  hash_at_.Reset();
  return status;
}

absl::Status EmbeddedLog::ReadRows(uint64_t offset, size_t bytes, Rows* rows) {
  rows->begins.clear();
  rows->bytes.clear();
  absl::Status status;
  read_from_.Bind(1, offset);
  while (rows->bytes.size() < bytes) {
    const absl::StatusOr<bool> row = read_from_.Step();
    status = row.status();
    if (!row.ok() || !*row) break;
    const absl::string_view stored = read_from_.Bytes(1);
    rows->begins.emplace_back(read_from_.Number(0), rows->bytes.size());
    rows->bytes.append(stored.data(), stored.size());
  }
  read_from_.Reset();
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat("at offset ", offset + rows->begins.size(), ": ", status.message()));
}

absl::Status EmbeddedLog::Read(const Tip& tip, Visit visit) {
  Tip at = tip;
  Batch batch;
  Rows rows;
  {
    absl::MutexLock lock(&mutex_);
    if (absl::Status held = CheckHolds(tip); !held.ok()) return held;
  }
  for (size_t bytes = kFewBytes;; bytes = std::min(4 * bytes, kManyBytes)) {
    const uint64_t next = at.number == 0 ? 1 : at.offset + 1;
    {
      absl::MutexLock lock(&mutex_);
      if (absl::Status read = ReadRows(next, bytes, &rows); !read.ok()) return read;
      if (rows.begins.empty() && next <= tip_.offset) return Damaged(next, "it is not there");
    }
    if (rows.begins.empty()) return absl::OkStatus();
    for (size_t i = 0; i < rows.begins.size(); ++i) {
      const auto [offset, begin] = rows.begins[i];
      const size_t end = i + 1 < rows.begins.size() ? rows.begins[i + 1].second : rows.bytes.size();
      const uint64_t expected = at.number == 0 ? 1 : at.offset + 1;
      if (offset != expected) return Damaged(expected, "it is not there");
      if (const auto error = DecodeBatch(absl::string_view(rows.bytes).substr(begin, end - begin), &batch)) return Damaged(offset, *error);
      if (const Verdict verdict = Judge(at, batch); verdict != Verdict::kCounts) return Damaged(offset, Reason(verdict));
      if (KnowsOtherHistory(at, batch)) return Damaged(offset, kOtherHistory);
      at = Follow(at, offset, batch);
      if (absl::Status status = visit(at, batch); !status.ok()) return status;
    }
  }
}

bool EmbeddedLog::Wait(const Tip& tip, absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto newer = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return tip_.number > tip.number; };
  return mutex_.AwaitWithTimeout(absl::Condition(&newer), timeout);
}

Tip EmbeddedLog::tip() {
  absl::MutexLock lock(&mutex_);
  return tip_;
}

}  // namespace overdracht::log
