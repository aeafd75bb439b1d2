// A record's bytes begin with its number (docs/formats.md, section 3). In another partition it gets another one; the rest stays as it is
// stored, also what this program does not know.
#ifndef OVERDRACHT_SERVICES_MOVE_NUMBERED_H_
#define OVERDRACHT_SERVICES_MOVE_NUMBERED_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "overdracht/journal/v1/record.pb.h"

namespace overdracht::move {

// What follows the number. Nothing: it does not begin with one.
std::optional<absl::string_view> RestOf(absl::string_view bytes);

// Appends the bytes of a record with this number.
void AppendNumbered(uint64_t number, absl::string_view rest, std::string* bytes);

// A record on its way to a new partition, where it gets its number.
struct Unnumbered {
  std::unique_ptr<journal::v1::Record> record;  // the number that it has means nothing
  std::string rest;
};
Unnumbered WithoutNumber(journal::v1::Record record);

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_NUMBERED_H_
