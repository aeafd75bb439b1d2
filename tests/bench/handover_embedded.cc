// handover_embedded: handovers against a running `overdracht dev` by unary typed calls. So many handovers are under way at once; each
// report is a call that is made when the one before it in its handover is answered. Beside it, in the same run: a server of its own process
// that answers the same calls with nothing, and the bare group commits of SQLite with batches of the size that the server wrote.

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>

#include "services/base/check.h"
#include "services/log/embedded/embedded_log.h"
#include "services/log/embedded/sqlite.h"
#include "tests/bench/bench.h"
#include "tests/bench/handover_calls.h"
#include "tests/support/server_process.h"

namespace overdracht::bench {
namespace {

HandoverRun Drive(const testing::ServerProcess& server, uint64_t first, size_t count, size_t in_flight) {
  return DoHandovers([&](const std::string&) { return server.address(); }, [&] { return server.CpuSeconds(); }, first, count, in_flight);
}

// How many batches a journal holds, and their bytes.
struct JournalSize {
  double batches = 0;
  double bytes = 0;
};

JournalSize MeasureJournal(const std::string& path) {
  JournalSize size;
  const auto log = log::EmbeddedLog::Open(path);
  OVERDRACHT_CHECK(log.ok(), "the server's journal cannot be opened");
  const auto count = [&](const log::Tip&, const log::Batch& batch) {
    ++size.batches;
    size.bytes += static_cast<double>(batch.stored.size());
    return absl::OkStatus();
  };
  OVERDRACHT_CHECK((*log)->Read(log::Tip{}, count).ok(), "the server's journal cannot be read");
  return size;
}

// Commits a second of one row of so many bytes.
double CommitRate(const std::string& path, size_t bytes) {
  auto database = log::Sqlite::Open(path);
  OVERDRACHT_CHECK(database.ok() && database->Execute("CREATE TABLE raw(number INTEGER PRIMARY KEY, bytes BLOB NOT NULL)").ok(),
                   "no table");
  auto insert = database->Prepare("INSERT INTO raw(bytes) VALUES(?1)");
  OVERDRACHT_CHECK(insert.ok(), "no statement");
  const std::string row(bytes, 'x');
  const Stopwatch watch;
  int commits = 0;
  while (watch.Seconds() < 0.5) {
    OVERDRACHT_CHECK(insert->Bind(1, row).Step().ok(), "no insert");
    insert->Reset();
    database->CheckpointWhenLong();
    ++commits;
  }
  return commits / watch.Seconds();
}

// One row: so many calls in flight, against the program and against the echo.
Result Measure(const Options& options, size_t in_flight) {
  Result result(in_flight == 1 ? "handover_unloaded" : "handover_embedded", "handovers/s", options.runs,
                "an empty gRPC echo, handovers of four calls/s");
  const auto folder = std::filesystem::temp_directory_path() / ("overdracht-bench-" + std::to_string(getpid()));
  const auto count = static_cast<size_t>(std::max(64.0, (in_flight == 1 ? 2'000 : 10'000) * options.scale));
  const size_t warm_up = std::max<size_t>(64, count / 10);
  std::vector<double> rates, server_cpu, client_cpu, echoes, echo_server_cpu, echo_client_cpu, commits, took_ms;
  for (int run = 0; run < options.runs; ++run) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const std::string data = folder / "data";
    {
      const testing::ServerProcess server({options.server, "dev", "--data", data, "--grpc-port", "0", "--http-port", "0"});
      Drive(server, 1'000'000'000, warm_up, in_flight);
      const HandoverRun measured = Drive(server, 0, count, in_flight);
      rates.push_back(measured.per_s);
      server_cpu.push_back(measured.server_cpu_ms);
      client_cpu.push_back(measured.client_cpu_ms);
      took_ms.insert(took_ms.end(), measured.took_ms.begin(), measured.took_ms.end());
    }
    {
      const testing::ServerProcess echo({"/proc/self/exe", "--echo"});
      Drive(echo, 1'000'000'000, warm_up, in_flight);
      const HandoverRun measured = Drive(echo, 0, count, in_flight);
      echoes.push_back(measured.per_s);
      echo_server_cpu.push_back(measured.server_cpu_ms);
      echo_client_cpu.push_back(measured.client_cpu_ms);
    }
    const JournalSize size = MeasureJournal(data + "/journal.db");
    const double handovers_per_batch = static_cast<double>(count + warm_up) / size.batches;
    result.more["handovers_per_batch"] = handovers_per_batch;
    result.more["journal_bytes_per_handover"] = size.bytes / static_cast<double>(count + warm_up);
    commits.push_back(handovers_per_batch * CommitRate(folder / "raw.db", static_cast<size_t>(size.bytes / size.batches)));
  }
  std::filesystem::remove_all(folder);
  result.value = Median(rates);
  result.spread = Spread(rates);
  result.baseline_value = Median(echoes);
  result.p50_ms = Percentile(took_ms, 50);
  result.p99_ms = Percentile(took_ms, 99);
  result.cpu_ms_per_op = Median(server_cpu);
  result.more["in_flight"] = static_cast<double>(in_flight);
  result.more["client_cpu_ms_per_op"] = Median(client_cpu);
  result.more["echo_server_cpu_ms_per_op"] = Median(echo_server_cpu);
  result.more["echo_client_cpu_ms_per_op"] = Median(echo_client_cpu);
  result.more["bare_group_commits_handovers_per_s"] = Median(commits);
  return result;
}

// Answers every call with nothing.
class Nothing : public grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    class Answer : public grpc::ServerGenericBidiReactor {
     public:
      Answer() { StartRead(&request_); }
      void OnReadDone(bool ok) override {
        if (!ok) return Finish(grpc::Status::CANCELLED);
        StartWriteAndFinish(&response_, {}, grpc::Status::OK);
      }
      void OnDone() override { delete this; }

     private:
      grpc::ByteBuffer request_;
      const grpc::Slice empty_;
      grpc::ByteBuffer response_{&empty_, 1};
    };
    return new Answer;
  }
};

}  // namespace

void HandoverEmbedded(const Options& options, const std::function<void(const Result&)>& give) {
  for (const size_t in_flight : {32, 128, 256}) give(Measure(options, in_flight));
}

void HandoverUnloaded(const Options& options, const std::function<void(const Result&)>& give) { give(Measure(options, 1)); }

int Echo() {
  Nothing service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterCallbackGenericService(&service);
  const auto server = builder.BuildAndStart();
  OVERDRACHT_CHECK(server != nullptr, "the echo cannot listen");
  std::cout << "ready grpc=127.0.0.1:" << port << std::endl;
  server->Wait();
  return 0;
}

}  // namespace overdracht::bench
