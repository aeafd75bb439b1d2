// overdracht dev: everything in one process, data in one folder.
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "services/audit/audit.h"
#include "services/cli/command.h"
#include "services/cli/definitions.h"
#include "services/cli/demo.h"
#include "services/edge/server.h"
#include "services/log/embedded/embedded_log.h"
#include "services/log/embedded/folder_lock.h"
#include "services/partner/event_service.h"
#include "services/partner/outbox_service.h"
#include "services/partner/report_service.h"
#include "services/workflow/edge/local_region.h"
#include "services/workflow/edge/operator_service.h"
#include "services/workflow/folder.h"
#include "services/workflow/invariants.h"
#include "services/workflow/loop.h"

namespace overdracht::cli {
namespace {

using workflow::ClockKind;

struct Options {
  std::string data;
  std::string clock = "wall";
  int grpc_port = 7440;
  int http_port = 7441;
  std::string workflows;
  bool demo = false;
};

base::Micros MachineClock() { return absl::ToUnixMicros(absl::Now()); }

// Reads the whole journal again in the background, slowly: what the start did not read is verified too, and damage is found while it can be
// mended from a copy.
class SlowPass {
 public:
  SlowPass(log::EventLog* journal, uint64_t batches, std::function<void(absl::Status)> found)
      : thread_([this, journal, batches, found = std::move(found)] {
          const absl::Status status = journal->Read({}, [&](const log::Tip& at, const log::Batch&) {
            // At most a fifth of one core.
            const absl::Time begun = last_;
            last_ = absl::Now();
            const absl::Duration rest = std::min(absl::Milliseconds(200), std::max(absl::ZeroDuration(), last_ - begun) * 4);
            absl::MutexLock lock(&mutex_);
            mutex_.AwaitWithTimeout(absl::Condition(&stopping_), rest);
            last_ = absl::Now();
            return stopping_ || at.number >= batches ? absl::CancelledError() : absl::OkStatus();
          });
          if (!status.ok() && !absl::IsCancelled(status)) found(status);
        }) {}
  ~SlowPass() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    thread_.join();
  }

 private:
  absl::Mutex mutex_;
  bool stopping_ = false;
  absl::Time last_ = absl::Now();
  std::thread thread_;
};

// SIGTERM, SIGINT, and SIGUSR1 for 'the loop ended by itself'.
sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, signal);
  return signals;
}

int WaitForSignal(const sigset_t& signals) {
  int signal = 0;
  while (sigwait(&signals, &signal) != 0) {
  }
  return signal;
}

int Serve(const Options& options) {
  const ClockKind clock = options.clock == "events" ? ClockKind::kEvents : ClockKind::kWall;
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A file that may not grow is a full disk, not the end.
  std::signal(SIGXFSZ, SIG_IGN);

  absl::StatusOr<log::FolderLock> lock = log::FolderLock::Acquire(options.data);
  if (!lock.ok()) return NotFinished(std::string(lock.status().message()));
  const bool is_new = !std::filesystem::exists(options.data + "/journal.db");
  if (options.demo && !is_new) return NotFinished(absl::StrCat("expected a new folder for --demo, but ", options.data, " has a journal"));
  if (absl::Status status = workflow::KeepClock(options.data, clock); !status.ok()) return NotFinished(std::string(status.message()));
  absl::StatusOr<std::vector<workflow::v1::WorkflowDefinition>> definitions = ReadDefinitions(options.workflows);
  if (!definitions.ok()) return NotFinished(std::string(definitions.status().message()));
  absl::StatusOr<std::unique_ptr<log::EmbeddedLog>> journal = log::EmbeddedLog::Open(options.data + "/journal.db");
  if (!journal.ok()) return NotFinished(std::string(journal.status().message()));
  const uint64_t batches_before = (*journal)->tip().number;

  region::Listeners listeners;
  workflow::LoopOptions loop_options;
  loop_options.data = options.data;
  loop_options.clock = clock;
  loop_options.machine_clock = MachineClock;
  loop_options.told = [&listeners](const std::string& organisation) { listeners.Tell(organisation); };
  loop_options.program = "overdracht " OVERDRACHT_VERSION;
#if defined(OVERDRACHT_TEST_HOOKS) || !defined(NDEBUG)
  loop_options.make_watch = workflow::HoldToTheInvariants;
#endif
  absl::StatusOr<std::unique_ptr<workflow::Loop>> loop =
      workflow::Loop::Open(std::move(loop_options), journal->get(), *std::move(definitions));
  if (!loop.ok()) return NotFinished(std::string(loop.status().message()));
  absl::Status ended;
  (*loop)->Start([&ended](absl::Status why) {
    ended = std::move(why);
    kill(getpid(), SIGUSR1);
  });

  workflow::OutboxReader outboxes(loop->get(), journal->get());
  workflow::LocalRegion region(loop->get(), &outboxes, &listeners);
  workflow::OperatorService operators(loop->get(), &outboxes, &listeners, options.data,
                                      [&](const std::string& path) { return audit::Export({journal->get()}, path); });
  partner::EventService events(&region);
  absl::StatusOr<std::unique_ptr<partner::Places>> places = partner::Places::Open(options.data + "/subscribers.db");
  if (!places.ok()) {
    (*loop)->Drain();
    return NotFinished(std::string(places.status().message()));
  }
  partner::OutboxService outbox(&region, places->get());
  const std::vector<std::unique_ptr<grpc::Service>> reports = partner::MakeReportServices(&region);
  edge::ServerOptions served{.grpc_port = options.grpc_port, .http_port = options.http_port, .services = {&operators, &events, &outbox}};
  for (const auto& service : reports) served.services.push_back(service.get());
  absl::StatusOr<std::unique_ptr<edge::Server>> server = edge::Server::Start(served);
  if (!server.ok()) {
    (*loop)->Drain();
    return NotFinished(std::string(server.status().message()));
  }
  const std::string address = absl::StrCat("127.0.0.1:", (*server)->grpc_port());
  if (absl::Status status = lock->Announce(address); !status.ok()) return NotFinished(std::string(status.message()));
  std::optional<SlowPass> pass;
  if (batches_before > 0) pass.emplace(journal->get(), batches_before, [&](absl::Status why) { (*loop)->Stop(std::move(why)); });

  const base::Micros now = MachineClock();
  absl::Status status = options.demo ? FillDemo(loop->get(), now) : absl::OkStatus();
  if (status.ok()) {
    std::printf("ready grpc=%s http=127.0.0.1:%d data=%s clock=%s\n", address.c_str(), (*server)->http_port(), options.data.c_str(),
                workflow::ClockName(clock).c_str());
    std::fflush(stdout);
    if (options.demo) status = PrintDemo(loop->get(), now, address);
  }
  if (status.ok()) WaitForSignal(signals);
  (*server)->Draining();
  (*loop)->Drain();
  (*server)->Stop();
  pass.reset();
  if (!ended.ok()) return NotFinished(absl::StrCat("stopped: ", std::string(ended.message())));
  return status.ok() ? static_cast<int>(kDone) : NotFinished(std::string(status.message()));
}

}  // namespace

void AddDev(CLI::App* program, Action* action) {
  CLI::App* const command = program->add_subcommand("dev", "Everything in one process, on this machine only, data in one folder");
  auto options = std::make_shared<Options>();
  command->add_option("--data", options->data, "Folder of the data; made when it is not there")->type_name("DIR")->required();
  command->add_option("--clock", options->clock, "The machine's clock, or the latest time of an event")
      ->check(CLI::IsMember({"wall", "events"}))
      ->capture_default_str();
  command->add_option("--grpc-port", options->grpc_port, "0 takes a free one")
      ->type_name("N")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command->add_option("--http-port", options->http_port, "0 takes a free one")
      ->type_name("N")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  command
      ->add_option("--workflows", options->workflows,
                   "The workflows of this folder, and no others; what they extend may be one of the program")
      ->type_name("DIR");
  command->add_flag("--demo", options->demo, "Fill a new folder with a demonstration region");
  command->callback([options, action] {
    // A demonstration shows years that are past: it has their clock.
    if (options->demo) options->clock = "events";
    *action = [options] { return Serve(*options); };
  });
}

}  // namespace overdracht::cli
