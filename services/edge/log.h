// What a service says while it runs: one JSON object a line on stderr, for journald and what reads it.
//
// Never a value from an event: what is written are names of ours, codes, OINs, durations, and the trace that a call belongs to.
#ifndef OVERDRACHT_SERVICES_EDGE_LOG_H_
#define OVERDRACHT_SERVICES_EDGE_LOG_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace overdracht::edge {

class Log {
 public:
  enum Severity { kInfo, kWarning, kError };
  using Value = std::variant<std::string, int64_t, double>;
  using Fields = std::vector<std::pair<const char*, Value>>;

  // Writes to this file descriptor, which it does not close.
  explicit Log(int descriptor = 2);
  // Writes what waits, if somebody reads it.
  ~Log();

  // {"time":…,"severity":"INFO","message":…, and the fields}. Of any thread, and never waits: who reads too slowly misses lines, and is
  // told how many.
  void Write(Severity severity, const char* message, Fields fields = {});

 private:
  void Run();
  bool Put(absl::string_view line);

  const int descriptor_;
  absl::Mutex mutex_;
  std::deque<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  uint64_t missed_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_LOG_H_
