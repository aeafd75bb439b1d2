#include "services/partner/places.h"

#include <utility>

namespace overdracht::partner {
namespace {

constexpr int64_t kMostSubscribers = 1000;  // of one organisation

constexpr char kSchema[] =
    "CREATE TABLE IF NOT EXISTS places (organisation TEXT NOT NULL, subscriber TEXT NOT NULL, place INTEGER NOT NULL,"
    " PRIMARY KEY (organisation, subscriber)) WITHOUT ROWID";

}  // namespace

absl::StatusOr<std::unique_ptr<Places>> Places::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<storage::Database>> database = storage::Database::Open(path);
  if (!database.ok()) return database.status();
  if (absl::Status status = (*database)->Execute("PRAGMA synchronous=FULL"); !status.ok()) return status;
  if (absl::Status status = (*database)->Execute(kSchema); !status.ok()) return status;
  std::unique_ptr<Places> places(new Places(*std::move(database)));
  absl::MutexLock lock(&places->mutex_);
  const absl::Status prepared = places->database_->Prepare({
      {&places->find_, "SELECT place FROM places WHERE organisation = ? AND subscriber = ?"},
      {&places->keep_, "INSERT INTO places VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET place = excluded.place"},
      {&places->count_, "SELECT count(*) FROM places WHERE organisation = ?"},
  });
  if (!prepared.ok()) return prepared;
  return places;
}

absl::StatusOr<uint64_t> Places::Find(const std::string& organisation, const std::string& subscriber) {
  absl::MutexLock lock(&mutex_);
  return FindLocked(organisation, subscriber);
}

absl::StatusOr<uint64_t> Places::FindLocked(const std::string& organisation, const std::string& subscriber) {
  const absl::StatusOr<bool> found = find_.Reset().Bind(organisation).Bind(subscriber).Step();
  if (!found.ok()) return found.status();
  const uint64_t place = *found ? static_cast<uint64_t>(find_.Integer(0)) : 0;
  find_.Reset();
  return place;
}

absl::StatusOr<uint64_t> Places::Keep(const std::string& organisation, const std::string& subscriber, uint64_t place) {
  absl::MutexLock lock(&mutex_);
  const absl::StatusOr<uint64_t> kept = FindLocked(organisation, subscriber);
  if (!kept.ok() || *kept >= place) return kept;
  if (*kept == 0) {
    const absl::StatusOr<bool> counted = count_.Reset().Bind(organisation).Step();
    if (!counted.ok()) return counted.status();
    const bool full = count_.Integer(0) >= kMostSubscribers;
    count_.Reset();
    if (full) return absl::ResourceExhaustedError("expected at most 1000 subscribers of an organisation, but this is one more");
  }
  const absl::Status written = keep_.Reset().Bind(organisation).Bind(subscriber).Bind(static_cast<int64_t>(place)).Run();
  if (!written.ok()) return written;
  return place;
}

}  // namespace overdracht::partner
