// The id of a traject: a UUID (RFC 9562, any version), 16 bytes inside, text outside.
#ifndef OVERDRACHT_SERVICES_BASE_UUID_H_
#define OVERDRACHT_SERVICES_BASE_UUID_H_

#include <absl/strings/string_view.h>

#include <optional>
#include <string>

namespace overdracht::base {

// 16 bytes; capitals are accepted.
std::optional<std::string> ParseUuid(absl::string_view text);
// Lower case. `bytes` must be 16 long.
std::string FormatUuid(absl::string_view bytes);

}  // namespace overdracht::base

#endif  // OVERDRACHT_SERVICES_BASE_UUID_H_
