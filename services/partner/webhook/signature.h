// The signature by which a receiver knows who sent a webhook: Standard Webhooks 1.0, symmetric (HMAC-SHA256).
#ifndef OVERDRACHT_SERVICES_PARTNER_WEBHOOK_SIGNATURE_H_
#define OVERDRACHT_SERVICES_PARTNER_WEBHOOK_SIGNATURE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <string>
#include <vector>

namespace overdracht::partner {

using Secrets = std::vector<std::string>;  // keys, as bytes

// One a line, `whsec_` and base64 of 24 to 64 bytes; at least one, at most kMostSecrets. INVALID_ARGUMENT says which line is none, and
// nothing of what stands there.
inline constexpr int kMostSecrets = 4;
absl::StatusOr<Secrets> ParseSecrets(absl::string_view text);

// The header `webhook-signature`: a signature by each secret, of the message with this id, sent at this moment (Unix seconds).
std::string Sign(const Secrets& secrets, absl::string_view id, int64_t seconds, absl::string_view body);

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_WEBHOOK_SIGNATURE_H_
