#include "services/http/server.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <set>
#include <thread>

#include "services/http/held.h"
#include "services/http/transport.h"

namespace overdracht::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Error = boost::system::error_code;
using asio::ip::tcp;

constexpr size_t kMostHeaderBytes = 16 << 10;
constexpr size_t kPassOverBytes = 64 << 10;
constexpr size_t kReadBytes = 512;  // at once, while nothing is expected: what an open stream holds
// A client that is slower than these is cut off.
constexpr std::chrono::seconds kIdle(120), kToSendHeader(15), kToSendBody(60), kToReadAnswer(30), kToHearRefusal(2);
constexpr std::chrono::milliseconds kToEnd(500);  // answers that are under way when the server stops
constexpr std::chrono::milliseconds kAcceptAgain(100);

}  // namespace

class Connection;

// What all connections share; touched by the server's thread only, but for the options and the executor.
struct ServerParts {
  ServerOptions options;
  std::optional<Contexts> contexts;
  // Not told that it has one thread only: what that thread posts would then wait for the end of its handler, and be overtaken by what
  // others post after it.
  asio::io_context io;
  tcp::acceptor acceptor{io};
  asio::steady_timer timer{io};
  std::set<std::shared_ptr<Connection>> connections;
  const std::shared_ptr<Held> held = std::make_shared<Held>();
  bool stopping = false;
  int port = 0;
  std::thread thread;

  void Accept();
  void Stop();
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ServerParts* server, tcp::socket socket) : server_(*server), transport_(std::move(socket)), deadline_(server->io) {}

  void Begin() {
    if (!server_.contexts) return AwaitRequest();
    state_ = kReads;
    Within(kToSendHeader);
    transport_.Handshake(server_.contexts->Current(), [self = shared_from_this()](Error error) {
      if (error) return self->Close();
      self->certificate_ = self->transport_.Certificate();
      self->AwaitRequest();
    });
  }

  void AwaitRequest() {
    state_ = kAwaits;
    if (server_.stopping) return Close();
    Within(kIdle);
    if (buffer_.size() > 0) return ReadHeader();
    if (!watching_) Watch();
  }

  // At the end of the server: what is being answered may finish.
  void Finish() {
    if (state_ == kAwaits) Close();
  }

  void Close() {
    if (state_ == kClosed) return;
    state_ = kClosed;
    deadline_.cancel();
    Error ignored;
    transport_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    transport_.socket().close(ignored);
    if (gone_) std::exchange(gone_, nullptr)();
    written_ = nullptr;
    server_.connections.erase(shared_from_this());
    if (server_.stopping && server_.connections.empty()) server_.io.stop();
  }

  // The answer to request number `request`; to one that is over they do nothing.

  void Send(uint64_t request, Response response) {
    if (!Answers(request)) return;
    Head(response);
    // One that leaves so many answers unread is told no more.
    const std::shared_ptr<const void> held = server_.held->Take(client_, response.body.size());
    if (held == nullptr && !refuses_) return Close();
    head_->body() = std::move(response.body);
    head_->prepare_payload();
    // Written as a whole, and kept until it is.
    auto whole = std::make_shared<beast::http::response<beast::http::string_body>>(*std::move(head_));
    head_.reset();
    Within(kToReadAnswer);
    beast::http::async_write(transport_, *whole, [self = shared_from_this(), whole, held](Error error, size_t) {
      if (error) return self->Close();
      if (self->refuses_) return self->Linger();
      if (!whole->keep_alive()) return self->Close();
      self->AnswerIsOver();
    });
  }

  void Start(uint64_t request, const Response& head) {
    if (!Answers(request)) return;
    state_ = kStreams;
    Head(head);
    // A client of HTTP/1.0 knows no chunks: its answer ends with the connection.
    chunked_ = version_ >= 11;
    head_->chunked(chunked_);
    if (!chunked_) head_->keep_alive(false);
    auto serializer = std::make_shared<beast::http::response_serializer<beast::http::string_body>>(*head_);
    writing_ = true;
    Within(kToReadAnswer);
    beast::http::async_write_header(transport_, *serializer,
                                    [self = shared_from_this(), serializer](Error error, size_t) { self->Wrote(error); });
  }

  void Write(uint64_t request, std::string piece, std::function<void()> written) {
    if (request != request_ || state_ != kStreams) return;
    piece_ = std::move(piece);
    written_ = std::move(written);
    if (!writing_) WritePiece();
  }

  void End(uint64_t request) {
    if (request != request_ || state_ != kStreams) return;
    state_ = kEnds;
    if (!writing_) WriteEnd();
  }

  // Whoever had to answer let go of it.
  void Abandon(uint64_t request) {
    if (Answers(request)) return Send(request, ErrorResponse(500, "internal", "expected an answer, but the server has none"));
    if (request == request_ && state_ == kStreams) Close();
  }

  void OnGone(uint64_t request, std::function<void()> gone) {
    if (request != request_ || state_ == kClosed) return gone();
    if (state_ == kAnswers || state_ == kStreams) gone_ = std::move(gone);
  }

 private:
  enum State { kAwaits, kReads, kAnswers, kStreams, kEnds, kClosed };

  bool Answers(uint64_t request) const { return request == request_ && state_ == kAnswers; }

  void Within(std::chrono::milliseconds limit) {
    deadline_.expires_after(limit);
    deadline_.async_wait([self = shared_from_this()](Error error) {
      if (!error) self->Close();
    });
  }

  // Reads what comes while nothing is expected of the client: the start of its next request, or its end.
  void Watch() {
    watching_ = true;
    transport_.async_read_some(buffer_.prepare(kReadBytes), [self = shared_from_this()](Error error, size_t size) {
      self->watching_ = false;
      if (error) return self->Close();
      self->buffer_.commit(size);
      if (self->state_ == kAwaits) self->ReadHeader();
    });
  }

  void ReadHeader() {
    state_ = kReads;
    Within(kToSendHeader);
    parser_.emplace();
    parser_->header_limit(kMostHeaderBytes);
    parser_->body_limit(boost::none);
    beast::http::async_read_header(transport_, buffer_, *parser_, [self = shared_from_this()](Error error, size_t) {
      if (error) return self->Refuse(error);
      self->ReadBody();
    });
  }

  void ReadBody() {
    const auto& head = parser_->get();
    const absl::string_view target(head.target().data(), head.target().size());
    const size_t most = server_.options.most_body_bytes({head.method_string().data(), head.method_string().size()}, PathOf(target));
    if (parser_->content_length().value_or(0) > most) return Refuse(beast::http::error::body_limit);
    // Without certificates a client is who it says it is.
    client_ = certificate_.empty() ? std::string(head["overdracht-oin"]) : certificate_;
    body_ = server_.held->Take(client_, parser_->content_length().value_or(parser_->chunked() ? most : 0));
    if (body_ == nullptr) {
      return Refuse(ErrorResponse(429, "resource_exhausted", "expected fewer bytes under way of one client, but there are too many"));
    }
    parser_->body_limit(most);
    if (!beast::iequals(head[beast::http::field::expect], "100-continue")) return ReadRest();
    static constexpr absl::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(transport_, asio::buffer(kContinue.data(), kContinue.size()), [self = shared_from_this()](Error error, size_t) {
      if (error) return self->Close();
      self->ReadRest();
    });
  }

  void ReadRest() {
    Within(kToSendBody);
    beast::http::async_read(transport_, buffer_, *parser_, [self = shared_from_this()](Error error, size_t) {
      if (error) return self->Refuse(error);
      self->Handle();
    });
  }

  static absl::string_view PathOf(absl::string_view target) { return target.substr(0, target.find('?')); }

  void Handle();

  // What is no request, or one that is too large: answered, and cut off.
  void Refuse(Error error) {
    if (state_ == kClosed) return;
    using Fault = beast::http::error;
    const bool of_the_text = error.category() == beast::http::make_error_code(Fault::bad_method).category();
    if (!of_the_text || error == Fault::end_of_stream || error == Fault::partial_message) return Close();
    if (error == Fault::body_limit || error == Fault::buffer_overflow) {
      return Refuse(ErrorResponse(413, "too_large", "expected a smaller body, but this one is over the limit of this path"));
    }
    if (error == Fault::header_limit) {
      return Refuse(
          ErrorResponse(431, "too_large", absl::StrCat("expected at most ", kMostHeaderBytes, " bytes of headers, but there are more")));
    }
    Refuse(ErrorResponse(400, "invalid_argument", "expected a request of HTTP/1.1, but it cannot be read as one"));
  }
  void Refuse(Response response) {
    state_ = kAnswers;
    keep_alive_ = false;
    refuses_ = true;
    ++request_;
    Send(request_, std::move(response));
  }

  // Closed at once, with a body still on its way, the client would be told of a broken connection and never see the answer.
  void Linger() {
    if (transport_.with_tls()) return Close();
    Error ignored;
    transport_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    Within(kToHearRefusal);
    PassOver();
  }
  void PassOver() {
    buffer_.clear();
    transport_.async_read_some(buffer_.prepare(kPassOverBytes), [self = shared_from_this()](Error error, size_t) {
      if (error) return self->Close();
      self->PassOver();
    });
  }

  void Head(const Response& response) {
    head_.emplace();
    head_->version(version_);
    head_->result(static_cast<unsigned>(response.status));
    if (!response.content_type.empty()) head_->set(beast::http::field::content_type, response.content_type);
    for (const auto& [name, value] : response.headers) head_->set(name, value);
    head_->set(beast::http::field::cache_control, "no-store");
    head_->keep_alive(keep_alive_ && !server_.stopping);
    if (state_ != kStreams) gone_ = nullptr;
  }

  void Wrote(Error error) {
    writing_ = false;
    if (error) return Close();
    deadline_.cancel();
    if (written_ && piece_.empty()) std::exchange(written_, nullptr)();
    if (state_ == kClosed || writing_) return;
    if (!piece_.empty()) return WritePiece();
    if (state_ == kEnds) WriteEnd();
  }

  void WritePiece() {
    writing_ = true;
    Within(kToReadAnswer);
    auto piece = std::make_shared<std::string>(std::exchange(piece_, {}));
    const auto done = [self = shared_from_this(), piece](Error error, size_t) { self->Wrote(error); };
    if (chunked_) {
      asio::async_write(transport_, beast::http::make_chunk(asio::buffer(*piece)), done);
    } else {
      asio::async_write(transport_, asio::buffer(*piece), done);
    }
  }

  void WriteEnd() {
    gone_ = nullptr;
    if (!chunked_) return Close();
    Within(kToReadAnswer);
    asio::async_write(transport_, beast::http::make_chunk_last(), [self = shared_from_this()](Error error, size_t) {
      if (error || !self->head_->keep_alive()) return self->Close();
      self->AnswerIsOver();
    });
  }

  void AnswerIsOver() {
    if (state_ == kClosed) return;
    head_.reset();
    AwaitRequest();
  }

  ServerParts& server_;
  Transport transport_;
  std::string certificate_;           // of the client
  std::string client_;                // whose bytes these are
  std::shared_ptr<const void> body_;  // held until it is handled
  asio::steady_timer deadline_;
  State state_ = kAwaits;
  beast::flat_buffer buffer_;
  bool watching_ = false;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  // Of the request that is being answered.
  uint64_t request_ = 0;
  unsigned version_ = 11;
  bool keep_alive_ = false, refuses_ = false;
  std::optional<beast::http::response<beast::http::string_body>> head_;
  bool chunked_ = false, writing_ = false;
  std::string piece_;
  std::function<void()> written_, gone_;
};

namespace {

// Brings what is said of an answer, on whatever thread, to the connection's own.
class ConnectionReply : public Reply {
 public:
  ConnectionReply(asio::io_context* io, std::shared_ptr<Connection> connection, uint64_t request, std::shared_ptr<const void> body)
      : io_(*io), connection_(std::move(connection)), request_(request), body_(std::move(body)) {}

  ~ConnectionReply() override {
    if (!over_) Post([](Connection* connection, uint64_t request) { connection->Abandon(request); });
  }

  void Send(Response response) override {
    over_ = true;
    Post([response = std::move(response)](Connection* connection, uint64_t request) mutable {
      connection->Send(request, std::move(response));
    });
  }
  void Start(Response head) override {
    Post([head = std::move(head)](Connection* connection, uint64_t request) { connection->Start(request, head); });
  }
  void Write(std::string piece, std::function<void()> written) override {
    Post([piece = std::move(piece), written = std::move(written)](Connection* connection, uint64_t request) mutable {
      connection->Write(request, std::move(piece), std::move(written));
    });
  }
  void End() override {
    over_ = true;
    Post([](Connection* connection, uint64_t request) { connection->End(request); });
  }
  void OnGone(std::function<void()> gone) override {
    Post([gone = std::move(gone)](Connection* connection, uint64_t request) mutable { connection->OnGone(request, std::move(gone)); });
  }

 private:
  template <typename Do>
  void Post(Do what) {
    asio::post(io_, [connection = connection_, request = request_, what = std::move(what)]() mutable { what(connection.get(), request); });
  }

  asio::io_context& io_;
  const std::shared_ptr<Connection> connection_;
  const uint64_t request_;
  const std::shared_ptr<const void> body_;  // whoever has to answer may have it
  std::atomic<bool> over_ = false;
};

}  // namespace

void Connection::Handle() {
  auto message = parser_->release();
  parser_.reset();
  deadline_.cancel();
  state_ = kAnswers;
  ++request_;
  version_ = message.version();
  keep_alive_ = message.keep_alive();
  Request request;
  request.method = std::string(message.method_string());
  const absl::string_view target(message.target().data(), message.target().size());
  request.path = std::string(PathOf(target));
  if (request.path.size() < target.size()) request.query = std::string(target.substr(request.path.size() + 1));
  for (const auto& field : message) {
    request.headers[absl::AsciiStrToLower({field.name_string().data(), field.name_string().size()})] = std::string(field.value());
  }
  request.body = std::move(message.body());
  request.certificate = certificate_;
  if (buffer_.size() == 0) buffer_.shrink_to_fit();
  if (buffer_.size() == 0 && !watching_) Watch();
  server_.options.handle(std::move(request),
                         std::make_shared<ConnectionReply>(&server_.io, shared_from_this(), request_, std::move(body_)));
}

void ServerParts::Accept() {
  acceptor.async_accept([this](Error error, tcp::socket socket) {
    if (stopping) return;
    if (error) {  // of file descriptors there are none left, perhaps: later there may be
      timer.expires_after(kAcceptAgain);
      return timer.async_wait([this](Error stopped) {
        if (!stopped) Accept();
      });
    }
    Error ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    auto connection = std::make_shared<Connection>(this, std::move(socket));
    connections.insert(connection);
    connection->Begin();
    Accept();
  });
}

void ServerParts::Stop() {
  stopping = true;
  acceptor.close();
  const auto all = connections;
  for (const auto& connection : all) connection->Finish();
  if (connections.empty()) return io.stop();
  timer.expires_after(kToEnd);
  timer.async_wait([this](Error) {
    const auto left = connections;
    for (const auto& connection : left) connection->Close();
    io.stop();
  });
}

absl::StatusOr<std::unique_ptr<Server>> Server::Start(ServerOptions options) {
  auto parts = std::make_unique<ServerParts>();
  parts->options = std::move(options);
  if (parts->options.tls) {
    parts->contexts.emplace(*parts->options.tls);
    if (absl::Status status = parts->contexts->Load(); !status.ok()) return status;
  }
  Error error;
  const asio::ip::address host = asio::ip::make_address(parts->options.host, error);
  if (error) return absl::InvalidArgumentError("expected an IP address to listen on, but it is none");
  const tcp::endpoint endpoint(host, static_cast<uint16_t>(parts->options.port));
  parts->acceptor.open(endpoint.protocol(), error);
  // A port that was just let go of may be taken again; one that is listened on may not.
  if (!error) parts->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) parts->acceptor.bind(endpoint, error);
  if (!error) parts->acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("port ", parts->options.port, " (http) is taken; choose another with --http-port"));
  }
  parts->port = parts->acceptor.local_endpoint().port();
  parts->Accept();
  parts->thread = std::thread([io = &parts->io] { io->run(); });
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Server::Server(std::unique_ptr<ServerParts> parts) : parts_(std::move(parts)) {}

Server::~Server() { Stop(); }

void Server::Stop() {
  if (!parts_->thread.joinable()) return;
  asio::post(parts_->io, [parts = parts_.get()] { parts->Stop(); });
  parts_->thread.join();
}

int Server::port() const { return parts_->port; }

}  // namespace overdracht::http
