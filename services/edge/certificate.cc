#include "services/edge/certificate.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <climits>
#include <ctime>
#include <memory>

namespace overdracht::edge {
namespace {

constexpr char kTestPrefix[] = "00000099";
// What an OIN is made from: RSIN, KvK, SubOIN, AGB of care providers, tests.
constexpr const char* kPrefixes[] = {"00000001", "00000003", "00000004", "00000009", kTestPrefix};

struct Free {
  void operator()(X509* x509) const { X509_free(x509); }
  void operator()(BIO* bio) const { BIO_free(bio); }
};
using X509Ptr = std::unique_ptr<X509, Free>;
using BioPtr = std::unique_ptr<BIO, Free>;

absl::Status Expected(absl::string_view but) {
  return absl::InvalidArgumentError(absl::StrCat("expected a certificate with an OIN as serialNumber of its subject, but ", but));
}

// The text of an attribute; empty where it is none.
std::string TextOf(const X509_NAME_ENTRY* entry) {
  unsigned char* bytes = nullptr;
  const int length = ASN1_STRING_to_UTF8(&bytes, X509_NAME_ENTRY_get_data(entry));
  if (length < 0) return "";
  std::string text(reinterpret_cast<const char*>(bytes), length);
  OPENSSL_free(bytes);
  return text;
}

absl::StatusOr<std::string> OinOf(const X509& certificate) {
  const X509_NAME* const subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_serialNumber, -1);
  if (at < 0) return Expected("its subject has no serialNumber");
  if (X509_NAME_get_index_by_NID(subject, NID_serialNumber, at) >= 0) return Expected("its subject has more than one serialNumber");
  std::string oin = TextOf(X509_NAME_get_entry(subject, at));
  if (oin.size() != 20 || !std::all_of(oin.begin(), oin.end(), absl::ascii_isdigit)) return Expected("its serialNumber is not 20 digits");
  if (!IsOin(oin)) return Expected("its serialNumber begins with none of the prefixes of an OIN");
  return oin;
}

std::string IssuerOf(const X509& certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (bio == nullptr || X509_NAME_print_ex(bio.get(), X509_get_issuer_name(&certificate), 0, XN_FLAG_RFC2253) < 0) return "";
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<size_t>(length)};
}

}  // namespace

bool IsOin(absl::string_view text) {
  return text.size() == 20 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         std::any_of(std::begin(kPrefixes), std::end(kPrefixes), [&](const char* prefix) { return absl::StartsWith(text, prefix); });
}

bool IsTestOin(absl::string_view text) { return IsOin(text) && absl::StartsWith(text, kTestPrefix); }

absl::StatusOr<Certificate> ReadCertificate(const X509& certificate) {
  absl::StatusOr<std::string> oin = OinOf(certificate);
  if (!oin.ok()) return oin.status();
  Certificate read{.oin = *std::move(oin), .issuer = IssuerOf(certificate)};
  if (read.issuer.empty()) return Expected("it names no issuer");
  std::tm until{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &until) != 1) return Expected("its end cannot be read");
  read.valid_until_us = base::Micros{timegm(&until)} * base::kSecond;
  return read;
}

absl::StatusOr<Certificate> ReadCertificatePem(absl::string_view pem) {
  if (pem.size() > INT_MAX) return Expected("this is none");
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const X509Ptr certificate(bio == nullptr ? nullptr : PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  ERR_clear_error();
  if (certificate == nullptr) return Expected("this is none");
  return ReadCertificate(*certificate);
}

bool IsSignedByOneOf(absl::string_view authorities, absl::string_view certificate) {
  if (authorities.size() > INT_MAX || certificate.size() > INT_MAX) return false;
  const BioPtr bundle(BIO_new_mem_buf(authorities.data(), static_cast<int>(authorities.size())));
  const BioPtr bio(BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())));
  const X509Ptr signed_one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  bool is_signed = false;
  while (signed_one != nullptr && !is_signed) {
    const X509Ptr authority(PEM_read_bio_X509(bundle.get(), nullptr, nullptr, nullptr));
    if (authority == nullptr) break;
    is_signed = X509_check_issued(authority.get(), signed_one.get()) == X509_V_OK &&
                X509_verify(signed_one.get(), X509_get0_pubkey(authority.get())) == 1;
  }
  ERR_clear_error();
  return is_signed;
}

absl::StatusOr<Certificate> ReadCertificateDer(absl::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const X509Ptr certificate(der.size() > LONG_MAX ? nullptr : d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  if (certificate == nullptr || at != end) return Expected("this is none");
  return ReadCertificate(*certificate);
}

}  // namespace overdracht::edge
