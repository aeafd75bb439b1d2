#include "services/move/numbered.h"

#include <utility>

namespace overdracht::move {
namespace {

constexpr char kNumber = '\x08';  // the tag of its first field, a varint
constexpr size_t kMostBytesOfVarint = 10;

}  // namespace

std::optional<absl::string_view> RestOf(absl::string_view bytes) {
  if (bytes.empty() || bytes[0] != kNumber) return std::nullopt;
  for (size_t i = 1; i < bytes.size() && i <= kMostBytesOfVarint; ++i) {
    if ((static_cast<uint8_t>(bytes[i]) & 0x80) == 0) return bytes.substr(i + 1);
  }
  return std::nullopt;
}

void AppendNumbered(uint64_t number, absl::string_view rest, std::string* bytes) {
  bytes->push_back(kNumber);
  for (; number >= 0x80; number >>= 7) bytes->push_back(static_cast<char>(number | 0x80));
  bytes->push_back(static_cast<char>(number));
  bytes->append(rest.data(), rest.size());
}

Unnumbered WithoutNumber(journal::v1::Record record) {
  record.clear_number();
  Unnumbered made{.record = std::make_unique<journal::v1::Record>(std::move(record)), .rest = {}};
  made.record->SerializeToString(&made.rest);
  return made;
}

}  // namespace overdracht::move
