// What every benchmark here shares: runs of one length, the median of them with its spread, and how a result is written.
#ifndef OVERDRACHT_TESTS_BENCH_BENCH_H_
#define OVERDRACHT_TESTS_BENCH_BENCH_H_

#include <absl/functional/function_ref.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace overdracht::bench {

struct Options {
  double scale = 1;  // of the work in a run; 1 is what the figures in docs are made with
  int runs = 5;
  std::string server;  // the program to measure as a server
  // An existing folder with so many trajecten (overdracht_bench --fill), for what needs one. Empty: it is made.
  std::string folder;
  size_t trajecten = 0;
};

struct Result {
  Result(std::string name, std::string unit, int runs, std::string baseline)
      : name(std::move(name)), unit(std::move(unit)), runs(runs), baseline(std::move(baseline)) {}

  std::string name;
  std::string unit;
  int runs;
  double value = 0;   // the median of the runs
  double spread = 0;  // (greatest - least) / median
  std::string baseline;
  double baseline_value = 0;
  double p50_ms = 0;
  double p99_ms = 0;
  double cpu_ms_per_op = 0;
  std::map<std::string, double> more;  // further figures, by name with unit

  std::string Json() const;
  std::string Text() const;
};

class Stopwatch {
 public:
  double Seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count(); }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// Gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// User and system time of this process, in seconds.
double CpuSeconds();

double Median(std::vector<double> values);
double Percentile(std::vector<double> values, double percent);
double Spread(const std::vector<double>& values);

Result Decide(const Options& options);
Result Replay(const Options& options);
Result ListPage(const Options& options);
Result DevStart(const Options& options);
Result MemoryPerTraject(const Options& options);
Result DiskPerHandover(const Options& options);
Result DiskPerTraject(const Options& options);
Result SubscribeLatency(const Options& options);
// A result for each number of running trajecten.
void Restart(const Options& options, const std::function<void(const Result&)>& give);
void Growth(const Options& options, const std::function<void(const Result&)>& give);
void Pause(const Options& options, const std::function<void(const Result&)>& give);
// Gives a result for each number of calls in flight, when it is there.
void HandoverEmbedded(const Options& options, const std::function<void(const Result&)>& give);
void HandoverUnloaded(const Options& options, const std::function<void(const Result&)>& give);
// A result for each load. It starts a Kafka (deploy/kafka/broker).
void EosCost(const Options& options, const std::function<void(const Result&)>& give);
// On a real Kafka.
void HandoverKafka(const Options& options, const std::function<void(const Result&)>& give);
void HandoverKafkaUnloaded(const Options& options, const std::function<void(const Result&)>& give);
Result SubscribeLatencyKafka(const Options& options);
Result TakeOver(const Options& options);
// A result for each thing that is measured of one large region.
void LargeRegion(const Options& options, const std::function<void(const Result&)>& give);
// The server that they are compared with, in a process of its own; until it is ended.
int Echo();

}  // namespace overdracht::bench

#endif  // OVERDRACHT_TESTS_BENCH_BENCH_H_
