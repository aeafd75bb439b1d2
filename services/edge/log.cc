#include "services/edge/log.h"

#include <absl/strings/string_view.h>
#include <absl/time/clock.h>
#include <absl/time/time.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

namespace overdracht::edge {
namespace {

constexpr size_t kMostLines = 4096;
constexpr int kPatienceMs = 200;  // between two looks whether the service ends
// So many bytes are taken by a pipe that says it takes some (PIPE_BUF), so no write ever waits.
constexpr size_t kAtOnce = 4096;

const char* NameOf(Log::Severity severity) {
  switch (severity) {
    case Log::kInfo:
      return "INFO";
    case Log::kWarning:
      return "WARNING";
    default:
      return "ERROR";
  }
}

std::string LineOf(Log::Severity severity, const char* message, const Log::Fields& fields) {
  nlohmann::ordered_json line = {{"time", absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone())},
                                 {"severity", NameOf(severity)},
                                 {"message", message}};
  for (const auto& [name, value] : fields) {
    std::visit([&line, name = name](const auto& plain) { line[name] = plain; }, value);
  }
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Log::Log(int descriptor) : descriptor_(descriptor), thread_([this] { Run(); }) {}

Log::~Log() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void Log::Write(Severity severity, const char* message, Fields fields) {
  std::string line = LineOf(severity, message, fields);
  absl::MutexLock lock(&mutex_);
  if (lines_.size() >= kMostLines) {
    ++missed_;
    return;
  }
  if (missed_ > 0) lines_.push_back(LineOf(kWarning, "log lines missed", {{"lines", static_cast<int64_t>(std::exchange(missed_, 0))}}));
  lines_.push_back(std::move(line));
}

void Log::Run() {
  for (;;) {
    std::string line;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(
          +[](Log* self) { return self->stopping_ || !self->lines_.empty(); }, this));
      if (lines_.empty()) return;
      line = std::move(lines_.front());
      lines_.pop_front();
    }
    if (!Put(line)) return;
  }
}

// False: the service ends, and nobody reads.
bool Log::Put(absl::string_view line) {
  while (!line.empty()) {
    pollfd file{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    if (poll(&file, 1, kPatienceMs) == 0) {
      absl::MutexLock lock(&mutex_);
      if (stopping_) return false;
      continue;
    }
    const ssize_t written = write(descriptor_, line.data(), std::min(line.size(), kAtOnce));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return true;  // a full disk, a closed terminal: this line is lost, the service goes on
    line.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace overdracht::edge
