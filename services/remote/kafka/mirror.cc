#include "services/remote/kafka/mirror.h"

#include <absl/strings/str_cat.h>

#include <cstring>
#include <utility>

#include "services/base/sha256.h"
#include "services/event/write.h"
#include "services/topics/item_record.h"

namespace overdracht::remote {

using api::v1::OutboxItem;
using storage::Database;
using storage::Statement;

namespace {

// Changes with the tables.
constexpr int kVersion = 1;

// `answered`: of an answer a hash of (source, id), else 0.
constexpr char kSchema[] =
    "CREATE TABLE items (cursor INTEGER PRIMARY KEY, partition INTEGER NOT NULL, sequence INTEGER NOT NULL, answered INTEGER NOT NULL, "
    "item BLOB NOT NULL,"
    " UNIQUE (partition, sequence));"
    "CREATE INDEX answers ON items (answered) WHERE answered != 0;"
    "CREATE TABLE place (id INTEGER PRIMARY KEY CHECK (id = 1), topic BLOB NOT NULL, topic_end INTEGER NOT NULL)";

// A page, for who reads on and on, and for who goes through all of it.
struct Bounds {
  size_t items;
  size_t bytes;
};
constexpr Bounds kPage = {.items = 64, .bytes = 64 << 10}, kLargePage = {.items = 1024, .bytes = 1 << 20};
constexpr size_t kMostRows = 4096;  // looked at for a page: of an outbox of answers one for who wants none may be empty

int64_t KeyOf(absl::string_view source, absl::string_view id) {
  const base::Hash hash = base::Sha256(absl::StrCat(source, "\n", id));
  int64_t key = 0;
  std::memcpy(&key, hash.data(), sizeof key);
  return key | 1;
}

}  // namespace

// ---- The file --------------------------------------------------------------------------------------------------------------------------

absl::StatusOr<std::unique_ptr<Mirror>> Mirror::Open(const std::string& path, const std::string& topic) {
  std::unique_ptr<Mirror> mirror(new Mirror(path, topic));
  absl::MutexLock lock(&mirror->mutex_);
  absl::StatusOr<std::unique_ptr<Database>> database = Database::OpenCache(path, kVersion, kSchema);
  if (!database.ok()) return database.status();
  mirror->database_ = *std::move(database);
  const absl::Status prepared = mirror->database_->Prepare({
      {&mirror->add_, "INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?)"},
      {&mirror->keep_place_, "INSERT INTO place VALUES (1, ?, ?) ON CONFLICT DO UPDATE SET topic_end = excluded.topic_end"},
      {&mirror->read_, "SELECT cursor, answered != 0, item FROM items WHERE cursor > ? ORDER BY cursor"},
      {&mirror->find_, "SELECT item FROM items WHERE answered = ? AND answered != 0 ORDER BY cursor"},
  });
  if (!prepared.ok()) return prepared;
  if (absl::Status status = mirror->FindPlace(); !status.ok()) return status;
  return mirror;
}

absl::Status Mirror::FindPlace() {
  end_ = last_ = 0;
  absl::StatusOr<Statement> place = database_->Prepare("SELECT topic, topic_end, (SELECT max(cursor) FROM items) FROM place");
  if (!place.ok()) return place.status();
  const absl::StatusOr<bool> row = place->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::OkStatus();
  if (const absl::string_view topic = place->Bytes(0); topic != topic_) return NotTheTopic(absl::StrCat("it is ", topic_, ", not ", topic));
  end_ = static_cast<uint64_t>(place->Integer(1));
  last_ = static_cast<uint64_t>(place->Integer(2));
  return absl::OkStatus();
}

absl::Status Mirror::NotTheTopic(absl::string_view why) const {
  return absl::FailedPreconditionError(absl::StrCat(
      "expected the topic of which ", path_, " is the mirror, but ", why,
      "; if items of it were lost or it was made anew, its subscribers must know; then delete what stands in the file's folder"));
}

// ---- Written ---------------------------------------------------------------------------------------------------------------------------

absl::Status Mirror::Fits(uint64_t topic_end) const {
  absl::MutexLock lock(&mutex_);
  if (topic_end >= end_) return absl::OkStatus();
  return NotTheTopic(absl::StrCat(topic_, " ends at ", topic_end, ", and was read up to ", end_));
}

uint64_t Mirror::from() const {
  absl::MutexLock lock(&mutex_);
  return last_ == 0 ? 0 : last_ - 1;
}

uint64_t Mirror::end() const {
  absl::MutexLock lock(&mutex_);
  return end_;
}

uint64_t Mirror::items() const {
  absl::MutexLock lock(&mutex_);
  return items_;
}

absl::Status Mirror::Add(const std::vector<OutboxRecord>& records) {
  absl::MutexLock lock(&mutex_);
  absl::Status status = AddAll(records);
  if (status.ok()) return status;
  if (database_->InTransaction()) (void)database_->Execute("ROLLBACK");
  status.Update(FindPlace());
  return status;
}

absl::Status Mirror::AddAll(const std::vector<OutboxRecord>& records) {
  if (!database_->InTransaction()) {
    if (absl::Status status = database_->Execute("BEGIN"); !status.ok()) return status;
  }
  for (const OutboxRecord& record : records) {
    if (record.offset + 1 == last_) {
      absl::Status status = record.item ? IsStillThere(*record.item) : NotTheTopic("its last item is not there");
      if (!status.ok()) return status;
    }
    if (record.offset < end_) continue;
    if (record.item) {
      if (absl::Status status = AddItem(record.offset, *record.item); !status.ok()) return status;
    }
    end_ = record.offset + 1;
  }
  return absl::OkStatus();
}

absl::Status Mirror::AddItem(uint64_t offset, const OutboxItem& item) {
  const std::optional<event::Position> position = topics::PositionOf(item.id());
  const absl::StatusOr<uint64_t> sequence = event::ParseCursor(item.sequence());
  if (!position || !sequence.ok() || *sequence == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected an item with a partition and a sequence at offset ", offset, ", but it has none"));
  }
  OutboxItem kept = item;
  kept.set_cursor(event::FormatSequence(offset + 1));
  const absl::Status added = add_.Reset()
                                 .Bind(static_cast<int64_t>(offset + 1))
                                 .Bind(static_cast<int64_t>(position->partition))
                                 .Bind(static_cast<int64_t>(*sequence))
                                 .Bind(kept.has_answer() ? KeyOf(kept.answer().source(), kept.answer().id()) : 0)
                                 .Bind(kept.SerializeAsString())
                                 .Run();
  if (!added.ok()) return added;
  if (sqlite3_changes(database_->connection()) == 0) return absl::OkStatus();
  last_ = offset + 1;
  ++items_;
  return absl::OkStatus();
}

// By what no later version of the program reads otherwise.
absl::Status Mirror::IsStillThere(const OutboxItem& item) const {
  const absl::StatusOr<bool> row = read_.Reset().Bind(static_cast<int64_t>(last_ - 1)).Step();
  if (!row.ok()) return row.status();
  OutboxItem kept;
  const bool readable = *row && kept.ParseFromString(std::string(read_.Bytes(2)));
  read_.Reset();
  if (!readable) return absl::DataLossError(absl::StrCat(path_, ": its last item cannot be read; delete the file"));
  if (kept.id() == item.id() && kept.sequence() == item.sequence() && kept.traject() == item.traject() &&
      kept.time().seconds() == item.time().seconds() && kept.time().nanos() == item.time().nanos()) {
    return absl::OkStatus();
  }
  return NotTheTopic(absl::StrCat("something else stands at offset ", last_ - 1, " of ", topic_));
}

absl::Status Mirror::Commit() {
  absl::MutexLock lock(&mutex_);
  if (!database_->InTransaction()) return absl::OkStatus();
  absl::Status status = keep_place_.Reset().Bind(topic_).Bind(static_cast<int64_t>(end_)).Run();
  if (status.ok()) status = database_->Execute("COMMIT");
  if (status.ok()) return status;
  if (database_->InTransaction()) (void)database_->Execute("ROLLBACK");
  status.Update(FindPlace());
  return status;
}

// ---- Read ------------------------------------------------------------------------------------------------------------------------------

absl::StatusOr<region::OutboxPage> Mirror::Read(const region::OutboxRequest& request) const {
  const Bounds& most = request.large_pages ? kLargePage : kPage;
  absl::MutexLock lock(&mutex_);
  if (request.after > end_) {
    return absl::OutOfRangeError(
        "expected a cursor of this outbox, but it is ahead of it: of another installation, or of before it was put back?");
  }
  region::OutboxPage page{.items = {}, .after = request.after, .more = false, .end = end_};
  size_t bytes = 0;
  read_.Reset().Bind(static_cast<int64_t>(request.after));
  for (size_t rows = 0;; ++rows) {
    const absl::StatusOr<bool> row = read_.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    page.more = page.items.size() == most.items || bytes >= most.bytes || rows == kMostRows;
    if (page.more) break;
    page.after = static_cast<uint64_t>(read_.Integer(0));
    if (read_.Integer(1) != 0 && !request.answers) continue;
    const absl::string_view item = read_.Bytes(2);
    bytes += item.size();
    if (!page.items.emplace_back().ParseFromArray(item.data(), static_cast<int>(item.size()))) {
      read_.Reset();
      return absl::DataLossError(absl::StrCat(path_, ": the item ", page.after, " cannot be read; delete the file"));
    }
  }
  read_.Reset();
  // What was passed over at the end is behind the reader, too.
  if (!page.more) page.after = end_;
  return page;
}

absl::StatusOr<std::optional<OutboxItem>> Mirror::FindAnswer(absl::string_view source, absl::string_view id,
                                                             absl::string_view subject) const {
  absl::MutexLock lock(&mutex_);
  find_.Reset().Bind(KeyOf(source, id));
  for (;;) {
    const absl::StatusOr<bool> row = find_.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    OutboxItem item;
    if (!item.ParseFromString(std::string(find_.Bytes(0)))) continue;
    if (item.answer().source() != source || item.answer().id() != id || item.answer().subject() != subject) continue;
    find_.Reset();
    return item;
  }
  find_.Reset();
  return std::nullopt;
}

}  // namespace overdracht::remote
