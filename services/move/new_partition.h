// One partition of the new region while it is written: an owner like any other, but that it decides nothing. Its batches are as large as
// may be, and no batch is appended before what the one before it tells stands in the outboxes.
#ifndef OVERDRACHT_SERVICES_MOVE_NEW_PARTITION_H_
#define OVERDRACHT_SERVICES_MOVE_NEW_PARTITION_H_

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/log/owner.h"
#include "services/move/numbered.h"
#include "services/workflow/outboxes.h"

namespace overdracht::move {

class NewPartition {
 public:
  struct Options {
    log::EventLog* journal = nullptr;
    workflow::Outboxes* outboxes = nullptr;
    std::string program = {};  // name and version, for the batches
    std::function<int64_t()> machine_clock = nullptr;
    size_t most_bytes_per_batch = 0;
  };

  // FAILED_PRECONDITION: the journal is not empty.
  static absl::StatusOr<std::unique_ptr<NewPartition>> TakeOver(Options options);

  // Gives it the next number, and the next place in its traject's chain. Fails as log::Owner::Append and Outboxes::Settle do.
  absl::Status Add(Unnumbered what);
  // All that was added counts, and what it tells stands there.
  absl::Status Finish();

  // The last batch that counts.
  const log::Tip& tip() const { return owner_->tip(); }

 private:
  NewPartition(Options options, std::unique_ptr<log::Owner> owner) : options_(std::move(options)), owner_(std::move(owner)) {}
  absl::Status Commit();

  const Options options_;
  const std::unique_ptr<log::Owner> owner_;
  absl::flat_hash_map<std::string, base::Hash> heads_;  // of the trajecten's chains
  std::optional<log::BatchWriter> batch_;
  std::vector<std::unique_ptr<journal::v1::Record>> records_;  // of the open batch
};

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_NEW_PARTITION_H_
