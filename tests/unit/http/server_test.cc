#include "services/http/server.h"

#include <absl/synchronization/notification.h>
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace overdracht::http {
namespace {

// A client that says what it is told to.
class Client {
 public:
  explicit Client(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  ~Client() { close(socket_); }

  void Say(const std::string& text) const { EXPECT_EQ(send(socket_, text.data(), text.size(), 0), static_cast<ssize_t>(text.size())); }
  // Until `end` came, or the server closed the connection.
  std::string Hear(const std::string& end) const {
    std::string text;
    char some[4096];
    while (text.find(end) == std::string::npos) {
      const ssize_t size = recv(socket_, some, sizeof(some), 0);
      if (size <= 0) break;
      text.append(some, static_cast<size_t>(size));
    }
    return text;
  }

 private:
  const int socket_;
};

std::unique_ptr<Server> Serve(Handler handle) {
  auto server =
      Server::Start({.handle = std::move(handle), .most_body_bytes = [](absl::string_view, absl::string_view) { return size_t{10}; }});
  EXPECT_TRUE(server.ok()) << server.status();
  return *std::move(server);
}

TEST(HttpServer, ARequestAsItCame) {
  const auto server = Serve([](const Request& request, const std::shared_ptr<Reply>& reply) {
    reply->Send(
        {.status = 201,
         .content_type = "text/plain",
         .body = request.method + " " + request.path + " " + request.query + " " + std::string(request.Header("x-y")) + " " + request.body,
         .headers = {{"A", "b"}}});
  });
  const Client client(server->port());
  client.Say("POST /p?q=%20 HTTP/1.1\r\nX-Y: z\r\ncontent-length: 4\r\n\r\nbody");
  const std::string answer = client.Hear("body");
  EXPECT_EQ(answer.substr(0, 12), "HTTP/1.1 201");
  EXPECT_NE(answer.find("\r\nA: b\r\n"), std::string::npos);
  EXPECT_NE(answer.find("POST /p q=%20 z body"), std::string::npos);
}

TEST(HttpServer, AReplyThatIsDroppedIsAnswered) {
  const auto server = Serve([](const Request&, const std::shared_ptr<Reply>&) {});
  const Client client(server->port());
  client.Say("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.Hear("}").substr(0, 12), "HTTP/1.1 500");
}

TEST(HttpServer, AStreamGoesOnWhenItsPieceIsWritten) {
  const auto server = Serve([](const Request&, const std::shared_ptr<Reply>& reply) {
    reply->Start({.status = 200, .content_type = "text/plain", .body = "", .headers = {}});
    reply->Write("one", [reply] { reply->Write("two", [reply] { reply->End(); }); });
  });
  const Client client(server->port());
  for (int i = 0; i < 2; ++i) {  // the connection is kept
    client.Say("GET / HTTP/1.1\r\n\r\n");
    const std::string answer = client.Hear("\r\n0\r\n\r\n");
    EXPECT_NE(answer.find("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"), std::string::npos) << answer;
  }
  const Client old(server->port());
  old.Say("GET / HTTP/1.0\r\n\r\n");
  const std::string answer = old.Hear("nothing");
  EXPECT_EQ(answer.substr(answer.size() - 10), "\r\n\r\nonetwo") << answer;
}

TEST(HttpServer, TellsThatTheClientIsGone) {
  absl::Notification asked, gone;
  std::shared_ptr<Reply> kept;
  const auto server = Serve([&](const Request&, std::shared_ptr<Reply> reply) {
    reply->OnGone([&] { gone.Notify(); });
    kept = std::move(reply);
    asked.Notify();
  });
  {
    const Client client(server->port());
    client.Say("GET / HTTP/1.1\r\n\r\n");
    asked.WaitForNotification();
  }
  gone.WaitForNotification();
  kept->Send({});  // to nobody
  kept.reset();
}

TEST(HttpServer, ABodyOverTheLimit) {
  const auto server = Serve([](const Request&, const std::shared_ptr<Reply>& reply) { reply->Send({}); });
  const Client known(server->port());
  known.Say("POST / HTTP/1.1\r\ncontent-length: 11\r\n\r\n12345678901");
  EXPECT_EQ(known.Hear("}").substr(0, 12), "HTTP/1.1 413");
  const Client unknown(server->port());
  unknown.Say("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n");
  EXPECT_EQ(unknown.Hear("}").substr(0, 12), "HTTP/1.1 413");
}

TEST(HttpServer, APortThatIsTaken) {
  const auto server = Serve([](const Request&, const std::shared_ptr<Reply>&) {});
  EXPECT_TRUE(absl::IsUnavailable(Server::Start({.port = server->port()}).status()));
}

}  // namespace
}  // namespace overdracht::http
