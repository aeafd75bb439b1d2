#include "services/workflow/snapshots.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "services/base/sha256.h"

namespace overdracht::workflow {
namespace {

constexpr uint64_t kPage = 4096;
// Copied in a millisecond or two.
constexpr uint64_t kMostAtOnce = 1 << 20;
constexpr int kStepsPerSecond = 20;
// The disk is not left with more to do at the end.
constexpr uint64_t kMostUnsynced = 8 << 20;
constexpr absl::Duration kLookAgain = absl::Seconds(10);
constexpr absl::Duration kTryAgain = absl::Minutes(5);
// Who writes one has touched it within this time.
constexpr absl::Duration kAbandoned = absl::Minutes(10);
constexpr char kUnfinished[] = ".new";

std::optional<absl::Time> WrittenAt(const std::string& path) {
  struct stat stat;
  if (::stat(path.c_str(), &stat) != 0) return std::nullopt;
  return absl::TimeFromTimespec(stat.st_mtim);
}

void SyncFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return;
  (void)fdatasync(file);
  close(file);
}

absl::Status Gone() { return absl::CancelledError("the partition is not here any more"); }

}  // namespace

Snapshots::Snapshots(SnapshotOptions options, std::vector<SnapshotSource> sources, Said said)
    : options_(std::move(options)),
      sources_(std::move(sources)),
      said_(std::move(said)),
      began_(absl::Now()),
      own_(absl::StrCat(getpid(), "-", absl::ToUnixNanos(began_))) {
  thread_ = std::thread([this] { Run(); });
}

void Snapshots::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

SnapshotFigures Snapshots::figures() const {
  SnapshotFigures figures;
  const absl::Time now = absl::Now();
  absl::MutexLock lock(&mutex_);
  for (const SnapshotSource& source : sources_) {
    const auto made = made_.find(source.partition);
    figures.age[source.partition] = std::max(absl::ZeroDuration(), now - (made == made_.end() ? began_ : made->second));
  }
  figures.written_bytes = written_bytes_;
  return figures;
}

void Snapshots::Run() {
  const absl::Duration look_again = std::min(kLookAgain, options_.every / 4);
  for (;;) {
    for (const SnapshotSource& source : sources_) {
      Look(source);
      absl::MutexLock lock(&mutex_);
      if (stopping_) return;
    }
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), look_again)) return;
  }
}

void Snapshots::Look(const SnapshotSource& source) {
  const SnapshotPlace place{.folder = options_.folder, .region = options_.region, .partition = source.partition};
  const std::optional<absl::Time> made = WrittenAt(place.path());
  const absl::Time now = absl::Now();
  {
    absl::MutexLock lock(&mutex_);
    made_.erase(source.partition);
    if (made) made_.emplace(source.partition, *made);
  }
  if (made && now - *made < options_.every) return;
  // Also where a newer one was there, or who was asked had no time.
  const auto tried = tried_.find(source.partition);
  if (tried != tried_.end() && now - tried->second < std::min(kTryAgain, options_.every)) return;
  may_ask_owner_ = now - made.value_or(began_) >= 2 * options_.every;
  bool has_records = false;
  if (!Ask(source, [&has_records](Partition* partition) { has_records = partition->tip().last_record > 0; }) || !has_records) return;
  if (IsUnderWay(place)) return;
  const absl::Status written = Write(source, place);
  tried_[source.partition] = now;
  if (absl::IsCancelled(written)) return;
  said_(source.partition, written.ok() ? "wrote a snapshot" : "wrote no snapshot", written);
  if (written.ok()) {
    absl::MutexLock lock(&mutex_);
    made_[source.partition] = WrittenAt(place.path()).value_or(now);
  }
}

bool Snapshots::IsUnderWay(const SnapshotPlace& place) const {
  bool is_under_way = false;
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(options_.folder, ignored), end; entry != end; entry.increment(ignored)) {
    const std::string path = entry->path().string();
    if (!absl::StartsWith(path, place.path() + ".") || !absl::EndsWith(path, kUnfinished)) continue;
    const std::optional<absl::Time> written = WrittenAt(path);
    if (!written) continue;
    if (!absl::StrContains(path, own_) && absl::Now() - *written < kAbandoned) {
      is_under_way = true;
    } else {
      std::filesystem::remove(path, ignored);
    }
  }
  return is_under_way;
}

bool Snapshots::Ask(const SnapshotSource& source, const SnapshotSource::Call& call) const {
  return source.with_followed(call) || (may_ask_owner_ && source.with_owned(call));
}

absl::Status Snapshots::Write(const SnapshotSource& source, const SnapshotPlace& place) {
  const std::string path = absl::StrCat(place.path(), ".", own_, "-", ++written_, kUnfinished);
  std::error_code ignored;
  std::filesystem::create_directories(place.folder, ignored);  // where it cannot be, the copy says why
  const absl::StatusOr<SnapshotLine> line = CopyAll(source, path);
  Ask(source, [](Partition* partition) { partition->EndCopy(); });
  absl::Status status = line.status();
  if (status.ok())
    status = SealSnapshot(path, *line, [&](size_t bytes) {
      (void)utimensat(AT_FDCWD, path.c_str(), nullptr, 0);  // it is not abandoned
      return Rest(bytes);
    });
  const uint64_t bytes = std::filesystem::file_size(path, ignored);
  if (status.ok()) status = PublishSnapshot(path, place, *line);
  if (!status.ok()) {
    std::filesystem::remove(path, ignored);
    return status;
  }
  absl::MutexLock lock(&mutex_);
  written_bytes_ += bytes;
  return status;
}

absl::StatusOr<SnapshotLine> Snapshots::CopyAll(const SnapshotSource& source, const std::string& path) {
  const uint64_t step = std::clamp(options_.bytes_per_second / kStepsPerSecond, kPage, kMostAtOnce);
  for (uint64_t unsynced = 0;; unsynced += step) {
    absl::StatusOr<std::optional<CachedAt>> copied = Gone();
    absl::StatusOr<std::optional<log::Tip>> first = std::nullopt;
    Ask(source, [&](Partition* partition) {
      copied = partition->CopyOn(path, static_cast<int>(step / kPage));
      if (copied.ok() && *copied) first = partition->TipBefore(1);
    });
    if (!copied.ok()) return copied.status();
    if (copied->has_value()) {
      if (!first.ok() || !*first) return absl::FailedPreconditionError("the cache does not say with which batch the journal begins");
      return SnapshotLine{
          .region = options_.region, .partition = source.partition, .batch = (*copied)->tip.number, .journal = base::Hex((**first).hash)};
    }
    if (unsynced >= kMostUnsynced) {
      SyncFile(path);
      unsynced = 0;
    }
    if (!Rest(step)) return Gone();
  }
}

bool Snapshots::Rest(uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  const double seconds = static_cast<double>(bytes) / static_cast<double>(options_.bytes_per_second);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), absl::Seconds(seconds));
}

}  // namespace overdracht::workflow
