#include "services/log/embedded/folder_lock.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace overdracht::log {
namespace {

constexpr size_t kLongestLine = 4096;
// A process that was killed may take a moment to let go, and whoever looks who holds the folder holds it for an instant.
constexpr int kTries = 50;
constexpr absl::Duration kBetweenTries = absl::Milliseconds(20);

std::string LockFile(const std::string& folder) { return absl::StrCat(folder, "/lock"); }

absl::Status Failed(const std::string& path, int error) { return absl::InternalError(absl::StrCat(path, ": ", std::strerror(error))); }

}  // namespace

absl::StatusOr<FolderLock> FolderLock::Acquire(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return absl::InternalError(absl::StrCat(folder, ": ", error.message()));
  const std::string path = LockFile(folder);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return Failed(path, errno);
  FolderLock lock(file);
  for (int tries = 0; flock(file, LOCK_EX | LOCK_NB) != 0; ++tries) {
    if (errno != EWOULDBLOCK) return Failed(path, errno);
    if (tries == kTries) return absl::AlreadyExistsError(absl::StrCat("another process holds the folder ", folder));
    absl::SleepFor(kBetweenTries);
  }
  // What the last holder announced is no longer true.
  if (ftruncate(file, 0) != 0) return Failed(path, errno);
  return lock;
}

absl::StatusOr<std::optional<std::string>> FolderLock::Holder(const std::string& folder) {
  const std::string path = LockFile(folder);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>();
    return Failed(path, errno);
  }
  FolderLock probe(file);
  if (flock(file, LOCK_SH | LOCK_NB) == 0) return std::optional<std::string>();
  if (errno != EWOULDBLOCK) return Failed(path, errno);
  std::string line(kLongestLine, '\0');
  const ssize_t size = pread(file, line.data(), line.size(), 0);
  if (size < 0) return Failed(path, errno);
  line.resize(size);
  return std::optional<std::string>(line.substr(0, line.find('\n')));
}

FolderLock::~FolderLock() {
  if (file_ >= 0) close(file_);
}

absl::Status FolderLock::Announce(absl::string_view line) {
  const std::string text = absl::StrCat(line, "\n");
  if (ftruncate(file_, 0) != 0 || pwrite(file_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return Failed("lock", errno);
  }
  return absl::OkStatus();
}

}  // namespace overdracht::log
