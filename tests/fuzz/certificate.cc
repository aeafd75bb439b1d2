// A client's certificate, PEM or DER, and a bundle of authorities.
#include "services/edge/certificate.h"

#include "services/base/check.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

FUZZ(bytes) {
  for (const auto& read : {edge::ReadCertificatePem(bytes), edge::ReadCertificateDer(bytes)}) {
    if (read.ok()) OVERDRACHT_CHECK(edge::IsOin(read->oin), "an organisation is an OIN");
  }
  (void)edge::IsSignedByOneOf(bytes, bytes);
}
