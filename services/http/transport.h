// The bytes below HTTP: a socket, or TLS over it, and the certificates that new connections begin with. For server.cc only: it brings
// Boost.
#ifndef OVERDRACHT_SERVICES_HTTP_TRANSPORT_H_
#define OVERDRACHT_SERVICES_HTTP_TRANSPORT_H_

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/http/server.h"

namespace overdracht::http {

// What a connection reads from and writes to: its socket, or TLS over it. One type for both, so that everything about HTTP is compiled
// once.
class Transport {
 public:
  using executor_type = boost::asio::ip::tcp::socket::executor_type;

  explicit Transport(boost::asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  executor_type get_executor() { return socket_.get_executor(); }
  boost::asio::ip::tcp::socket& socket() { return socket_; }

  template <typename Buffers, typename Done>
  void async_read_some(const Buffers& buffers, Done&& done) {
    tls_ ? tls_->async_read_some(buffers, std::forward<Done>(done)) : socket_.async_read_some(buffers, std::forward<Done>(done));
  }
  template <typename Buffers, typename Done>
  void async_write_some(const Buffers& buffers, Done&& done) {
    tls_ ? tls_->async_write_some(buffers, std::forward<Done>(done)) : socket_.async_write_some(buffers, std::forward<Done>(done));
  }

  template <typename Done>
  void Handshake(std::shared_ptr<boost::asio::ssl::context> context, Done done) {
    context_ = std::move(context);
    tls_.emplace(socket_, *context_);
    tls_->async_handshake(boost::asio::ssl::stream_base::server, std::move(done));
  }

  bool with_tls() const { return tls_.has_value(); }

  // Of the client, in PEM.
  std::string Certificate() {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls_->native_handle()), X509_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> pem(BIO_new(BIO_s_mem()), BIO_free);
    if (certificate == nullptr || pem == nullptr || PEM_write_bio_X509(pem.get(), certificate.get()) != 1) return "";
    char* text = nullptr;
    const long size = BIO_get_mem_data(pem.get(), &text);
    return {text, static_cast<size_t>(size)};
  }

 private:
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<boost::asio::ssl::context> context_;  // the one that it began with
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
};

// The context of new connections, made again when a file has changed. One that cannot be used changes nothing.
class Contexts {
 public:
  explicit Contexts(edge::TlsFiles files) : files_(std::move(files)) {}

  absl::Status Load() {
    boost::system::error_code error;
    auto context = std::make_shared<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
    const auto use = [&](const std::string& file, auto step) {
      if (!error) step(file);
      if (error) return absl::InvalidArgumentError(absl::StrCat("expected PEM that can be used, but ", file, " is none"));
      return absl::OkStatus();
    };
    SSL_CTX* const native = context->native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");  // of TLS 1.2: forward secrecy only
    // Every connection shows its certificate anew, and what is not in use holds no buffers.
    SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(native, 0);
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
    absl::Status status = use(files_.certificate, [&](const std::string& file) { context->use_certificate_chain_file(file, error); });
    if (status.ok())
      status =
          use(files_.key, [&](const std::string& file) { context->use_private_key_file(file, boost::asio::ssl::context::pem, error); });
    if (status.ok()) status = use(files_.client_ca, [&](const std::string& file) { context->load_verify_file(file, error); });
    if (!status.ok()) return status;
    SSL_CTX_set_client_CA_list(native, SSL_load_client_CA_file(files_.client_ca.c_str()));
    context->set_verify_mode(boost::asio::ssl::verify_peer | boost::asio::ssl::verify_fail_if_no_peer_cert);
    current_ = std::move(context);
    return absl::OkStatus();
  }

  std::shared_ptr<boost::asio::ssl::context> Current() {
    const auto now = std::chrono::steady_clock::now();
    if (now - looked_ >= kLookAgain) {
      looked_ = now;
      const std::vector<std::filesystem::file_time_type> changed = Changed();
      if (changed != changed_ && Load().ok()) changed_ = changed;
    }
    return current_;
  }

 private:
  std::vector<std::filesystem::file_time_type> Changed() const {
    std::vector<std::filesystem::file_time_type> times;
    for (const std::string* file : {&files_.certificate, &files_.key, &files_.client_ca}) {
      std::error_code ignored;
      times.push_back(std::filesystem::last_write_time(*file, ignored));
    }
    return times;
  }

  static constexpr std::chrono::seconds kLookAgain{1};  // how soon changed certificates are seen

  const edge::TlsFiles files_;
  std::shared_ptr<boost::asio::ssl::context> current_;
  std::vector<std::filesystem::file_time_type> changed_ = Changed();
  std::chrono::steady_clock::time_point looked_ = std::chrono::steady_clock::now();
};

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_TRANSPORT_H_
