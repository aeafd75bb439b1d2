// subscribe_latency: at half of what the server can take, from sending a report until a subscriber of the recipient's outbox has a notice
// of it. Beside it: until the reporter has its answer, without which nobody is told anything. subscribe_latency_kafka: the same before a
// region on a real Kafka.

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <thread>

#include "overdracht/api/v1/outbox_service.grpc.pb.h"
#include "services/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/caller.h"
#include "tests/bench/handover.h"
#include "tests/bench/kafka_region.h"

namespace overdracht::bench {
namespace {

constexpr char kTime[] = "2026-01-01T09:00:00Z";
constexpr char kWijkteam[] = "00000099000000202000";
constexpr size_t kInFlight = 64;
constexpr int kPartitions = 4;
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

// Where the reports of a handover are made and seen, and what that takes.
class Place {
 public:
  explicit Place(std::function<std::string(const std::string& organisation)> address_of) : address_of_(std::move(address_of)) {
    const auto events = HandoverEvents(0, kTime);
    for (int report = 0; report < kReports; ++report) {
      std::unique_ptr<Caller>& caller = callers_[events[report].organisation()];
      if (caller == nullptr) caller = std::make_unique<Caller>(address_of_(events[report].organisation()));
      by_report_[report] = caller.get();
    }
  }

  // A handover begins at each beat, whatever became of those before it; its reports follow on their answers.
  void HandOver(uint64_t n, Times* times) {
    {
      absl::MutexLock lock(&mutex_);
      ++under_way_;
    }
    Report(n, 0, times);
  }

  // Handovers a second when as many reports as it can take are under way.
  double MostPerSecond(size_t count, uint64_t first) {
    std::array<std::vector<std::string>, kReports> steps;
    for (uint64_t n = first; n < first + count; ++n) {
      auto events = HandoverJson(n, kTime);
      for (int i = 0; i < kReports; ++i) steps[i].push_back(std::move(events[i]));
    }
    const Stopwatch watch;
    for (int i = 0; i < kReports; ++i) by_report_[i]->ReportAll(steps[i], kInFlight);
    return static_cast<double>(count) / watch.Seconds();
  }

  // Until all handovers are over.
  void Wait() {
    const auto none = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return under_way_ == 0; };
    absl::MutexLock lock(&mutex_, absl::Condition(&none));
  }

  std::string wijkteam() const { return address_of_(kWijkteam); }

 private:
  void Report(uint64_t n, int report, Times* times) {
    const std::string id = IdOf(n, report);
    times->Sent(id);
    by_report_[report]->Report(HandoverJson(n, kTime)[report], [this, n, report, times, id] {
      times->Answered(id);
      if (report + 1 < kReports) return Report(n, report + 1, times);
      absl::MutexLock lock(&mutex_);
      --under_way_;
    });
  }

  const std::function<std::string(const std::string& organisation)> address_of_;
  absl::Mutex mutex_;
  size_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::unique_ptr<Caller>> callers_;
  std::array<Caller*, kReports> by_report_;
};

struct Seen {
  std::vector<double> medians, seen_ms, answered_ms, rates, cpu;
};

void MeasureAt(Place* place, size_t count, const std::function<double()>& cpu_s, Seen* all) {
  Times times;
  const Subscriber subscriber(place->wijkteam(), &times);
  const std::string last = IdOf(kFirstOfAll + count / 2 - 1, kReports - 1);
  times.Sent(last);
  const double rate = place->MostPerSecond(count / 2, kFirstOfAll) / 2;
  times.AwaitAndForget(last);  // the subscriber has caught up with what was more than half
  const double cpu_before = cpu_s();
  const absl::Time begun = absl::Now();
  for (size_t n = 0; n < count; ++n) {
    absl::SleepFor(begun + absl::Seconds(static_cast<double>(n) / rate) - absl::Now());
    place->HandOver(n, &times);
  }
  place->Wait();
  // The last notices are on their way; by then they were seen or count for nothing.
  absl::SleepFor(absl::Milliseconds(200));
  all->rates.push_back(rate);
  all->cpu.push_back(1e3 * (cpu_s() - cpu_before) / static_cast<double>(count));
  const std::vector<double> seen = times.seen_ms(), answered = times.answered_ms();
  all->medians.push_back(1e-3 * Median(seen));
  all->seen_ms.insert(all->seen_ms.end(), seen.begin(), seen.end());
  all->answered_ms.insert(all->answered_ms.end(), answered.begin(), answered.end());
}

Result ResultOf(const char* name, const Options& options, const Seen& all) {
  Result result(name, "s", options.runs, "until the answer, s");
  result.value = Median(all.medians);
  result.spread = Spread(all.medians);
  result.baseline_value = 1e-3 * Median(all.answered_ms);
  result.p50_ms = Percentile(all.seen_ms, 50);
  result.p99_ms = Percentile(all.seen_ms, 99);
  result.cpu_ms_per_op = Median(all.cpu);
  result.more["handovers_per_s"] = Median(all.rates);
  result.more["answer_p99_ms"] = Percentile(all.answered_ms, 99);
  result.more["longest_ms"] = Percentile(all.seen_ms, 100);
  return result;
}

}  // namespace

Result SubscribeLatency(const Options& options) {
  const auto count = static_cast<size_t>(std::max(64.0, 4'000 * options.scale));
  Seen all;
  for (int run = 0; run < options.runs; ++run) {
    const TemporaryFolder folder;
    const std::unique_ptr<testing::ServerProcess> server = ServeFolder(options.server, folder.path());
    Place place([&](const std::string&) { return server->address(); });
    MeasureAt(
        &place, count, [&] { return server->CpuSeconds(); }, &all);
  }
  return ResultOf("subscribe_latency", options, all);
}

Result SubscribeLatencyKafka(const Options& options) {
  const auto count = static_cast<size_t>(std::max(64.0, 2'000 * options.scale));
  Seen all;
  for (int run = 0; run < options.runs; ++run) {
    KafkaRegion region(options.server, kPartitions, HandoverOrganisations());
    region.StartAll();
    Place place([&](const std::string& organisation) { return region.AddressOf(organisation); });
    place.MostPerSecond(2 * count, 2 * kFirstOfAll);  // KafkaRegion: a broker gets quicker
    MeasureAt(
        &place, count, [&] { return region.WorkflowCpu() + region.PartnerCpu(); }, &all);
  }
  return ResultOf("subscribe_latency_kafka", options, all);
}

}  // namespace overdracht::bench
