#include "services/partner/webhook/signature.h"

#include <absl/strings/ascii.h>
#include <absl/strings/escaping.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace overdracht::partner {
namespace {

constexpr size_t kLeastBytes = 24, kMostBytes = 64;

std::string HmacSha256(absl::string_view key, absl::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       hash.data(), &size);
  return {reinterpret_cast<const char*>(hash.data()), size};
}

}  // namespace

absl::StatusOr<Secrets> ParseSecrets(absl::string_view text) {
  Secrets secrets;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    std::string key;
    if (!absl::ConsumePrefix(&line, "whsec_") || !absl::Base64Unescape(line, &key) || key.size() < kLeastBytes || key.size() > kMostBytes) {
      return absl::InvalidArgumentError(absl::StrCat("expected whsec_ and base64 of 24 to 64 bytes, but line ", number, " is none"));
    }
    secrets.push_back(std::move(key));
  }
  if (secrets.empty() || secrets.size() > kMostSecrets) {
    return absl::InvalidArgumentError(absl::StrCat("expected 1 to ", kMostSecrets, " secrets, but there are ", secrets.size()));
  }
  return secrets;
}

std::string Sign(const Secrets& secrets, absl::string_view id, int64_t seconds, absl::string_view body) {
  const std::string signed_text = absl::StrCat(id, ".", seconds, ".", body);
  std::string signatures;
  for (const std::string& secret : secrets) {
    absl::StrAppend(&signatures, signatures.empty() ? "" : " ", "v1,", absl::Base64Escape(HmacSha256(secret, signed_text)));
  }
  return signatures;
}

}  // namespace overdracht::partner
