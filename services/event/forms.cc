#include "services/event/forms.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <algorithm>

#include "overdracht/event/v1/codes.pb.h"
#include "services/base/codes.h"
#include "services/base/time.h"

namespace overdracht::event {
namespace {

constexpr size_t kMaxReference = 64;
constexpr size_t kMaxEventId = 128;
constexpr size_t kMaxSystem = 40;
constexpr size_t kMaxTracestate = 512;

template <typename Allowed>
bool Consists(absl::string_view text, size_t at_most, Allowed allowed) {
  return !text.empty() && text.size() <= at_most && std::all_of(text.begin(), text.end(), allowed);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLowerHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f'); }
bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }
bool IsIdCharacter(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-'; }

bool IsReference(absl::string_view text) { return Consists(text, kMaxReference, IsIdCharacter); }
bool IsOin(absl::string_view text) { return text.size() == 20 && std::all_of(text.begin(), text.end(), IsDigit); }

// first, or first + separator + second.
bool IsReferenceWith(absl::string_view text, char separator) {
  const size_t at = text.find(separator);
  if (at == absl::string_view::npos) return IsReference(text);
  return IsReference(text.substr(0, at)) && IsReference(text.substr(at + 1));
}

bool IsRole(absl::string_view text) {
  const auto role = base::Parse<v1::Role>(text);
  return role && *role != v1::ROLE_VERTREKKEND;
}

}  // namespace

bool HasForm(v1::Format format, absl::string_view text) {
  switch (format) {
    case v1::FORMAT_REFERENCE:
    case v1::FORMAT_NAME:
    case v1::FORMAT_CONTACT:
      return IsReference(text);
    case v1::FORMAT_OIN:
      return IsOin(text);
    case v1::FORMAT_DATE:
      return base::ParseDate(text).has_value();
    case v1::FORMAT_DIGEST:
      return absl::ConsumePrefix(&text, "sha256:") && text.size() == 64 && std::all_of(text.begin(), text.end(), IsHex);
    case v1::FORMAT_TASK:
      return IsReferenceWith(text, ':');
    case v1::FORMAT_OIN_OR_ROLE:
      return IsOin(text) || IsRole(text);
    case v1::FORMAT_WORKFLOW:
      return IsReferenceWith(text, '@');
    default:
      return false;  // a text of no form would be free text
  }
}

bool IsEventId(absl::string_view text) {
  return Consists(text, kMaxEventId, [](char c) { return IsIdCharacter(c) || c == ':' || c == '/'; });
}

std::optional<EventSource> ParseSource(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "urn:nld:oin:") || text.size() < 20) return std::nullopt;
  EventSource source;
  source.organisation = text.substr(0, 20);
  source.system = text.substr(20);
  if (!IsOin(source.organisation) || !absl::ConsumePrefix(&source.system, ":systeem:")) return std::nullopt;
  const bool named = Consists(source.system, kMaxSystem, [](char c) { return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '-'; });
  return named ? std::optional(source) : std::nullopt;
}

bool IsTraceparent(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '-');
  const auto hex = [](absl::string_view part, size_t size) {
    return part.size() == size && std::all_of(part.begin(), part.end(), IsLowerHex);
  };
  const auto zero = [](absl::string_view part) { return part.find_first_not_of('0') == absl::string_view::npos; };
  return parts.size() == 4 && hex(parts[0], 2) && parts[0] != "ff" && hex(parts[1], 32) && !zero(parts[1]) && hex(parts[2], 16) &&
         !zero(parts[2]) && hex(parts[3], 2);
}

bool IsTracestate(absl::string_view text) {
  if (text.empty() || text.size() > kMaxTracestate) return false;
  for (absl::string_view member : absl::StrSplit(text, ',')) {
    const size_t equals = member.find('=');
    if (equals == 0 || equals == absl::string_view::npos) return false;
    const absl::string_view key = member.substr(0, equals);
    const absl::string_view value = member.substr(equals + 1);
    const bool key_fits = std::all_of(key.begin(), key.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || IsDigit(c) || c == '_' || c == '-' || c == '*' || c == '/' || c == '@';
    });
    const bool value_fits =
        !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < 127 && c != '='; });
    if (!key_fits || !value_fits) return false;
  }
  return true;
}

}  // namespace overdracht::event
