// Which batches count: the one rule that every reader of a journal follows, auditors too (ADR 'The chain that fences', docs/formats.md).
//
// A batch counts if and only if
//   (a) it is well formed and its hash is right                          DecodeBatch sees to that
//   (b) its previous hash is the tip's hash
//   (c) it is work with the tip's epoch and the tip's owner, or a take-over with exactly the tip's epoch + 1
//   (d) its number is the tip's + 1, its input begins where the tip's ends (the first take-over may set the input),
//       and its records are numbered on from the tip's last.
// Then it is the tip. A batch passed over is passed over for ever. So a batch has one successor at most, whatever is lost, doubled,
// delayed or swapped underneath, and appending is a compare-and-set on the tip's hash.
#ifndef OVERDRACHT_SERVICES_LOG_CHAIN_H_
#define OVERDRACHT_SERVICES_LOG_CHAIN_H_

#include <absl/strings/string_view.h>

#include <cstdint>

#include "services/log/batch.h"

namespace overdracht::log {

// The last batch that counts, and where it stands. All zero: before the first.
struct Tip {
  uint64_t offset = 0;  // of the batch in the log; meaningless while number is 0
  uint64_t number = 0;  // of the batch: 1, 2, …
  uint64_t epoch = 0;
  OwnerToken owner{};
  base::Hash hash{};
  uint64_t input_to = 0;
  uint64_t last_record = 0;  // number of the last record up to and including this batch
  bool operator==(const Tip&) const = default;
};

enum class Verdict {
  kCounts,
  kNotBehindTip,
  kFirstNotTakeOver,
  kOtherEpoch,
  kOtherOwner,
  kNotNextEpoch,
  kNumberGap,
  kInputGap,
  kInputBackwards,
  kRecordGap,
};

Verdict Judge(const Tip& tip, const Batch& batch);

// The tip after a batch that counts.
Tip Follow(const Tip& tip, uint64_t offset, const Batch& batch);

// Whether a batch's writer knew another batch to count where this tip stands: the log was cut and has grown again. Who finds that halts.
bool KnowsOtherHistory(const Tip& tip, const Batch& batch);

// Why a batch does not count, for people: "expected …, but …".
absl::string_view Reason(Verdict verdict);

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_CHAIN_H_
