// A progress bar on stderr, on a terminal only.
#ifndef OVERDRACHT_SERVICES_CLI_PROGRESS_H_
#define OVERDRACHT_SERVICES_CLI_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace overdracht::cli {

class Progress {
 public:
  explicit Progress(std::string what);
  // Takes the bar away.
  ~Progress();

  // `total` 0: nobody knows. Draws at most ten times a second.
  void At(uint64_t done, uint64_t total);

 private:
  const std::string what_;
  const bool shown_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_PROGRESS_H_
