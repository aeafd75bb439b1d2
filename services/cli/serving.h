// What each of the program's services has around its parts: it ends on a signal, or when a part ends by itself.
#ifndef OVERDRACHT_SERVICES_CLI_SERVING_H_
#define OVERDRACHT_SERVICES_CLI_SERVING_H_

#include <absl/synchronization/notification.h>

#include <csignal>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/base/time.h"
#include "services/cli/installation.h"
#include "services/edge/server.h"
#include "services/http/port.h"

namespace overdracht::cli {

base::Micros MachineClock();

// Made before any thread: all of them leave the signals to Wait.
class Signals {
 public:
  enum Reason { kEnd, kLook };

  Signals();
  // Until SIGTERM, SIGINT, or one of those below.
  Reason Wait();
  // Of any thread: a part ended by itself.
  static void End();
  // Of any thread: a part is in another state than before.
  static void Look();

 private:
  sigset_t signals_;
};

// The process ends within so long, with 1 if not in order: what waits for brokers that are gone may wait for minutes. A service may end at
// any moment (kill -9 is one of the ways), so nothing is lost by it.
class EndsWithin {
 public:
  explicit EndsWithin(absl::Duration patience = absl::Seconds(20));
  ~EndsWithin();

 private:
  absl::Notification over_;
  std::thread thread_;
};

// Both ports of a service.
class Served {
 public:
  // The services, the callers and the log must outlive it.
  // `figures`: what /metrics says beside those of the ports.
  static absl::StatusOr<std::unique_ptr<Served>> Start(const Installation& installation, const edge::Callers& callers, edge::Log* log,
                                                       std::vector<grpc::Service*> services, std::vector<http::Figures> figures = {});
  ~Served() { Stop(); }

  const std::string& address() const { return address_; }
  // The line on stdout that scripts wait for.
  void SayReady(const std::string& more) const;
  void SetReady(bool ready) { server_->SetReady(ready); }
  // Not ready from now on; what is under way goes on.
  void Draining() { server_->Draining(); }
  // Ends the calls that are still there after a moment. First those that come by HTTP: each of them is a call of the gRPC server, too,
  // which must be there as long as they are.
  void Stop() {
    http_.reset();
    server_->Stop();
  }

 private:
  Served(std::unique_ptr<edge::CallLog> calls, std::unique_ptr<edge::Server> server);

  const std::unique_ptr<edge::CallLog> calls_;
  const std::unique_ptr<edge::Server> server_;
  const std::string address_;
  std::string http_address_;
  std::unique_ptr<http::Port> http_;  // gone before the server is
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_SERVING_H_
