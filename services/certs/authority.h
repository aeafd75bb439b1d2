// A certificate authority for tests and trials: EC P-256, SHA-256, its key in memory. Not for production.
#ifndef OVERDRACHT_SERVICES_CERTS_AUTHORITY_H_
#define OVERDRACHT_SERVICES_CERTS_AUTHORITY_H_

#include <absl/status/statusor.h>
#include <openssl/types.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/base/time.h"

namespace overdracht::certs {

// As PEM.
struct Issued {
  std::string certificate;
  std::string key;
};

struct Wanted {
  // Attributes of the subject in their order, by OpenSSL's short name (CN, O, C) or `serialNumber`.
  std::vector<std::pair<std::string, std::string>> subject;
  // As OpenSSL writes them: DNS:localhost,IP:127.0.0.1. Empty: none.
  std::string names;
  // What it is for, as OpenSSL writes it.
  std::string use = "clientAuth";
  base::Micros from_us = 0;
  base::Micros until_us = 0;
};

class Authority {
 public:
  static absl::StatusOr<Authority> Make(const std::string& name, base::Micros from_us, base::Micros until_us);

  const Issued& own() const { return own_; }
  absl::StatusOr<Issued> Issue(const Wanted& wanted) const;

 private:
  Authority(std::shared_ptr<EVP_PKEY> key, std::shared_ptr<X509> certificate, Issued own)
      : key_(std::move(key)), certificate_(std::move(certificate)), own_(std::move(own)) {}

  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  Issued own_;
};

}  // namespace overdracht::certs

#endif  // OVERDRACHT_SERVICES_CERTS_AUTHORITY_H_
