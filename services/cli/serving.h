// What each of the program's services has around its parts: it ends on a signal, or when a part ends by itself.
#ifndef OVERDRACHT_SERVICES_CLI_SERVING_H_
#define OVERDRACHT_SERVICES_CLI_SERVING_H_

#include <CLI/CLI.hpp>
#include <csignal>

#include "services/base/time.h"

namespace overdracht::cli {

base::Micros MachineClock();

// Made before any thread: all of them leave the signals to Wait.
class Signals {
 public:
  Signals();
  // Until SIGTERM, SIGINT, or End.
  void Wait();
  // Of any thread: a part ended by itself.
  static void End();

 private:
  sigset_t signals_;
};

struct Ports {
  int grpc = 7440;  // 0: a free one
  int http = 7441;
};
void AddPorts(CLI::App* command, Ports* ports);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_SERVING_H_
