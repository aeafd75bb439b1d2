#include "services/base/sha256.h"

#include <absl/strings/escaping.h>
#include <openssl/evp.h>

#include <cstdlib>

namespace overdracht::base {
namespace {

// An allocation that fails or a library without SHA-256: nothing sensible can follow.
void Require(bool ok) {
  if (!ok) std::abort();
}

const EVP_MD* Digest() {
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return digest;
}

std::array<uint8_t, 8> BigEndian(uint64_t value) {
  std::array<uint8_t, 8> bytes;
  for (int i = 7; i >= 0; --i, value >>= 8) bytes[i] = static_cast<uint8_t>(value);
  return bytes;
}

EVP_MD_CTX* Context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

}  // namespace

Hash Sha256(absl::string_view bytes) {
  Hash hash;
  Require(EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, Digest(), nullptr) == 1);
  return hash;
}

Hasher::Hasher(absl::string_view domain) : context_(EVP_MD_CTX_new()) {
  Require(context_ != nullptr && EVP_DigestInit_ex2(Context(context_), Digest(), nullptr) == 1);
  Add(domain);
}

Hasher::~Hasher() { EVP_MD_CTX_free(Context(context_)); }

Hasher& Hasher::Add(absl::string_view field) {
  const std::array<uint8_t, 8> length = BigEndian(field.size());
  Require(EVP_DigestUpdate(Context(context_), length.data(), length.size()) == 1);
  Require(EVP_DigestUpdate(Context(context_), field.data(), field.size()) == 1);
  return *this;
}

Hasher& Hasher::Add(uint64_t field) {
  const std::array<uint8_t, 8> bytes = BigEndian(field);
  return Add(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Hash Hasher::Finish() {
  Hash hash;
  Require(EVP_DigestFinal_ex(Context(context_), hash.data(), nullptr) == 1);
  return hash;
}

std::string Hex(const Hash& hash) { return Hex(Hasher::View(hash)); }

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

}  // namespace overdracht::base
