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

}  // namespace

std::string ClockName(ClockKind clock) { return clock == ClockKind::kWall ? "wall" : "events"; }

absl::Status KeepClock(const std::string& folder, ClockKind clock) {
  const std::string path = folder + "/clock";
  std::ifstream file(path);
  if (!file) return WriteWhole(path, ClockName(clock) + "\n");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string kept(absl::StripAsciiWhitespace(text.str()));
  if (kept == ClockName(clock)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("expected --clock ", kept, ", the clock that ", folder, " was made with, but it is --clock ", ClockName(clock)));
}

}  // namespace overdracht::workflow
