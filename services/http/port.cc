#include "services/http/port.h"

#include <grpcpp/channel.h>

#include "services/http/server.h"

namespace overdracht::http {
namespace {

constexpr size_t kMostBodyBytes = 1 << 20;

Response Text(int status, std::string text) {
  return {.status = status, .content_type = "text/plain", .body = std::move(text), .headers = {}};
}

void Answer(const PortOptions& options, const Request& request, Reply* reply) {
  if (request.path == "/healthz") return reply->Send(Text(200, "ok\n"));
  if (request.path == "/readyz") return reply->Send(options.ready() ? Text(200, "ok\n") : Text(503, "stopping\n"));
  reply->Send(ErrorResponse(404, "not_found", "expected a path of docs/http.md, but this is none"));
}

}  // namespace

struct Port::Parts {
  PortOptions options;
  std::unique_ptr<Server> server;
};

absl::StatusOr<std::unique_ptr<Port>> Port::Start(PortOptions options) {
  auto parts = std::make_unique<Parts>();
  parts->options = std::move(options);
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Start({.port = parts->options.port,
                     .handle = [options = &parts->options](const Request& request,
                                                           const std::shared_ptr<Reply>& reply) { Answer(*options, request, reply.get()); },
                     .most_body_bytes = [](absl::string_view, absl::string_view) { return kMostBodyBytes; }});
  if (!server.ok()) return server.status();
  parts->server = *std::move(server);
  return std::unique_ptr<Port>(new Port(std::move(parts)));
}

Port::Port(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Port::~Port() = default;

int Port::port() const { return parts_->server->port(); }

}  // namespace overdracht::http
