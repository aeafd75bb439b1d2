#include "services/workflow/cache.h"

#include <absl/strings/str_cat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "services/base/sha256.h"

// Beside the schema's number in the file's name for it: a cache is of one program.
#ifndef OVERDRACHT_VERSION
#define OVERDRACHT_VERSION "dev"
#endif

namespace overdracht::workflow {
namespace {

constexpr char kMadeBy[] = "3 " OVERDRACHT_VERSION;

constexpr char kSchema[] = R"sql(
CREATE TABLE IF NOT EXISTS made_by(program TEXT);
CREATE TABLE IF NOT EXISTS at(one INTEGER PRIMARY KEY CHECK (one = 1), at BLOB, checked INTEGER);
CREATE TABLE IF NOT EXISTS trajecten(id BLOB PRIMARY KEY, due INTEGER, due_checked INTEGER, traject BLOB, memory BLOB, checked INTEGER);
CREATE INDEX IF NOT EXISTS timers ON trajecten(due, id, due_checked) WHERE due >= 0;
CREATE TABLE IF NOT EXISTS outbox(organisation BLOB, record INTEGER, kinds INTEGER, checked INTEGER, PRIMARY KEY (organisation, record)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches(first_record INTEGER PRIMARY KEY, before BLOB, checked INTEGER);
CREATE TABLE IF NOT EXISTS definitions(record INTEGER PRIMARY KEY, definition BLOB, checked INTEGER);
)sql";

// No timer runs out any more.
constexpr int64_t kNever = -1;
constexpr int64_t kNotices = 1, kAnswer = 2;
// 1 MB of a copy: a millisecond or two.
constexpr int kMostPagesAtOnce = 256;

// The check of a row: what identifies it and all that it says.
template <typename... Fields>
int64_t Check(absl::string_view table, const Fields&... fields) {
  base::Hasher hasher(absl::StrCat("overdracht.cache.", table));
  (hasher.Add(fields), ...);
  const base::Hash hash = hasher.Finish();
  int64_t check = 0;
  std::memcpy(&check, hash.data(), sizeof check);
  return check;
}

uint64_t Unsigned(int64_t value) { return static_cast<uint64_t>(value); }

absl::Status Damaged(absl::string_view table) {
  return absl::DataLossError(absl::StrCat("cache.db: a row of ", table, " is damaged; it is made anew from the journal, try again"));
}

void PutInteger(std::string* bytes, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) *bytes += static_cast<char>(value >> shift);
}

uint64_t TakeInteger(absl::string_view* bytes) {
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | static_cast<uint8_t>((*bytes)[i]);
  bytes->remove_prefix(8);
  return value;
}

std::string EncodeTip(const log::Tip& tip) {
  std::string bytes;
  for (uint64_t value : {tip.offset, tip.number, tip.epoch, tip.input_to, tip.last_record}) PutInteger(&bytes, value);
  bytes.append(tip.owner.begin(), tip.owner.end());
  bytes.append(tip.hash.begin(), tip.hash.end());
  return bytes;
}

constexpr size_t kTipBytes = 5 * 8 + 16 + 32;

log::Tip DecodeTip(absl::string_view bytes) {
  log::Tip tip;
  for (uint64_t* value : {&tip.offset, &tip.number, &tip.epoch, &tip.input_to, &tip.last_record}) *value = TakeInteger(&bytes);
  std::copy_n(bytes.begin(), tip.owner.size(), tip.owner.begin());
  std::copy_n(bytes.begin() + tip.owner.size(), tip.hash.size(), tip.hash.begin());
  return tip;
}

absl::StatusOr<bool> MadeByThisProgram(Database* database) {
  absl::StatusOr<Statement> read = database->Prepare("SELECT program FROM made_by");
  if (!read.ok()) return read.status();
  const absl::StatusOr<bool> row = read->Step();
  if (!row.ok()) return row.status();
  return *row && read->Bytes(0) == kMadeBy;
}

absl::StatusOr<std::unique_ptr<Database>> OpenFile(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(path);
  if (!database.ok()) return database.status();
  // What is not committed stays in memory (cache_spill), so that a full disk takes nothing away before Commit.
  for (const char* sql :
       {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA cache_spill=OFF", "PRAGMA cache_size=-16384", kSchema}) {
    if (absl::Status status = (*database)->Execute(sql); !status.ok()) return status;
  }
  return database;
}

}  // namespace

absl::Status Cache::Drop(const std::string& path) { return Database::Remove(path); }

absl::StatusOr<std::unique_ptr<Cache>> Cache::Open(const std::string& path) {
  for (bool anew : {false, true}) {
    if (anew) {
      if (absl::Status status = Drop(path); !status.ok()) return status;
    }
    absl::StatusOr<std::unique_ptr<Database>> database = OpenFile(path);
    if (database.ok()) {
      if (anew) {
        absl::Status status = (*database)->Execute(absl::StrCat("INSERT INTO made_by VALUES (CAST('", kMadeBy, "' AS BLOB))"));
        if (!status.ok()) return status;
      }
      const absl::StatusOr<bool> ours = MadeByThisProgram(database->get());
      if (ours.ok() && *ours) {
        std::unique_ptr<Cache> cache(new Cache(*std::move(database)));
        if (absl::Status status = cache->Prepare(); !status.ok()) return status;
        absl::StatusOr<std::unique_ptr<storage::WalMover>> wal = storage::WalMover::Open(path, cache->database_.get());
        if (!wal.ok()) return wal.status();
        cache->wal_ = *std::move(wal);
        return cache;
      }
    } else if (anew) {
      return database.status();
    }
  }
  return absl::InternalError(absl::StrCat(path, ": could not be made"));
}

bool Cache::IsThere(const std::string& path) {
  if (access(path.c_str(), F_OK) != 0) return false;
  absl::StatusOr<std::unique_ptr<Database>> database = OpenFile(path);
  const absl::StatusOr<bool> ours = database.ok() ? MadeByThisProgram(database->get()) : database.status();
  return ours.ok() && *ours;
}

absl::Status Cache::Prepare() {
  return database_->Prepare({
      {&read_at_, "SELECT at, checked FROM at"},
      {&write_at_, "INSERT OR REPLACE INTO at VALUES (1, ?, ?)"},
      {&read_traject_, "SELECT due, traject, memory, checked FROM trajecten WHERE id = ?"},
      // Not REPLACE, which would give the row another place: a traject that is there is written where it is.
      {&write_traject_,
       "INSERT INTO trajecten VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET due = excluded.due,"
       " due_checked = excluded.due_checked, traject = excluded.traject, memory = excluded.memory, checked = excluded.checked"},
      {&read_ids_, "SELECT id FROM trajecten WHERE id > ? ORDER BY id LIMIT ?"},
      {&read_timers_, "SELECT id, due, due_checked FROM trajecten WHERE due >= 0 AND (due, id) >= (?, ?) ORDER BY due, id"},
      {&add_outbox_, "INSERT OR REPLACE INTO outbox VALUES (?, ?, ?, ?)"},
      {&read_outbox_,
       "SELECT record, kinds, checked FROM outbox WHERE organisation = ? AND record >= ? AND kinds & ? ORDER BY record LIMIT ?"},
      {&last_of_outbox_, "SELECT max(record) FROM outbox WHERE organisation = ?"},
      {&add_batch_, "INSERT OR REPLACE INTO batches VALUES (?, ?, ?)"},
      {&read_batch_, "SELECT first_record, before, checked FROM batches WHERE first_record <= ? ORDER BY first_record DESC LIMIT 1"},
      {&add_definition_, "INSERT OR REPLACE INTO definitions VALUES (?, ?, ?)"},
      {&read_definitions_, "SELECT record, definition, checked FROM definitions ORDER BY record"},
  });
}

absl::Status Cache::Begin() { return database_->InTransaction() ? absl::OkStatus() : database_->Execute("BEGIN IMMEDIATE"); }

absl::StatusOr<std::optional<CachedAt>> Cache::At() {
  const absl::StatusOr<bool> row = read_at_.Reset().Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  const absl::string_view bytes = read_at_.Bytes(0);
  const bool good = bytes.size() == kTipBytes + 8 && read_at_.Integer(1) == Check("at", bytes);
  std::optional<CachedAt> at;
  if (good) {
    absl::string_view clock = bytes.substr(kTipBytes);
    at = CachedAt{.tip = DecodeTip(bytes), .clock_us = static_cast<int64_t>(TakeInteger(&clock))};
  }
  read_at_.Reset();
  if (!good) return Damaged("at");
  return at;
}

absl::Status Cache::Commit(const CachedAt& at) {
  if (absl::Status status = wal_->Wait(); !status.ok()) return status;
  if (absl::Status status = Begin(); !status.ok()) return status;
  std::string bytes = EncodeTip(at.tip);
  PutInteger(&bytes, Unsigned(at.clock_us));
  if (absl::Status status = write_at_.Reset().Bind(bytes).Bind(Check("at", absl::string_view(bytes))).Run(); !status.ok()) return status;
  if (absl::Status status = database_->Execute("COMMIT"); !status.ok()) return status;
  if (CopyWaits()) CopySome(at);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<CachedAt>> Cache::CopyOn(const std::string& path, int pages) {
  if (path != copy_path_) {
    EndCopy();
    absl::StatusOr<std::unique_ptr<storage::Copy>> copy = storage::Copy::Begin(path, database_.get());
    if (!copy.ok()) return copy.status();
    copy_path_ = path;
    copy_ = *std::move(copy);
  }
  if (copy_ == nullptr) return copied_;
  copy_pages_ = CopyWaits() ? std::min(copy_pages_ + pages, kMostPagesAtOnce) : pages;
  if (database_->InTransaction()) return copied_;
  const absl::StatusOr<std::optional<CachedAt>> at = At();
  if (!at.ok()) return at.status();
  CopySome(*at);
  return copied_;
}

void Cache::CopySome(const std::optional<CachedAt>& at) {
  const absl::StatusOr<bool> whole = copy_->Continue(std::exchange(copy_pages_, 0));
  if (whole.ok() && !*whole) return;
  copy_.reset();
  if (whole.ok()) {
    copied_ = at.value_or(CachedAt());
  } else {
    copied_ = whole.status();
  }
}

void Cache::EndCopy() {
  copy_.reset();
  copy_path_.clear();
  copy_pages_ = 0;
  copied_ = std::nullopt;
}

void Cache::Rollback() {
  if (database_->InTransaction()) (void)database_->Execute("ROLLBACK");
}

absl::StatusOr<std::optional<engine::TrajectState>> Cache::ReadTraject(absl::string_view id) {
  const absl::StatusOr<bool> row = read_traject_.Reset().Bind(id).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  const absl::string_view traject = read_traject_.Bytes(1), memory = read_traject_.Bytes(2);
  std::optional<engine::TrajectState> state(std::in_place);
  const bool good = read_traject_.Integer(3) == Check("trajecten", id, Unsigned(read_traject_.Integer(0)), traject, memory) &&
                    state->traject.ParseFromArray(traject.data(), static_cast<int>(traject.size())) &&
                    state->memory.ParseFromArray(memory.data(), static_cast<int>(memory.size()));
  read_traject_.Reset();
  if (!good) return Damaged("trajecten");
  return state;
}

absl::Status Cache::WriteTraject(absl::string_view id, const engine::TrajectState& state, std::optional<base::Micros> due) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  const std::string traject = state.traject.SerializeAsString(), memory = state.memory.SerializeAsString();
  const int64_t at = due.value_or(kNever);
  return write_traject_.Reset()
      .Bind(id)
      .Bind(at)
      .Bind(Check("timers", id, Unsigned(at)))
      .Bind(traject)
      .Bind(memory)
      .Bind(Check("trajecten", id, Unsigned(at), absl::string_view(traject), absl::string_view(memory)))
      .Run();
}

absl::StatusOr<std::vector<std::string>> Cache::ReadIds(absl::string_view after, int limit) {
  std::vector<std::string> ids;
  read_ids_.Reset().Bind(after).Bind(limit);
  for (;;) {
    const absl::StatusOr<bool> row = read_ids_.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    ids.emplace_back(read_ids_.Bytes(0));
  }
  read_ids_.Reset();
  return ids;
}

absl::Status Cache::ReadTimers(base::Micros from, absl::string_view from_id,
                               absl::FunctionRef<bool(absl::string_view id, base::Micros due)> visit) {
  read_timers_.Reset().Bind(from).Bind(from_id);
  for (;;) {
    const absl::StatusOr<bool> row = read_timers_.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const absl::string_view id = read_timers_.Bytes(0);
    const int64_t due = read_timers_.Integer(1);
    if (id.size() != 16 || read_timers_.Integer(2) != Check("timers", id, Unsigned(due))) {
      read_timers_.Reset();
      return Damaged("trajecten");
    }
    if (!visit(id, due)) break;
  }
  read_timers_.Reset();
  return absl::OkStatus();
}

absl::Status Cache::AddOutboxEntry(absl::string_view organisation, const OutboxEntry& entry) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  const int64_t record = static_cast<int64_t>(entry.record);
  const int64_t kinds = (entry.notices ? kNotices : 0) | (entry.answer ? kAnswer : 0);
  return add_outbox_.Reset()
      .Bind(organisation)
      .Bind(record)
      .Bind(kinds)
      .Bind(Check("outbox", organisation, entry.record, Unsigned(kinds)))
      .Run();
}

absl::StatusOr<std::vector<OutboxEntry>> Cache::ReadOutbox(absl::string_view organisation, uint64_t from_record, bool answers, int limit) {
  std::vector<OutboxEntry> entries;
  read_outbox_.Reset().Bind(organisation).Bind(static_cast<int64_t>(from_record)).Bind(answers ? kNotices | kAnswer : kNotices).Bind(limit);
  for (;;) {
    const absl::StatusOr<bool> row = read_outbox_.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const uint64_t record = Unsigned(read_outbox_.Integer(0));
    const int64_t kinds = read_outbox_.Integer(1);
    if (read_outbox_.Integer(2) != Check("outbox", organisation, record, Unsigned(kinds))) {
      read_outbox_.Reset();
      return Damaged("outbox");
    }
    entries.push_back({.record = record, .notices = (kinds & kNotices) != 0, .answer = (kinds & kAnswer) != 0});
  }
  read_outbox_.Reset();
  return entries;
}

absl::StatusOr<uint64_t> Cache::LastOfOutbox(absl::string_view organisation) {
  const absl::StatusOr<bool> row = last_of_outbox_.Reset().Bind(organisation).Step();
  if (!row.ok()) return row.status();
  const uint64_t last = *row ? Unsigned(last_of_outbox_.Integer(0)) : 0;
  last_of_outbox_.Reset();
  return last;
}

absl::Status Cache::AddBatch(uint64_t first_record, const log::Tip& before) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  const std::string bytes = EncodeTip(before);
  return add_batch_.Reset()
      .Bind(static_cast<int64_t>(first_record))
      .Bind(bytes)
      .Bind(Check("batches", first_record, absl::string_view(bytes)))
      .Run();
}

absl::StatusOr<std::optional<log::Tip>> Cache::TipBefore(uint64_t record) {
  const absl::StatusOr<bool> row = read_batch_.Reset().Bind(static_cast<int64_t>(record)).Step();
  if (!row.ok()) return row.status();
  if (!*row) return std::nullopt;
  const absl::string_view bytes = read_batch_.Bytes(1);
  std::optional<log::Tip> tip;
  if (bytes.size() == kTipBytes && read_batch_.Integer(2) == Check("batches", Unsigned(read_batch_.Integer(0)), bytes))
    tip = DecodeTip(bytes);
  read_batch_.Reset();
  if (!tip) return Damaged("batches");
  return tip;
}

absl::Status Cache::AddDefinition(uint64_t record, absl::string_view bytes) {
  if (absl::Status status = Begin(); !status.ok()) return status;
  return add_definition_.Reset().Bind(static_cast<int64_t>(record)).Bind(bytes).Bind(Check("definitions", record, bytes)).Run();
}

absl::StatusOr<std::vector<std::string>> Cache::ReadDefinitions() {
  std::vector<std::string> definitions;
  read_definitions_.Reset();
  for (;;) {
    const absl::StatusOr<bool> row = read_definitions_.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    const absl::string_view bytes = read_definitions_.Bytes(1);
    if (read_definitions_.Integer(2) != Check("definitions", Unsigned(read_definitions_.Integer(0)), bytes)) {
      read_definitions_.Reset();
      return Damaged("definitions");
    }
    definitions.emplace_back(bytes);
  }
  read_definitions_.Reset();
  return definitions;
}

}  // namespace overdracht::workflow
