// DATA ENTERS: whose a certificate is. An organisation is its OIN, in the serialNumber of the certificate's subject, and it counts as far
// as the issuer is trusted. That the certificate is valid (chain, signature, use) is the handshake's to check.
#ifndef OVERDRACHT_SERVICES_EDGE_CERTIFICATE_H_
#define OVERDRACHT_SERVICES_EDGE_CERTIFICATE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <openssl/types.h>

#include <string>

#include "services/base/time.h"

namespace overdracht::edge {

struct Certificate {
  std::string oin;
  std::string issuer;  // its name as RFC 2253 writes it: CN=Example CA,O=Example,C=NL
  base::Micros valid_until_us = 0;
};

// INVALID_ARGUMENT: no certificate, or one without an OIN. What it says never repeats what stands in the certificate.
absl::StatusOr<Certificate> ReadCertificate(const X509& certificate);
absl::StatusOr<Certificate> ReadCertificatePem(absl::string_view pem);
absl::StatusOr<Certificate> ReadCertificateDer(absl::string_view der);

// An authority of this bundle (PEM) has the name of the certificate's issuer and signed it.
bool IsSignedByOneOf(absl::string_view authorities, absl::string_view certificate);

// 20 digits that begin with one of the prefixes that are in use.
bool IsOin(absl::string_view text);
// One that is given out to nobody: prefix 00000099.
bool IsTestOin(absl::string_view text);

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_CERTIFICATE_H_
