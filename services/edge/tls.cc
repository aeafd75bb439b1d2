#include "services/edge/tls.h"

#include <absl/strings/str_cat.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

namespace overdracht::edge {
namespace {

// How soon a new file is seen.
constexpr unsigned kLookAgainSeconds = 1;

}  // namespace

absl::Status CheckTlsFiles(const TlsFiles& files) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return absl::InternalError("OpenSSL makes no context");
  absl::Status status;
  const auto expect = [&](bool done, absl::string_view what, const std::string& file) {
    if (!done && status.ok()) status = absl::InvalidArgumentError(absl::StrCat("expected ", what, " in PEM, but ", file, " is none"));
  };
  expect(SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) == 1, "a certificate", files.certificate);
  expect(SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) == 1, "the key of the certificate", files.key);
  expect(SSL_CTX_load_verify_file(context.get(), files.client_ca.c_str()) == 1, "certificates of authorities", files.client_ca);
  ERR_clear_error();
  return status;
}

std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const TlsFiles& files) {
  // gRPC takes TLS 1.2 and later by itself, with ECDHE only.
  grpc::experimental::TlsServerCredentialsOptions options(std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(
      files.key, files.certificate, files.client_ca, kLookAgainSeconds));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  return grpc::experimental::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(const TlsFiles& files, const std::string& authorities) {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::FileWatcherCertificateProvider>(files.key, files.certificate, authorities, kLookAgainSeconds));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  return grpc::experimental::TlsCredentials(options);
}

}  // namespace overdracht::edge
