#include "services/cli/serving.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "services/cli/command.h"

namespace overdracht::cli {

base::Micros MachineClock() { return absl::ToUnixMicros(absl::Now()); }

Signals::Signals() {
  sigemptyset(&signals_);
  for (int signal : {SIGTERM, SIGINT, SIGUSR1, SIGUSR2}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  // A file that may not grow is a full disk, not the end.
  std::signal(SIGXFSZ, SIG_IGN);
}

Signals::Reason Signals::Wait() {
  int signal = 0;
  while (sigwait(&signals_, &signal) != 0) {
  }
  return signal == SIGUSR2 ? kLook : kEnd;
}

void Signals::End() { kill(getpid(), SIGUSR1); }
void Signals::Look() { kill(getpid(), SIGUSR2); }

Served::Served(std::unique_ptr<edge::CallLog> calls, std::unique_ptr<edge::Server> server)
    : calls_(std::move(calls)), server_(std::move(server)), address_(server_->address()) {}

namespace {

// Every connection is an open file: as many as the system lets this process have. Where it may not raise the limit, the limit is as it
// should be.
void RaiseOpenFiles() {
  rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == files.rlim_max) return;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

http::Figures FiguresOf(edge::CallLog* calls) {
  return [calls] {
    http::Figure count{.name = "overdracht_grpc_calls_total", .help = "Calls that ended, those by HTTP among them, by rpc and status."};
    http::Figure seconds{.name = "overdracht_grpc_call_seconds_total",
                         .help = "How long they took together, streams while they were open."};
    for (const edge::CallLog::Count& one : calls->counts()) {
      const std::string labels = absl::StrCat("rpc=\"", one.rpc, "\",status=\"", one.status, "\"");
      count.values.emplace_back(labels, static_cast<double>(one.calls));
      seconds.values.emplace_back(labels, one.seconds);
    }
    return std::vector<http::Figure>{std::move(count), std::move(seconds)};
  };
}

http::Figures FiguresOf(const edge::Server* server) {
  return [server] {
    return std::vector<http::Figure>{
        {.name = "overdracht_ready",
         .help = "Whether the service takes calls (1) or not (0), as /readyz says.",
         .type = http::Figure::kGauge,
         .values = {{"", server->ready() ? 1 : 0}}},
        {.name = "overdracht_build_info",
         .help = "1, with the version of the program.",
         .type = http::Figure::kGauge,
         .values = {{"version=\"" OVERDRACHT_VERSION "\"", 1}}},
    };
  };
}

}  // namespace

EndsWithin::EndsWithin(absl::Duration patience)
    : thread_([this, patience] {
        if (over_.WaitForNotificationWithTimeout(patience)) return;
        std::_Exit(NotFinished("stopped while it waited for its brokers; what was under way is as after a crash"));
      }) {}

EndsWithin::~EndsWithin() {
  over_.Notify();
  thread_.join();
}

absl::StatusOr<std::unique_ptr<Served>> Served::Start(const Installation& installation, const edge::Callers& callers, edge::Log* log,
                                                      std::vector<grpc::Service*> services, std::vector<http::Figures> figures) {
  RaiseOpenFiles();
  const auto who = [&callers](const grpc::ServerContextBase& context) { return callers.NameOf(context); };
  auto calls = std::make_unique<edge::CallLog>(log, installation.log_calls, who);
  figures.push_back(FiguresOf(calls.get()));
  absl::StatusOr<std::unique_ptr<edge::Server>> server = edge::Server::Start({.host = installation.listen,
                                                                              .grpc_port = installation.grpc_port,
                                                                              .tls = installation.tls,
                                                                              .services = std::move(services),
                                                                              .calls = calls.get()});
  if (!server.ok()) return server.status();
  std::unique_ptr<Served> served(new Served(std::move(calls), *std::move(server)));
  const edge::Server* const grpc = served->server_.get();
  figures.push_back(FiguresOf(grpc));
  absl::StatusOr<std::unique_ptr<http::Port>> http =
      http::Port::Start({.host = installation.listen,
                         .port = installation.http_port,
                         .tls = installation.tls,
                         .vouch = [&callers](absl::string_view pem) { return callers.Vouch(pem); },
                         .channel = served->server_->InProcessChannel(),
                         .services = grpc->services(),
                         .ready = [grpc] { return grpc->ready(); },
                         .figures = std::move(figures)});
  if (!http.ok()) return http.status();
  served->http_ = *std::move(http);
  served->http_address_ = edge::ReachedAt(installation.listen, served->http_->port());
  return served;
}

void Served::SayReady(const std::string& more) const {
  std::printf("ready grpc=%s http=%s %s\n", address_.c_str(), http_address_.c_str(), more.c_str());
  std::fflush(stdout);
}

}  // namespace overdracht::cli
