// The HTTP port: what organisations call by HTTP, over the gRPC services of the same process, so that every rule stands once.
#ifndef OVERDRACHT_SERVICES_HTTP_PORT_H_
#define OVERDRACHT_SERVICES_HTTP_PORT_H_

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/http/metrics.h"
#include "services/http/server.h"

namespace grpc {
class Channel;
}

namespace overdracht::http {

struct PortOptions {
  std::string host = "127.0.0.1";          // the address to listen on
  int port = 7441;                         // 0: a free one
  std::optional<edge::TlsFiles> tls = {};  // nothing: no certificates; then `host` is one of loopback
  // The metadata that vouches for a client with this certificate (PEM) in a call within the process.
  std::function<std::vector<std::pair<std::string, std::string>>(absl::string_view certificate)> vouch = nullptr;
  std::shared_ptr<grpc::Channel> channel;  // to the services of this process
  std::vector<std::string> services;       // their names
  std::function<bool()> ready;             // whether they take calls
  std::vector<Figures> figures = {};       // what else /metrics says
};

class Port {
 public:
  // Serves when it returns. UNAVAILABLE: the port is taken.
  static absl::StatusOr<std::unique_ptr<Port>> Start(PortOptions options);
  // The services are gone by then: every call has ended.
  ~Port();

  int port() const;

 private:
  struct Parts;
  explicit Port(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_PORT_H_
