// The one order in which the records of several old partitions move: of those that are next the earliest, and of one moment that of the
// partition that was named first. So each partition's records stay in their order, and with them each traject's.
#ifndef OVERDRACHT_SERVICES_MOVE_ORDER_H_
#define OVERDRACHT_SERVICES_MOVE_ORDER_H_

#include <absl/status/statusor.h>

#include <functional>
#include <optional>
#include <vector>

#include "services/move/numbered.h"

namespace overdracht::move {

// The next record of an old partition; nothing: it has ended.
using NextRecord = std::function<absl::StatusOr<std::optional<Unnumbered>>()>;

struct OldRecord {
  size_t from = 0;  // which of the partitions
  Unnumbered what;
};

class Order {
 public:
  explicit Order(std::vector<NextRecord> partitions);

  // Nothing: all have ended. Fails as they do. Holds one record of each.
  absl::StatusOr<std::optional<OldRecord>> Next();

 private:
  absl::Status Fill(size_t partition);

  const std::vector<NextRecord> partitions_;
  std::vector<std::optional<Unnumbered>> heads_;
  bool filled_ = false;
};

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_ORDER_H_
