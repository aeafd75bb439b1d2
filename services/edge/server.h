// The gRPC port of a service, until it is stopped. What is served is the caller's.
#ifndef OVERDRACHT_SERVICES_EDGE_SERVER_H_
#define OVERDRACHT_SERVICES_EDGE_SERVER_H_

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/edge/call_log.h"
#include "services/edge/tls.h"

namespace grpc {
class Channel;
class Service;
}  // namespace grpc

namespace overdracht::edge {

struct ServerOptions {
  std::string host = "127.0.0.1";        // the address to listen on
  int grpc_port = 7440;                  // 0: a free one
  std::optional<TlsFiles> tls;           // nothing: no certificates; then `host` is one of loopback
  std::vector<grpc::Service*> services;  // must outlive the server
  // Then the next call makes a new connection, by the certificates that there are now; streams go on where they are.
  absl::Duration longest_connection = absl::Hours(1);
  CallLog* calls = nullptr;  // sees each call, and outlives the server; null: nobody does
};

// host:port, or [host]:port where that is needed.
std::string AddressOf(const std::string& host, int port);
// Where what listens there is reached from this machine: 0.0.0.0 is no address to connect to.
std::string ReachedAt(const std::string& host, int port);

class Server {
 public:
  // Serves when it returns. UNAVAILABLE: a port is taken.
  static absl::StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);
  ~Server();

  int grpc_port() const;
  // Where it is reached from this machine: 127.0.0.1:7440
  std::string address() const;
  // True until SetReady or Draining say otherwise.
  bool ready() const;
  // The full names of the services, health and reflection among them.
  const std::vector<std::string>& services() const;
  // To the same services, without a socket. Must be gone before the server is.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Whether it can serve at the moment, for whoever looks at the health.
  void SetReady(bool ready);
  // NOT_SERVING from now on.
  void Draining();
  // Ends the calls that are still there after a moment.
  void Stop();

 private:
  struct Parts;
  Server();
  std::unique_ptr<Parts> parts_;
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_SERVER_H_
