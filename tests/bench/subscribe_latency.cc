// subscribe_latency: at half of what the server can take, from sending a report until a subscriber of the recipient's outbox has a notice
// of it. Beside it: until the reporter has its answer, without which nobody is told anything.

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <thread>

#include "overdracht/api/v1/outbox_service.grpc.pb.h"
#include "services/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/caller.h"
#include "tests/bench/handover.h"

namespace overdracht::bench {
namespace {

constexpr char kTime[] = "2026-01-01T09:00:00Z";
constexpr char kWijkteam[] = "00000099000000202000";
constexpr size_t kInFlight = 64;
constexpr uint64_t kFirstOfAll = 1'000'000'000;  // of the handovers before those that are measured

std::string IdOf(uint64_t n, int report) { return absl::StrCat("bench-", n, "-", report + 1); }

// When each report was sent, answered, and seen by the subscriber (for the first time: most lead to several notices).
class Times {
 public:
  void Sent(const std::string& id) {
    absl::MutexLock lock(&mutex_);
    sent_[id] = absl::Now();
  }
  void Answered(const std::string& id) { Note(id, &answered_ms_); }
  void Seen(const std::string& id) { Note(id, &seen_ms_); }

  // Until it is seen; it counts for nothing.
  void AwaitAndForget(const std::string& id) {
    absl::MutexLock lock(&mutex_);
    const auto seen = [&] { return seen_ms_.contains(id); };
    OVERDRACHT_CHECK(mutex_.AwaitWithTimeout(absl::Condition(&seen), absl::Seconds(60)), "a report that no subscriber sees");
    sent_.erase(id);
    seen_ms_.erase(id);
  }

  std::vector<double> answered_ms() { return Take(&answered_ms_); }
  std::vector<double> seen_ms() { return Take(&seen_ms_); }

 private:
  void Note(const std::string& id, absl::flat_hash_map<std::string, double>* into) {
    absl::MutexLock lock(&mutex_);
    const auto sent = sent_.find(id);
    if (sent != sent_.end()) into->try_emplace(id, absl::ToDoubleMilliseconds(absl::Now() - sent->second));
  }
  std::vector<double> Take(absl::flat_hash_map<std::string, double>* from) {
    absl::MutexLock lock(&mutex_);
    std::vector<double> values;
    for (const auto& [id, ms] : *from) values.push_back(ms);
    return values;
  }

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, absl::Time> sent_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, double> answered_ms_ ABSL_GUARDED_BY(mutex_), seen_ms_ ABSL_GUARDED_BY(mutex_);
};

// The subscription of the wijkteam; ended with the object.
class Subscriber {
 public:
  Subscriber(const std::string& address, Times* times)
      : stub_(api::v1::OutboxService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))) {
    context_.AddMetadata("overdracht-oin", kWijkteam);
    stream_ = stub_->Subscribe(&context_, {});
    thread_ = std::thread([this, times] {
      api::v1::SubscribeResponse response;
      while (stream_->Read(&response)) times->Seen(response.item().causationid());
    });
  }
  ~Subscriber() {
    context_.TryCancel();
    thread_.join();
    stream_->Finish();
  }

 private:
  const std::unique_ptr<api::v1::OutboxService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<api::v1::SubscribeResponse>> stream_;
  std::thread thread_;
};

// A handover begins at each beat, whatever became of those before it; its reports follow on their answers.
void HandOver(Caller* caller, uint64_t n, int report, Times* times) {
  const std::string id = IdOf(n, report);
  times->Sent(id);
  caller->Report(HandoverJson(n, kTime)[report], [caller, n, report, times, id] {
    times->Answered(id);
    if (report + 1 < kReports) HandOver(caller, n, report + 1, times);
  });
}

// Handovers a second when as many reports as it can take are under way.
double MostPerSecond(Caller* caller, size_t count, uint64_t first) {
  std::array<std::vector<std::string>, kReports> steps;
  for (uint64_t n = first; n < first + count; ++n) {
    auto events = HandoverJson(n, kTime);
    for (int i = 0; i < kReports; ++i) steps[i].push_back(std::move(events[i]));
  }
  const Stopwatch watch;
  for (const std::vector<std::string>& events : steps) caller->ReportAll(events, kInFlight);
  return static_cast<double>(count) / watch.Seconds();
}

}  // namespace

Result SubscribeLatency(const Options& options) {
  Result result("subscribe_latency", "s", options.runs, "until the answer, s");
  const auto count = static_cast<size_t>(std::max(64.0, 4'000 * options.scale));
  std::vector<double> medians, seen_ms, answered_ms, rates, cpu;
  for (int run = 0; run < options.runs; ++run) {
    const TemporaryFolder folder;
    const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path());
    Caller caller(server->address());
    Times times;
    const Subscriber subscriber(server->address(), &times);
    const std::string last = IdOf(kFirstOfAll + count / 2 - 1, kReports - 1);
    times.Sent(last);
    const double rate = MostPerSecond(&caller, count / 2, kFirstOfAll) / 2;
    times.AwaitAndForget(last);  // the subscriber has caught up with what was more than half
    const double cpu_before = server->CpuSeconds();
    const absl::Time begun = absl::Now();
    for (size_t n = 0; n < count; ++n) {
      absl::SleepFor(begun + absl::Seconds(static_cast<double>(n) / rate) - absl::Now());
      HandOver(&caller, n, 0, &times);
    }
    caller.Wait();
    // The last notices are on their way; by then they were seen or count for nothing.
    absl::SleepFor(absl::Milliseconds(200));
    rates.push_back(rate);
    cpu.push_back(1e3 * (server->CpuSeconds() - cpu_before) / static_cast<double>(count));
    const std::vector<double> seen = times.seen_ms(), answered = times.answered_ms();
    medians.push_back(1e-3 * Median(seen));
    seen_ms.insert(seen_ms.end(), seen.begin(), seen.end());
    answered_ms.insert(answered_ms.end(), answered.begin(), answered.end());
  }
  result.value = Median(medians);
  result.spread = Spread(medians);
  result.baseline_value = 1e-3 * Median(answered_ms);
  result.p50_ms = Percentile(seen_ms, 50);
  result.p99_ms = Percentile(seen_ms, 99);
  result.cpu_ms_per_op = Median(cpu);
  result.more["handovers_per_s"] = Median(rates);
  result.more["answer_p99_ms"] = Percentile(answered_ms, 99);
  result.more["longest_ms"] = Percentile(seen_ms, 100);
  return result;
}

}  // namespace overdracht::bench
