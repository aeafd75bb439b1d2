// What has to be the same in the old region and in the new one, in little memory: of each traject all its records in their order, but for
// their numbers; and how many items each organisation is told. The records of a traject make its state, so the states are the same too.
#ifndef OVERDRACHT_SERVICES_MOVE_CONTENTS_H_
#define OVERDRACHT_SERVICES_MOVE_CONTENTS_H_

#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "overdracht/journal/v1/record.pb.h"
#include "services/base/sha256.h"

namespace overdracht::move {

// Over many, in whatever order they come.
class Sum {
 public:
  void Add(absl::string_view bytes);
  uint64_t count() const { return count_; }
  bool operator==(const Sum&) const = default;

 private:
  uint64_t count_ = 0;
  std::array<uint64_t, 4> hashes_{};
};

class Contents {
 public:
  // `rest`: its bytes without its number. Records of the partition (destinations.h) are passed over.
  void Add(const journal::v1::Record& record, absl::string_view rest);

  // What of `other` is not as it is here, for people; nothing: all of it is.
  std::optional<std::string> DifferenceTo(const Contents& other) const;

  uint64_t records() const { return records_; }
  size_t trajecten() const { return trajecten_.size(); }
  // By organisation.
  const std::map<std::string, uint64_t>& items() const { return items_; }

 private:
  void AddItems(const journal::v1::Record& record);

  uint64_t records_ = 0;
  absl::flat_hash_map<std::string, base::Hash> trajecten_;  // by id: over its records, each with those before it
  Sum others_;                                              // the records that belong to no traject: they have no order among each other
  std::map<std::string, uint64_t> items_;
};

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_CONTENTS_H_
