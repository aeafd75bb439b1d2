// Certificates of a port: which files, whether they can be used, and what gRPC makes of them.
#ifndef OVERDRACHT_SERVICES_EDGE_TLS_H_
#define OVERDRACHT_SERVICES_EDGE_TLS_H_

#include <absl/status/status.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

namespace overdracht::edge {

// In PEM.
struct TlsFiles {
  std::string certificate;  // of the service, with those that lead to its authority
  std::string key;
  std::string client_ca;  // the authorities that may issue the certificates of clients
};

// INVALID_ARGUMENT: a file cannot be read or used, or the key is not the certificate's.
absl::Status CheckTlsFiles(const TlsFiles& files);

// Clients must have a certificate of one of the authorities; TLS 1.2 or later, with forward secrecy. The files are read again when they
// change: for new connections only.
std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials(const TlsFiles& files);

// Of a client that shows this certificate, to a service whose certificate one of these authorities issued (PEM).
std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials(const TlsFiles& files, const std::string& authorities);

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_TLS_H_
