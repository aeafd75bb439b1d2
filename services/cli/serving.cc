#include "services/cli/serving.h"

#include <absl/time/clock.h>
#include <pthread.h>
#include <unistd.h>

namespace overdracht::cli {

base::Micros MachineClock() { return absl::ToUnixMicros(absl::Now()); }

Signals::Signals() {
  sigemptyset(&signals_);
  for (int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  // A file that may not grow is a full disk, not the end.
  std::signal(SIGXFSZ, SIG_IGN);
}

void Signals::Wait() {
  int signal = 0;
  while (sigwait(&signals_, &signal) != 0) {
  }
}

void Signals::End() { kill(getpid(), SIGUSR1); }

void AddPorts(CLI::App* command, Ports* ports) {
  const auto add = [command](const char* name, int* port) {
    command->add_option(name, *port, "0 takes a free one")->type_name("N")->check(CLI::Range(0, 65535))->capture_default_str();
  };
  add("--grpc-port", &ports->grpc);
  add("--http-port", &ports->http);
}

}  // namespace overdracht::cli
