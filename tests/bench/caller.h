// A client of a running server: events as JSON in unary calls, by whoever their source names.
#ifndef OVERDRACHT_TESTS_BENCH_CALLER_H_
#define OVERDRACHT_TESTS_BENCH_CALLER_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "overdracht/api/v1/event_service.grpc.pb.h"
#include "tests/bench/population.h"
#include "tests/support/chance.h"
#include "tests/support/server_process.h"

namespace overdracht::bench {

// `overdracht dev` on this folder, on the machine's clock.
std::unique_ptr<testing::ServerProcess> ServeFolder(const std::string& server, const std::string& folder);

// Numbers that no earlier process has used: for ids and for handovers (handover.h) in a folder that is used again.
uint64_t FreshNumber();

// A client is seen at home; nothing else changes. Each call makes another report.
std::string ContactJson(const Population& population, const Client& client);
// Any client of the population.
std::string ContactJson(const Population& population, testing::Chance* chance);
std::vector<std::string> Contacts(const Population& population, size_t count, testing::Chance* chance);

class Caller {
 public:
  explicit Caller(const std::string& address);
  ~Caller();

  // Dies of an event that is not accepted. `answered` is called on a thread of gRPC.
  void Report(const std::string& json, std::function<void()> answered);
  void ReportAndWait(const std::string& json);
  // All of them, so many at once. How long each took, in milliseconds.
  std::vector<double> ReportAll(const std::vector<std::string>& events, size_t in_flight);
  // So many a second, whatever becomes of those before it.
  std::vector<double> ReportSteadily(const std::vector<std::string>& events, double per_second);
  // Until all reports are answered.
  void Wait();

 private:
  bool Idle() const { return under_way_ == 0; }
  std::vector<std::unique_ptr<api::v1::EventService::Stub>> stubs_;
  absl::Mutex mutex_;
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace overdracht::bench

#endif  // OVERDRACHT_TESTS_BENCH_CALLER_H_
