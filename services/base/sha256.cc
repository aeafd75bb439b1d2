#include "services/base/sha256.h"

#include <absl/strings/escaping.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <cstring>
#include <memory>

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

absl::string_view Text(const std::array<uint8_t, 8>& bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

EVP_MD_CTX* Context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
// Making a context costs as much as hashing a small record, so that each thread keeps one.
thread_local std::unique_ptr<EVP_MD_CTX, FreeContext> spare;

EVP_MD_CTX* TakeContext() {
  const bool used = spare != nullptr;
  EVP_MD_CTX* const context = used ? spare.release() : EVP_MD_CTX_new();
  // Null: the digest that the context has already.
  Require(context != nullptr && EVP_DigestInit_ex2(context, used ? nullptr : Digest(), nullptr) == 1);
  return context;
}

}  // namespace

Hash Sha256(absl::string_view bytes) {
  Hash hash;
  EVP_MD_CTX* const context = TakeContext();
  Require(EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 && EVP_DigestFinal_ex(context, hash.data(), nullptr) == 1);
  spare.reset(context);
  return hash;
}

Hasher::Hasher(absl::string_view domain) : context_(TakeContext()) { Add(domain); }

Hasher::~Hasher() { spare.reset(Context(context_)); }

void Hasher::Put(absl::string_view bytes) {
  if (bytes.size() > small_.size() - used_) {
    Require(EVP_DigestUpdate(Context(context_), small_.data(), used_) == 1);
    used_ = 0;
  }
  if (bytes.size() > small_.size()) {
    Require(EVP_DigestUpdate(Context(context_), bytes.data(), bytes.size()) == 1);
  } else if (!bytes.empty()) {
    std::memcpy(small_.data() + used_, bytes.data(), bytes.size());
    used_ += bytes.size();
  }
}

Hasher& Hasher::Add(absl::string_view field) {
  Put(Text(BigEndian(field.size())));
  Put(field);
  return *this;
}

Hasher& Hasher::Add(uint64_t field) { return Add(Text(BigEndian(field))); }

Hash Hasher::Finish() {
  Hash hash;
  Require(EVP_DigestUpdate(Context(context_), small_.data(), used_) == 1);
  Require(EVP_DigestFinal_ex(Context(context_), hash.data(), nullptr) == 1);
  return hash;
}

std::string Hex(const Hash& hash) { return Hex(Hasher::View(hash)); }

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

}  // namespace overdracht::base
