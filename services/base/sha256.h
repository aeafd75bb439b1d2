// SHA-256 (FIPS 180-4, by OpenSSL) over fields, as docs/formats.md writes hashes down:
// every hash begins with the name of what it is for, and every field with its length, so that no two inputs run together.
#ifndef OVERDRACHT_SERVICES_BASE_SHA256_H_
#define OVERDRACHT_SERVICES_BASE_SHA256_H_

#include <absl/strings/string_view.h>

#include <array>
#include <cstdint>
#include <string>

namespace overdracht::base {

using Hash = std::array<uint8_t, 32>;

// SHA-256 of bytes as they are.
Hash Sha256(absl::string_view bytes);

// SHA-256 over length-prefixed fields: each is preceded by its length as 8 bytes, big endian. Integers are fields of 8 bytes, big endian.
class Hasher {
 public:
  // `domain` names what the hash is for.
  explicit Hasher(absl::string_view domain);
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  Hasher& Add(absl::string_view field);
  Hasher& Add(uint64_t field);
  Hasher& Add(const Hash& field) { return Add(View(field)); }
  Hash Finish();

  static absl::string_view View(const Hash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

 private:
  void Put(absl::string_view bytes);

  void* context_;
  // What comes together in front of the digest: a call of OpenSSL costs more than hashing a small field.
  std::array<uint8_t, 128> small_;
  size_t used_ = 0;
};

// 64 hexadecimal digits, lower case.
std::string Hex(const Hash& hash);
std::string Hex(absl::string_view bytes);

}  // namespace overdracht::base

#endif  // OVERDRACHT_SERVICES_BASE_SHA256_H_
