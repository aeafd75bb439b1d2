#include "services/move/order.h"

#include <utility>

namespace overdracht::move {

Order::Order(std::vector<NextRecord> partitions) : partitions_(std::move(partitions)), heads_(partitions_.size()) {}

absl::StatusOr<std::optional<OldRecord>> Order::Next() {
  for (size_t i = 0; !filled_ && i < heads_.size(); ++i) {
    if (absl::Status filled = Fill(i); !filled.ok()) return filled;
  }
  filled_ = true;
  std::optional<size_t> first;
  for (size_t i = 0; i < heads_.size(); ++i) {
    if (heads_[i] && (!first || heads_[i]->record->time_us() < heads_[*first]->record->time_us())) first = i;
  }
  if (!first) return std::nullopt;
  OldRecord next{.from = *first, .what = *std::move(heads_[*first])};
  if (absl::Status filled = Fill(*first); !filled.ok()) return filled;
  return next;
}

absl::Status Order::Fill(size_t partition) {
  absl::StatusOr<std::optional<Unnumbered>> next = partitions_[partition]();
  if (!next.ok()) return next.status();
  heads_[partition] = *std::move(next);
  return absl::OkStatus();
}

}  // namespace overdracht::move
