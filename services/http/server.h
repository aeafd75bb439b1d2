// Speaks HTTP/1.1 on one port, on one thread, and knows nothing of what is asked: each request goes to a handler, with a Reply.
//
// A connection is in one of these states; a deadline runs in all but the third:
//
//   waits for the next request -> reads it -> it is being answered -> writes the answer (whole, or piece by piece) -> waits …
//
// While a request is answered the connection is watched: when the client goes away, the handler is told.
#ifndef OVERDRACHT_SERVICES_HTTP_SERVER_H_
#define OVERDRACHT_SERVICES_HTTP_SERVER_H_

#include <absl/status/statusor.h>

#include <memory>
#include <optional>
#include <string>

#include "services/edge/tls.h"
#include "services/http/exchange.h"

namespace overdracht::http {

struct ServerOptions {
  std::string host = "127.0.0.1";  // the address to listen on
  int port = 0;                    // 0: a free one
  std::optional<edge::TlsFiles> tls =
      {};  // with it every client shows a certificate. They are read again when they change, for new connections
  Handler handle = nullptr;
  // The most bytes of a body of this request.
  std::function<size_t(absl::string_view method, absl::string_view path)> most_body_bytes = nullptr;
};

struct ServerParts;

class Server {
 public:
  // Serves when it returns. UNAVAILABLE: the port is taken. INVALID_ARGUMENT: the host or a file cannot be used.
  static absl::StatusOr<std::unique_ptr<Server>> Start(ServerOptions options);
  // Replies that are still held may be used until then.
  ~Server();

  // Takes no requests any more; those that are there may still be answered for a moment.
  void Stop();

  int port() const;

 private:
  explicit Server(std::unique_ptr<ServerParts> parts);
  const std::unique_ptr<ServerParts> parts_;
};

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_SERVER_H_
