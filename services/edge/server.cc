#include "services/edge/server.h"

#include <absl/strings/str_cat.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/server_initializer.h>

#include <atomic>
#include <chrono>

namespace overdracht::edge {
namespace {

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

// Learns what is served, as the reflection service does.
class Names : public grpc::ServerBuilderOption {
 public:
  explicit Names(std::vector<std::string>* names) : names_(names) {}
  void UpdateArguments(grpc::ChannelArguments*) override {}
  void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
    plugins->push_back(std::make_unique<Plugin>(names_));
  }

 private:
  class Plugin : public grpc::ServerBuilderPlugin {
   public:
    explicit Plugin(std::vector<std::string>* names) : names_(*names) {}
    std::string name() override { return "names"; }
    void InitServer(grpc::ServerInitializer*) override {}
    void Finish(grpc::ServerInitializer* server) override { names_ = *server->GetServiceList(); }
    void ChangeArguments(const std::string&, void*) override {}

   private:
    std::vector<std::string>& names_;
  };
  std::vector<std::string>* const names_;
};

}  // namespace

std::string AddressOf(const std::string& host, int port) {
  return host.find(':') == std::string::npos ? absl::StrCat(host, ":", port) : absl::StrCat("[", host, "]:", port);
}

std::string ReachedAt(const std::string& host, int port) {
  return AddressOf(host == "0.0.0.0" ? "127.0.0.1" : host == "::" ? "::1" : host, port);
}

struct Server::Parts {
  std::unique_ptr<grpc::Server> grpc;
  std::string host;
  int grpc_port = 0;
  std::vector<std::string> services;
  std::atomic<bool> ready = true;
  bool stopped = false;
};

Server::Server() = default;

Server::~Server() { Stop(); }

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options) {
  OnceOnly();
  std::unique_ptr<Server> server(new Server);
  server->parts_ = std::make_unique<Parts>();
  Parts& parts = *server->parts_;

  grpc::ServerBuilder builder;
  parts.host = options.host;
  builder.AddListeningPort(AddressOf(options.host, options.grpc_port),
                           options.tls ? MakeServerCredentials(*options.tls) : grpc::InsecureServerCredentials(), &parts.grpc_port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // A subscriber whose connection is dropped without a word on the way is noticed, and may itself look whether we are here; a partner
  // service looks every 20 s.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // No count of pings: in gRPC 1.51 it makes of each one too many a GOAWAY and an error that holds all those before it, which costs far
  // more than an answer does. Answers that nobody reads are bounded: with 10,000 of them nothing more is read from that connection.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
  // Who connects and says nothing, or has nothing to ask, is let go of; a client connects anew when it has. Each connection holds 27 KB.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1000);
  // A client that keeps its connection for ever would show for ever the certificate with which it came, and be refused when that expires.
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, static_cast<int>(absl::ToInt64Milliseconds(options.longest_connection)));
  builder.SetMaxReceiveMessageSize(kMostMessageBytes);
  for (grpc::Service* service : options.services) builder.RegisterService(service);
  builder.SetOption(std::make_unique<Names>(&parts.services));
  if (options.calls != nullptr) {
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> seen;
    seen.push_back(options.calls->MakeFactory());
    builder.experimental().SetInterceptorCreators(std::move(seen));
  }
  parts.grpc = builder.BuildAndStart();
  if (parts.grpc == nullptr || parts.grpc_port == 0) {
    return absl::UnavailableError(absl::StrCat("port ", options.grpc_port, " (gRPC) is taken; choose another with --grpc-port"));
  }
  return server;
}

int Server::grpc_port() const { return parts_->grpc_port; }
const std::vector<std::string>& Server::services() const { return parts_->services; }

std::string Server::address() const { return ReachedAt(parts_->host, parts_->grpc_port); }

bool Server::ready() const { return parts_->ready; }

std::shared_ptr<grpc::Channel> Server::InProcessChannel() { return parts_->grpc->InProcessChannel({}); }

void Server::SetReady(bool ready) {
  parts_->ready = ready;
  parts_->grpc->GetHealthCheckService()->SetServingStatus(ready);
}

void Server::Draining() { SetReady(false); }

void Server::Stop() {
  if (parts_->grpc == nullptr || parts_->stopped) return;
  parts_->stopped = true;
  parts_->grpc->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(500));
  parts_->grpc->Wait();
}

}  // namespace overdracht::edge
