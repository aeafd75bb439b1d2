#include "services/workflow/folder.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace overdracht::workflow {
namespace {

absl::Status Failed(const std::string& path) { return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno))); }

// All of it or nothing, also when the machine goes down.
absl::Status WriteWhole(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".new";
  const int file = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Failed(temporary);
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  close(file);
  if (!written || rename(temporary.c_str(), path.c_str()) != 0) return Failed(temporary);
  return absl::OkStatus();
}

// What stands in the file; `text`, which is written down, where there is none.
absl::StatusOr<std::string> Keep(const std::string& path, const std::string& text) {
  std::ifstream file(path);
  if (!file) {
    if (absl::Status written = WriteWhole(path, text + "\n"); !written.ok()) return written;
    return text;
  }
  std::ostringstream kept;
  kept << file.rdbuf();
  return std::string(absl::StripAsciiWhitespace(kept.str()));
}

}  // namespace

std::string ClockName(ClockKind clock) { return clock == ClockKind::kWall ? "wall" : "events"; }

absl::Status KeepClock(const std::string& folder, ClockKind clock) {
  const absl::StatusOr<std::string> kept = Keep(folder + "/clock", ClockName(clock));
  if (!kept.ok() || *kept == ClockName(clock)) return kept.status();
  return absl::FailedPreconditionError(
      absl::StrCat("expected --clock ", *kept, ", the clock that ", folder, " was made with, but it is --clock ", ClockName(clock)));
}

absl::Status KeepPartitions(const std::string& folder, uint32_t partitions) {
  const absl::StatusOr<std::string> kept = Keep(folder + "/partitions", absl::StrCat(partitions));
  if (!kept.ok() || *kept == absl::StrCat(partitions)) return kept.status();
  return absl::FailedPreconditionError(absl::StrCat("expected a region of as many partitions as when ", folder, " was made, ", *kept,
                                                    ", but its topics have ", partitions,
                                                    ": a traject's partition follows from their number, so that is never changed; what is "
                                                    "reported now would be decided apart from what was reported before"));
}

}  // namespace overdracht::workflow
