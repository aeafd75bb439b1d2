// handover_embedded: handovers against a running `overdracht dev` by PublishStream. In each stream some handovers are under way at once;
// each report is sent when the one before it in its handover is answered. Beside it, in the same run: an echo that answers the same stream
// without doing anything, and the bare group commits of SQLite with batches of the size that the server wrote.

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>

#include "overdracht/api/v1/event_service.grpc.pb.h"
#include "services/base/check.h"
#include "services/log/embedded/embedded_log.h"
#include "services/log/embedded/sqlite.h"
#include "tests/bench/bench.h"
#include "tests/bench/handover.h"

extern char** environ;

namespace overdracht::bench {
namespace {

constexpr int kStreams = 4;
constexpr int kUnderWay = 64;  // in each stream; below the stream's window, so that nobody waits for the other to read

// The program as a server of its own, on an empty folder, ended with the object.
class DevServer {
 public:
  DevServer(const std::string& program, const std::string& data) {
    int out[2];
    OVERDRACHT_CHECK(pipe(out) == 0, "no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    std::vector<std::string> words = {program, "dev", "--data", data, "--grpc-port", "0", "--http-port", "0"};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    OVERDRACHT_CHECK(posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ) == 0,
                     "the server cannot be started");
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    std::string said;
    char c = 0;
    while (read(out[0], &c, 1) == 1) {
      if (c != '\n') {
        said.push_back(c);
      } else if (absl::StartsWith(said, "ready ")) {
        break;
      } else {
        said.clear();
      }
    }
    output_ = out[0];
    for (absl::string_view word : absl::StrSplit(said, ' ')) {
      if (absl::ConsumePrefix(&word, "grpc=")) address_ = std::string(word);
    }
    OVERDRACHT_CHECK(!address_.empty(), "the server ended before it was ready");
  }
  ~DevServer() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
    close(output_);
  }
  DevServer(const DevServer&) = delete;
  DevServer& operator=(const DevServer&) = delete;

  int pid() const { return pid_; }
  const std::string& address() const { return address_; }

 private:
  pid_t pid_ = 0;
  int output_ = -1;
  std::string address_;
};

// Answers everything with nothing: what gRPC alone can do here.
class Echo : public api::v1::EventService::CallbackService {
  grpc::ServerBidiReactor<api::v1::PublishStreamRequest, api::v1::PublishStreamResponse>* PublishStream(
      grpc::CallbackServerContext*) override {
    class Stream : public grpc::ServerBidiReactor<api::v1::PublishStreamRequest, api::v1::PublishStreamResponse> {
     public:
      Stream() {
        response_.mutable_answer()->set_accepted(true);
        StartRead(&request_);
      }
      void OnReadDone(bool ok) override { ok ? StartWrite(&response_) : Finish(grpc::Status::OK); }
      void OnWriteDone(bool ok) override { ok ? StartRead(&request_) : Finish(grpc::Status::OK); }
      void OnDone() override { delete this; }

     private:
      api::v1::PublishStreamRequest request_;
      api::v1::PublishStreamResponse response_;
    };
    return new Stream;
  }
};

using Reports = std::array<std::string, kReports>;

// One stream's handovers, start to end; the time that each took.
std::vector<double> Drive(api::v1::EventService::Stub* stub, const std::vector<Reports>& handovers) {
  grpc::ClientContext context;
  const auto stream = stub->PublishStream(&context);
  struct Sent {
    size_t handover;
    int report;
  };
  std::deque<Sent> unanswered;  // answers come in order
  std::vector<Stopwatch> began(handovers.size());
  std::vector<double> took_ms;
  api::v1::PublishStreamRequest request;
  api::v1::PublishStreamResponse response;
  const auto send = [&](size_t handover, int report) {
    if (report == 0) began[handover] = Stopwatch();
    request.set_cloud_event(handovers[handover][report]);
    OVERDRACHT_CHECK(stream->Write(request), "the server takes no more");
    unanswered.push_back({handover, report});
  };
  size_t next = 0;
  while (next < std::min<size_t>(kUnderWay, handovers.size())) send(next++, 0);
  while (!unanswered.empty()) {
    OVERDRACHT_CHECK(stream->Read(&response), "the server answers no more");
    OVERDRACHT_CHECK(response.answer().accepted(), response.answer().message().c_str());
    const Sent sent = unanswered.front();
    unanswered.pop_front();
    if (sent.report + 1 < kReports) {
      send(sent.handover, sent.report + 1);
      continue;
    }
    took_ms.push_back(1e3 * began[sent.handover].Seconds());
    if (next < handovers.size()) send(next++, 0);
  }
  stream->WritesDone();
  OVERDRACHT_CHECK(stream->Finish().ok(), "the stream did not end well");
  return took_ms;
}

struct Run {
  double per_s = 0;
  double client_cpu_ms = 0;  // of one handover
  std::vector<double> took_ms;
};

Run DriveAll(const std::string& address, uint64_t first, size_t count) {
  std::vector<std::vector<Reports>> of_stream(kStreams);
  for (size_t i = 0; i < count; ++i) of_stream[i % kStreams].push_back(HandoverJson(first + i, "2026-01-01T09:00:00Z"));
  const auto stub = api::v1::EventService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  Run run;
  std::mutex mutex;
  const double cpu_before = CpuSeconds();
  const Stopwatch watch;
  std::vector<std::thread> threads;
  for (const std::vector<Reports>& handovers : of_stream) {
    threads.emplace_back([&] {
      const std::vector<double> took_ms = Drive(stub.get(), handovers);
      const std::lock_guard lock(mutex);
      run.took_ms.insert(run.took_ms.end(), took_ms.begin(), took_ms.end());
    });
  }
  for (std::thread& thread : threads) thread.join();
  run.per_s = static_cast<double>(count) / watch.Seconds();
  run.client_cpu_ms = 1e3 * (CpuSeconds() - cpu_before) / static_cast<double>(count);
  return run;
}

double EchoRate(size_t count) {
  Echo service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  OVERDRACHT_CHECK(server != nullptr, "the echo cannot listen");
  const double rate = DriveAll(absl::StrCat("127.0.0.1:", port), 0, count).per_s;
  server->Shutdown();
  return rate;
}

// How many batches a journal holds, and their bytes.
struct JournalSize {
  double batches = 0;
  double bytes = 0;
};

JournalSize Measure(const std::string& path) {
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

}  // namespace

Result HandoverEmbedded(const Options& options) {
  Result result("handover_embedded", "handovers/s", options.runs, "an empty gRPC stream echo, handovers of four calls/s");
  const auto folder = std::filesystem::temp_directory_path() / ("overdracht-bench-" + std::to_string(getpid()));
  const auto count = static_cast<size_t>(std::max(64.0, 10'000 * options.scale));
  std::vector<double> rates, echoes, commits, server_cpu, client_cpu, took_ms;
  for (int run = 0; run < options.runs; ++run) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    const size_t warm_up = std::max<size_t>(64, count / 10);
    {
      const DevServer server(options.server, folder / "data");
      DriveAll(server.address(), 1'000'000'000, warm_up);
      const double cpu_before = CpuSecondsOf(server.pid());
      const Run measured = DriveAll(server.address(), 0, count);
      server_cpu.push_back(1e3 * (CpuSecondsOf(server.pid()) - cpu_before) / static_cast<double>(count));
      client_cpu.push_back(measured.client_cpu_ms);
      rates.push_back(measured.per_s);
      took_ms.insert(took_ms.end(), measured.took_ms.begin(), measured.took_ms.end());
    }
    const JournalSize size = Measure(folder / "data" / "journal.db");
    const double handovers_per_batch = static_cast<double>(count + warm_up) / size.batches;
    result.more["handovers_per_batch"] = handovers_per_batch;
    result.more["journal_bytes_per_handover"] = size.bytes / static_cast<double>(count + warm_up);
    commits.push_back(handovers_per_batch * CommitRate(folder / "raw.db", static_cast<size_t>(size.bytes / size.batches)));
    echoes.push_back(EchoRate(count));
  }
  result.value = Median(rates);
  result.spread = Spread(rates);
  result.baseline_value = Median(echoes);
  result.p50_ms = Percentile(took_ms, 50);
  result.p99_ms = Percentile(took_ms, 99);
  result.cpu_ms_per_op = Median(server_cpu);
  result.more["client_cpu_ms_per_op"] = Median(client_cpu);
  result.more["bare_group_commits_handovers_per_s"] = Median(commits);
  std::filesystem::remove_all(folder);
  return result;
}

}  // namespace overdracht::bench
