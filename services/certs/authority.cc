#include "services/certs/authority.h"

#include <absl/strings/str_cat.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace overdracht::certs {
namespace {

constexpr int kSerialBits = 127;

absl::Status Failed(absl::string_view what) {
  const char* const why = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return absl::InternalError(absl::StrCat(what, ": ", why == nullptr ? "OpenSSL says no more" : why));
}

template <typename Write>
std::string ToPem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
  if (bio == nullptr || write(bio.get()) != 1) return "";
  char* bytes = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &bytes);
  return {bytes, static_cast<size_t>(length)};
}

absl::StatusOr<Issued> Encode(X509* certificate, EVP_PKEY* key) {
  Issued issued{.certificate = ToPem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); }),
                .key = ToPem([&](BIO* bio) { return PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); })};
  if (issued.certificate.empty() || issued.key.empty()) return Failed("a certificate cannot be written");
  return issued;
}

bool SetSerial(X509* certificate) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(BN_new(), BN_free);
  return BN_rand(number.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool SetTime(ASN1_TIME* time, base::Micros moment) { return ASN1_TIME_set(time, moment / base::kSecond) != nullptr; }

bool SetSubject(X509* certificate, const Wanted& wanted) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  for (const auto& [attribute, value] : wanted.subject) {
    if (X509_NAME_add_entry_by_txt(subject, attribute.c_str(), MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                                   static_cast<int>(value.size()), -1, 0) != 1) {
      return false;
    }
  }
  return true;
}

bool Extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), X509_EXTENSION_free);
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

using Extensions = std::vector<std::pair<int, std::string>>;

struct Made {
  std::shared_ptr<EVP_PKEY> key;
  std::shared_ptr<X509> certificate;
};

// Issued by itself where there is no issuer.
absl::StatusOr<Made> MakeCertificate(const Wanted& wanted, const Extensions& extensions, const Made* issuer) {
  Made made{std::shared_ptr<EVP_PKEY>(EVP_EC_gen("P-256"), EVP_PKEY_free), std::shared_ptr<X509>(X509_new(), X509_free)};
  X509* const certificate = made.certificate.get();
  if (made.key == nullptr || certificate == nullptr) return Failed("a key cannot be made");
  if (issuer == nullptr) issuer = &made;
  const bool done = X509_set_version(certificate, X509_VERSION_3) == 1 && SetSerial(certificate) &&
                    SetTime(X509_getm_notBefore(certificate), wanted.from_us) &&
                    SetTime(X509_getm_notAfter(certificate), wanted.until_us) && SetSubject(certificate, wanted) &&
                    X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate.get())) == 1 &&
                    X509_set_pubkey(certificate, made.key.get()) == 1;
  if (!done) return Failed("a certificate cannot be made");
  for (const auto& [nid, value] : extensions) {
    if (!Extend(certificate, issuer->certificate.get(), nid, value)) return Failed("a certificate cannot be made");
  }
  if (X509_sign(certificate, issuer->key.get(), EVP_sha256()) == 0) return Failed("a certificate cannot be signed");
  return made;
}

}  // namespace

absl::StatusOr<Authority> Authority::Make(const std::string& name, base::Micros from_us, base::Micros until_us) {
  const Wanted wanted{
      .subject = {{"C", "NL"}, {"O", name}, {"CN", name}}, .names = "", .use = "", .from_us = from_us, .until_us = until_us};
  const absl::StatusOr<Made> made = MakeCertificate(
      wanted,
      {{NID_basic_constraints, "critical,CA:TRUE"}, {NID_key_usage, "critical,keyCertSign,cRLSign"}, {NID_subject_key_identifier, "hash"}},
      nullptr);
  if (!made.ok()) return made.status();
  absl::StatusOr<Issued> own = Encode(made->certificate.get(), made->key.get());
  if (!own.ok()) return own.status();
  return Authority(made->key, made->certificate, *std::move(own));
}

absl::StatusOr<Issued> Authority::Issue(const Wanted& wanted) const {
  Extensions extensions = {{NID_basic_constraints, "critical,CA:FALSE"},
                           {NID_key_usage, "critical,digitalSignature"},
                           {NID_ext_key_usage, wanted.use},
                           {NID_subject_key_identifier, "hash"},
                           {NID_authority_key_identifier, "keyid:always"}};
  if (!wanted.names.empty()) extensions.emplace_back(NID_subject_alt_name, wanted.names);
  const Made issuer{key_, certificate_};
  const absl::StatusOr<Made> made = MakeCertificate(wanted, extensions, &issuer);
  if (!made.ok()) return made.status();
  return Encode(made->certificate.get(), made->key.get());
}

}  // namespace overdracht::certs
