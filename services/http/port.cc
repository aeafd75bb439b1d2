#include "services/http/port.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>

#include <nlohmann/json.hpp>

#include "services/event/schema.h"
#include "services/http/calls.h"
#include "services/http/connect_handler.h"
#include "services/http/events_handler.h"
#include "services/http/openapi.h"
#include "services/http/outbox_handler.h"
#include "services/http/server.h"

namespace overdracht::http {
namespace {

constexpr size_t kMostMessageBytes = 1 << 20;  // as over gRPC
constexpr size_t kMostOtherBytes = 64 << 10;

using Replies = const std::shared_ptr<Reply>&;

// What a path leads to. `name` is what metrics call it: never what a caller chose.
struct Route {
  std::string name;
  const char* method = "GET";
  size_t most_body_bytes = kMostOtherBytes;
  std::function<void(const Request&, Replies)> handle;  // null: there is no such path
};

Response Whole(int status, const char* type, std::string body) {
  return {.status = status, .content_type = type, .body = std::move(body), .headers = {}};
}

// The schemas there are, with where each is.
std::string SchemaIndex() {
  nlohmann::ordered_json index = nlohmann::ordered_json::object();
  for (const std::string& type : event::SchemaTypes()) index[type] = "/v1/schema/" + type;
  return index.dump(2) + "\n";
}

}  // namespace

struct Port::Parts {
  PortOptions options;
  std::vector<const google::protobuf::ServiceDescriptor*> services;
  Metrics metrics;
  std::unique_ptr<Server> server;
  std::unique_ptr<Calls> calls;

  Route Find(absl::string_view path);
  void Handle(Request request, Replies reply);
  std::string Figures();
};

Route Port::Parts::Find(absl::string_view path) {
  if (path == "/v1/events") {
    return {"/v1/events", "POST", kMostBatchBytes,
            [this](const Request& request, Replies reply) { HandleEvents(calls.get(), request, reply); }};
  }
  if (absl::ConsumePrefix(&path, "/v1/outbox/")) {
    return {"/v1/outbox/{oin}", "GET", kMostOtherBytes, [this, organisation = std::string(path)](const Request& request, Replies reply) {
              HandleOutbox(calls.get(), organisation, request, reply);
            }};
  }
  if (const auto* method = FindMethod(services, path)) {
    return {std::string(path), "POST", kMostMessageBytes,
            [this, method](const Request& request, Replies reply) { HandleConnect(calls.get(), *method, request, reply); }};
  }
  if (path == "/v1/schema") {
    return {"/v1/schema", "GET", kMostOtherBytes,
            [](const Request&, Replies reply) { reply->Send(Whole(200, "application/json", SchemaIndex())); }};
  }
  if (absl::ConsumePrefix(&path, "/v1/schema/")) {
    return {"/v1/schema/{type}", "GET", kMostOtherBytes, [type = std::string(path)](const Request&, Replies reply) {
              const std::optional<std::string> schema = event::WriteSchema(type);
              reply->Send(schema ? Whole(200, "application/schema+json", *schema)
                                 : ErrorResponse(404, "not_found", "expected a type of /v1/schema, but this is none"));
            }};
  }
  if (path == "/v1/openapi.json") {
    return {"/v1/openapi.json", "GET", kMostOtherBytes,
            [this](const Request&, Replies reply) { reply->Send(Whole(200, "application/json", WriteOpenApi(services))); }};
  }
  if (path == "/healthz") {
    return {"/healthz", "GET", kMostOtherBytes, [](const Request&, Replies reply) { reply->Send(Whole(200, "text/plain", "ok\n")); }};
  }
  if (path == "/readyz") {
    return {"/readyz", "GET", kMostOtherBytes, [this](const Request&, Replies reply) {
              reply->Send(options.ready() ? Whole(200, "text/plain", "ok\n") : Whole(503, "text/plain", "stopping\n"));
            }};
  }
  if (path == "/metrics") {
    return {"/metrics", "GET", kMostOtherBytes,
            [this](const Request&, Replies reply) { reply->Send(Whole(200, "text/plain; version=0.0.4", Figures())); }};
  }
  return {.name = "other", .handle = nullptr};
}

void Port::Parts::Handle(Request request, Replies given) {
  if (!request.certificate.empty()) request.identity = options.vouch(request.certificate);
  const Route route = Find(request.path);
  const std::shared_ptr<Reply> reply = metrics.Count(route.name, given);
  if (!route.handle) return reply->Send(ErrorResponse(404, "not_found", "expected a path of /v1/openapi.json, but this is none"));
  if (request.method != route.method) {
    Response response =
        ErrorResponse(405, "method_not_allowed", absl::StrCat("expected ", route.method, ", but the method is another one"));
    response.headers = {{"Allow", route.method}};
    return reply->Send(std::move(response));
  }
  route.handle(request, reply);
}

std::string Port::Parts::Figures() {
  std::vector<Figure> figures = metrics.Read();
  for (const auto& more : options.figures) {
    for (Figure& figure : more()) figures.push_back(std::move(figure));
  }
  return WriteFigures(figures);
}

absl::StatusOr<std::unique_ptr<Port>> Port::Start(PortOptions options) {
  auto parts = std::make_unique<Parts>();
  parts->options = std::move(options);
  parts->services = CalledByOthers(parts->options.services);
  parts->calls = std::make_unique<Calls>(parts->options.channel);
  absl::StatusOr<std::unique_ptr<Server>> server = Server::Start(
      {.host = parts->options.host,
       .port = parts->options.port,
       .tls = parts->options.tls,
       .handle = [parts = parts.get()](Request request, Replies reply) { parts->Handle(std::move(request), reply); },
       .most_body_bytes = [parts = parts.get()](absl::string_view, absl::string_view path) { return parts->Find(path).most_body_bytes; }});
  if (!server.ok()) return server.status();
  parts->server = *std::move(server);
  return std::unique_ptr<Port>(new Port(std::move(parts)));
}

Port::Port(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Port::~Port() {
  parts_->server->Stop();  // nobody begins a call any more
  parts_->calls.reset();   // and nobody answers any more
}

int Port::port() const { return parts_->server->port(); }

}  // namespace overdracht::http
