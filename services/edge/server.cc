#include "services/edge/server.h"

#include <absl/strings/str_cat.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace overdracht::edge {
namespace {

constexpr char kHost[] = "127.0.0.1";
// An event that is too long must come in to be refused as one; far longer ones are refused by gRPC itself.
constexpr int kMostMessageBytes = 1 << 20;

void OnceOnly() {
  static const bool done = [] {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    return true;
  }();
  (void)done;
}

}  // namespace

struct Server::Parts {
  std::unique_ptr<grpc::Server> grpc;
  int grpc_port = 0;
  httplib::Server http;
  int http_port = 0;
  std::atomic<bool> ready = true;
  std::thread http_thread;
};

Server::Server() = default;

Server::~Server() { Stop(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  OnceOnly();
  std::unique_ptr<Server> server(new Server);
  server->parts_ = std::make_unique<Parts>();
  Parts& parts = *server->parts_;

  parts.http.Get("/healthz", [](const httplib::Request&, httplib::Response& response) { response.set_content("ok\n", "text/plain"); });
  parts.http.Get("/readyz", [&parts](const httplib::Request&, httplib::Response& response) {
    response.status = parts.ready ? 200 : 503;
    response.set_content(parts.ready ? "ok\n" : "stopping\n", "text/plain");
  });
  parts.http.new_task_queue = [] { return new httplib::ThreadPool(2); };
  // A port that was just let go of may be taken again; one that is listened on may not: two processes would each get some of the calls.
  parts.http.set_socket_options([](socket_t socket) {
    const int on = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  });
  parts.http_port = options.http_port == 0                              ? parts.http.bind_to_any_port(kHost)
                    : parts.http.bind_to_port(kHost, options.http_port) ? options.http_port
                                                                        : -1;
  if (parts.http_port <= 0)
    return absl::UnavailableError(absl::StrCat("port ", options.http_port, " (http) is taken; choose another with --http-port"));

  grpc::ServerBuilder builder;
  builder.AddListeningPort(absl::StrCat(kHost, ":", options.grpc_port), grpc::InsecureServerCredentials(), &parts.grpc_port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMostMessageBytes);
  for (grpc::Service* service : options.services) builder.RegisterService(service);
  parts.grpc = builder.BuildAndStart();
  if (parts.grpc == nullptr || parts.grpc_port == 0) {
    return absl::UnavailableError(absl::StrCat("port ", options.grpc_port, " (gRPC) is taken; choose another with --grpc-port"));
  }
  parts.http_thread = std::thread([&parts] { parts.http.listen_after_bind(); });
  return server;
}

int Server::grpc_port() const { return parts_->grpc_port; }
int Server::http_port() const { return parts_->http_port; }

void Server::Draining() {
  parts_->ready = false;
  parts_->grpc->GetHealthCheckService()->SetServingStatus(false);
}

void Server::Stop() {
  if (parts_ == nullptr) return;
  if (parts_->grpc != nullptr) {
    parts_->grpc->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
    parts_->grpc->Wait();
  }
  parts_->http.stop();
  if (parts_->http_thread.joinable()) parts_->http_thread.join();
  parts_.reset();
}

}  // namespace overdracht::edge
