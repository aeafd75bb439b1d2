#include "services/workflow/snapshot.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "services/base/sha256.h"
#include "services/workflow/cache.h"

namespace overdracht::workflow {
namespace {

constexpr size_t kPiece = 1 << 20;
constexpr size_t kLongestLine = 512;
constexpr char kBegin[] = "\noverdracht-snapshot 1 ";
constexpr char kHash[] = " sha256=";

absl::Status ErrnoOf(const std::string& path) {
  const std::string why = absl::StrCat(path, ": ", std::strerror(errno));
  return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? absl::ResourceExhaustedError(why) : absl::FailedPreconditionError(why);
}

absl::Status Refused(absl::string_view why) { return absl::FailedPreconditionError(absl::StrCat("the snapshot ", why)); }

class File {
 public:
  File(std::string path, int flags) : path_(std::move(path)), file_(open(path_.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~File() {
    if (file_ >= 0) close(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return file_ >= 0; }
  absl::Status Failed() const { return ErrnoOf(path_); }
  absl::StatusOr<size_t> Size() const {
    struct stat stat;
    if (fstat(file_, &stat) != 0) return Failed();
    return static_cast<size_t>(stat.st_size);
  }
  // All of `bytes`; a file that ends before is an error.
  absl::Status Read(size_t from, absl::Span<char> bytes) const {
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t got = pread(file_, bytes.data() + done, bytes.size() - done, static_cast<off_t>(from + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return Failed();
      if (got == 0) return absl::FailedPreconditionError(absl::StrCat(path_, " ends too early"));
      done += static_cast<size_t>(got);
    }
    return absl::OkStatus();
  }
  absl::Status Write(size_t to, absl::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t put = pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(to));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return Failed();
      to += static_cast<size_t>(put);
      bytes.remove_prefix(static_cast<size_t>(put));
    }
    return absl::OkStatus();
  }
  absl::Status Sync() const { return fsync(file_) == 0 ? absl::OkStatus() : Failed(); }

 private:
  const std::string path_;
  const int file_;
};

std::string Words(const SnapshotLine& line) {
  return absl::StrCat(kBegin, "region=", line.region, " partition=", line.partition, " batch=", line.batch, " journal=", line.journal,
                      kHash);
}

std::string HashOf(base::Hasher* content, const SnapshotLine& line) { return base::Hex(content->Add(Words(line)).Finish()); }

// Of a file its size without the line, the line, and the hash that it says.
struct Sealed {
  size_t content = 0;
  SnapshotLine line;
  std::string hash;
};

std::optional<Sealed> Parse(absl::string_view end, size_t size) {
  const size_t begin = end.rfind(kBegin);
  if (begin == end.npos || end.back() != '\n') return std::nullopt;
  Sealed sealed{.content = size - (end.size() - begin), .line = {}, .hash = {}};
  const absl::string_view line = end.substr(begin, end.size() - begin - 1);
  std::map<absl::string_view, absl::string_view> words;
  for (absl::string_view word : absl::StrSplit(line.substr(sizeof kBegin - 1), ' ')) {
    words.insert(absl::StrSplit(word, absl::MaxSplits('=', 1)));
  }
  sealed.line.region = std::string(words["region"]);
  sealed.line.journal = std::string(words["journal"]);
  sealed.hash = std::string(words["sha256"]);
  const bool good = absl::SimpleAtoi(words["partition"], &sealed.line.partition) && absl::SimpleAtoi(words["batch"], &sealed.line.batch);
  // As it is written and in no other way.
  if (!good || absl::StrCat(Words(sealed.line), sealed.hash) != line) return std::nullopt;
  return sealed;
}

absl::StatusOr<Sealed> ReadSealed(const File& file) {
  const absl::StatusOr<size_t> size = file.Size();
  if (!size.ok()) return size.status();
  std::string end(std::min(*size, kLongestLine), '\0');
  if (absl::Status read = file.Read(*size - end.size(), absl::MakeSpan(end)); !read.ok()) return read;
  std::optional<Sealed> sealed = end.empty() ? std::nullopt : Parse(end, *size);
  if (!sealed) return absl::InvalidArgumentError("it does not end as a snapshot does");
  return *std::move(sealed);
}

// All pieces of the content, each with its place.
absl::Status ReadContent(const File& file, size_t content, absl::FunctionRef<absl::Status(size_t at, absl::string_view piece)> visit) {
  std::string piece;
  for (size_t at = 0; at < content; at += piece.size()) {
    piece.resize(std::min(kPiece, content - at));
    if (absl::Status read = file.Read(at, absl::MakeSpan(piece)); !read.ok()) return read;
    if (absl::Status visited = visit(at, piece); !visited.ok()) return visited;
  }
  return absl::OkStatus();
}

absl::Status SyncFolder(const std::string& folder) {
  const File file(folder, O_RDONLY | O_DIRECTORY);
  return file.is_open() ? file.Sync() : file.Failed();
}

// The snapshot without its line, as a file of its own; only where it is whole.
absl::Status CopyOut(const File& snapshot, const Sealed& sealed, const std::string& path) {
  const File to(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!to.is_open()) return to.Failed();
  base::Hasher hasher("overdracht.snapshot");
  const absl::Status copied = ReadContent(snapshot, sealed.content, [&](size_t at, absl::string_view piece) {
    hasher.Add(piece);
    return to.Write(at, piece);
  });
  if (!copied.ok()) return copied;
  if (HashOf(&hasher, sealed.line) != sealed.hash) return Refused("is damaged: its bytes are not those that were written");
  return to.Sync();
}

// The journal begins with the batch that the cache knows as the one before its first record, or does not even reach it.
absl::Status ExpectJournal(log::EventLog* journal, const log::Tip& first) {
  log::Tip found;
  const absl::Status read = journal->Read({}, [&](const log::Tip& at, const log::Batch&) {
    found = at;
    return at.number >= first.number ? absl::CancelledError() : absl::OkStatus();
  });
  if (absl::IsUnavailable(read)) return read;
  if (!read.ok() && !absl::IsCancelled(read)) return absl::FailedPreconditionError(read.message());
  if (found.number < first.number || found.hash == first.hash) return absl::OkStatus();
  return Refused("is of another journal: this one begins otherwise");
}

absl::Status ExpectCache(const std::string& path, const SnapshotLine& line, log::EventLog* journal) {
  absl::StatusOr<std::unique_ptr<Cache>> cache = Cache::Open(path);
  if (!cache.ok()) return Refused(cache.status().message());
  const absl::StatusOr<std::optional<CachedAt>> at = (*cache)->At();
  if (!at.ok()) return Refused(at.status().message());
  if (!at->has_value()) return Refused("is of another version of the program");
  const absl::StatusOr<std::optional<log::Tip>> first = (*cache)->TipBefore(1);
  if (!first.ok() || !first->has_value()) return Refused("does not say with which batch its journal begins");
  if ((*at)->tip.number != line.batch || base::Hex((*first)->hash) != line.journal) return Refused("is not what its last line says");
  return ExpectJournal(journal, **first);
}

absl::Status Restore(const SnapshotPlace& place, log::EventLog* journal, const std::string& path) {
  const File file(place.path(), O_RDONLY);
  if (!file.is_open()) return errno == ENOENT ? absl::NotFoundError("there is no snapshot") : file.Failed();
  const absl::StatusOr<Sealed> sealed = ReadSealed(file);
  if (!sealed.ok()) return Refused(absl::StrCat("is damaged: ", sealed.status().message()));
  if (sealed->line.region != place.region || sealed->line.partition != place.partition) {
    return Refused(absl::StrCat("is of partition ", sealed->line.partition, " of region ", sealed->line.region));
  }
  if (absl::Status copied = CopyOut(file, *sealed, path); !copied.ok()) return copied;
  return ExpectCache(path, sealed->line, journal);
}

}  // namespace

std::string SnapshotPlace::path() const { return absl::StrCat(folder, "/", region, ".", partition, ".db"); }

absl::StatusOr<SnapshotLine> ReadSnapshotLine(const std::string& path) {
  const File file(path, O_RDONLY);
  if (!file.is_open()) return errno == ENOENT ? absl::NotFoundError("there is no snapshot") : file.Failed();
  absl::StatusOr<Sealed> sealed = ReadSealed(file);
  if (!sealed.ok()) return sealed.status();
  return std::move(sealed->line);
}

absl::Status SealSnapshot(const std::string& path, const SnapshotLine& line, absl::FunctionRef<bool(size_t bytes)> read) {
  const File file(path, O_RDWR);
  if (!file.is_open()) return file.Failed();
  const absl::StatusOr<size_t> size = file.Size();
  if (!size.ok()) return size.status();
  base::Hasher hasher("overdracht.snapshot");
  const absl::Status hashed = ReadContent(file, *size, [&](size_t, absl::string_view piece) {
    hasher.Add(piece);
    return read(piece.size()) ? absl::OkStatus() : absl::CancelledError();
  });
  if (!hashed.ok()) return hashed;
  if (absl::Status written = file.Write(*size, absl::StrCat(Words(line), HashOf(&hasher, line), "\n")); !written.ok()) return written;
  return file.Sync();
}

// Of two that are put there at once the later one stays, newer or not: it is whole, and the next one is newer again.
absl::Status PublishSnapshot(const std::string& path, const SnapshotPlace& place, const SnapshotLine& line) {
  const absl::StatusOr<SnapshotLine> there = ReadSnapshotLine(place.path());
  if (there.ok() && there->region == line.region && there->partition == line.partition && there->journal == line.journal &&
      there->batch > line.batch) {
    return unlink(path.c_str()) == 0 ? absl::OkStatus() : ErrnoOf(path);
  }
  if (rename(path.c_str(), place.path().c_str()) != 0) return ErrnoOf(place.path());
  return SyncFolder(place.folder);
}

absl::Status RestoreSnapshot(const SnapshotPlace& place, log::EventLog* journal, const std::string& cache) {
  if (Cache::IsThere(cache)) return absl::NotFoundError("there is a cache");
  const std::string path = cache + ".restored";
  absl::Status restored = Restore(place, journal, path);
  // A WAL of the old file must not be taken for one of the new.
  if (restored.ok()) restored = Cache::Drop(cache);
  if (restored.ok() && rename(path.c_str(), cache.c_str()) != 0) restored = ErrnoOf(cache);
  if (restored.ok()) return SyncFolder(std::filesystem::path(cache).parent_path());
  (void)Cache::Drop(path);
  const bool passes = absl::IsNotFound(restored) || absl::IsUnavailable(restored);
  return passes ? restored : absl::FailedPreconditionError(restored.message());
}

}  // namespace overdracht::workflow
