#include "services/log/chain.h"

namespace overdracht::log {

Verdict Judge(const Tip& tip, const Batch& batch) {
  const bool first = tip.number == 0;
  if (batch.previous != tip.hash) return Verdict::kNotBehindTip;
  if (batch.kind == BatchKind::kTakeOver) {
    if (batch.epoch != tip.epoch + 1) return Verdict::kNotNextEpoch;
  } else {
    // Before the first batch nobody owns the log, so that no token, not even zero, is the owner's.
    if (first) return Verdict::kFirstNotTakeOver;
    if (batch.epoch != tip.epoch) return Verdict::kOtherEpoch;
    if (batch.owner != tip.owner) return Verdict::kOtherOwner;
  }
  if (batch.number != tip.number + 1) return Verdict::kNumberGap;
  if (batch.input_from != tip.input_to && !first) return Verdict::kInputGap;
  if (batch.input_to < batch.input_from) return Verdict::kInputBackwards;
  if (batch.first_record != tip.last_record + 1) return Verdict::kRecordGap;
  return Verdict::kCounts;
}

Tip Follow(const Tip& tip, uint64_t offset, const Batch& batch) {
  return {.offset = offset,
          .number = batch.number,
          .epoch = batch.epoch,
          .owner = batch.owner,
          .hash = batch.hash,
          .input_to = batch.input_to,
          .last_record = tip.last_record + batch.records.size()};
}

bool KnowsOtherHistory(const Tip& tip, const Batch& batch) {
  return tip.number != 0 && batch.anchor != Anchor{} && batch.anchor.offset == tip.offset && batch.anchor.hash != tip.hash;
}

absl::string_view Reason(Verdict verdict) {
  switch (verdict) {
    case Verdict::kCounts:
      return "it counts";
    case Verdict::kNotBehindTip:
      return "expected the hash of the batch before it, but it was made behind another one";
    case Verdict::kFirstNotTakeOver:
      return "expected a take-over at the beginning, but it is work";
    case Verdict::kOtherEpoch:
      return "expected work of the epoch of the batch before it, but it is of another one";
    case Verdict::kOtherOwner:
      return "expected work of the owner of this epoch, but it has another token";
    case Verdict::kNotNextEpoch:
      return "expected a take-over with exactly the next epoch, but it has another one";
    case Verdict::kNumberGap:
      return "expected the number after that of the batch before it, but it has another one";
    case Verdict::kInputGap:
      return "expected input from where that of the batch before it ends, but it begins elsewhere";
    case Verdict::kInputBackwards:
      return "expected input that ends at or after its beginning, but it ends before it";
    case Verdict::kRecordGap:
      return "expected records numbered on from the batch before it, but they begin elsewhere";
  }
  return "";
}

}  // namespace overdracht::log
