#include "services/log/chained_log.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace overdracht::log {
namespace {

// So many records in a row that do not count make a reader look whether its tip is still there.
constexpr size_t kDoubt = 64;
constexpr absl::string_view kKnewAnother = "its writer knew another batch to stand before it";

absl::Status Lost(const Tip& tip, absl::string_view why) {
  return absl::DataLossError(absl::StrCat("batch at offset ", tip.offset, ": the log no longer holds what was read there: ", why));
}

uint64_t OffsetBehind(const Tip& tip) { return tip.number == 0 ? 0 : tip.offset + 1; }

}  // namespace

absl::StatusOr<Tip> ChainedLog::Append(const Tip& tip, absl::string_view bytes) {
  Batch batch;
  if (const auto error = DecodeBatch(bytes, &batch))
    return absl::InvalidArgumentError(absl::StrCat("byte ", error->byte, ": ", error->why));
  if (const Verdict verdict = rule_.judge(tip, batch); verdict != Verdict::kCounts) return absl::InvalidArgumentError(Reason(verdict));
  if (rule_.heed_anchors && KnowsOtherHistory(tip, batch)) return absl::InvalidArgumentError(kKnewAnother);
  // What an ownership sent must not be carried on by the handle of the next one.
  const bool work = batch.kind == BatchKind::kWork;
  if (worked_.exchange(work) && !work) transport_->NewProducer();
  const absl::StatusOr<Report> report = transport_->Produce(bytes);
  if (absl::IsInvalidArgument(report.status())) return report.status();
  const bool doubt = report.ok() && report->reconnected && rule_.heed_reconnects;
  if (report.ok() && !doubt && report->offset == OffsetBehind(tip)) return Follow(tip, report->offset, batch);
  return ReadBack(tip, batch.hash, report);
}

// The log itself says what became of a batch.
absl::StatusOr<Tip> ChainedLog::ReadBack(const Tip& tip, const base::Hash& own, const absl::StatusOr<Report>& report) {
  if (report.ok() && report->offset < OffsetBehind(tip)) return Lost(tip, absl::StrCat("a later batch landed at offset ", report->offset));
  const absl::StatusOr<uint64_t> readable = End(tip);
  if (absl::IsDataLoss(readable.status())) return readable.status();
  const auto unknown = [&](const absl::Status& why) {
    return absl::UnavailableError(absl::StrCat("it is not known whether the batch counts: ", why.message()));
  };
  if (!readable.ok()) return unknown(readable.status());
  const uint64_t end = std::max(*readable, report.ok() ? report->offset + 1 : 0);
  Tip first;
  const auto first_only = [&first](const Tip& at, const Batch&) {
    first = at;
    return absl::CancelledError("nothing has landed behind the tip yet");
  };
  Position position = StandAt(tip);
  const absl::Status read = ReadTo(end, &position, first_only);
  lost_take_overs_ += position.lost_take_overs;
  if (absl::IsDataLoss(read)) return read;
  if (first.number == 0) return unknown(report.ok() ? read : report.status());
  if (first.hash == own) return first;
  return absl::AbortedError("the tip has moved");
}

absl::Status ChainedLog::Read(const Tip& tip, Visit visit) {
  Position position = StandAt(tip);
  const absl::StatusOr<uint64_t> end = End(tip);
  if (!end.ok()) return end.status();
  // No further: what comes meanwhile would keep a reader behind a busy owner for seconds, and whoever wants to take over from it too.
  return ReadTo(*end, &position, visit);
}

bool ChainedLog::Wait(const Tip& tip, absl::Duration timeout) {
  // What counts, and that something cannot be read any more, is both news.
  const auto any = [](const Tip&, const Batch&) { return absl::CancelledError(); };
  Position position = StandAt(tip);
  position.next = OffsetBehind(tip);
  position.at_tip = false;
  while (true) {
    const absl::StatusOr<uint64_t> end = transport_->HighWatermark();
    if (!end.ok()) return false;
    if (const absl::Status read = ReadTo(*end, &position, any); absl::IsCancelled(read) || absl::IsDataLoss(read)) return true;
    timeout = transport_->Wait(std::max(position.next, *end), timeout);
    if (timeout <= absl::ZeroDuration()) return false;
  }
}

// One past what can be read now. A log that ends before a known tip may have a new leader that has to catch up, perhaps more than once:
// the tip is lost when it cannot be read for as long as an election may take.
absl::StatusOr<uint64_t> ChainedLog::End(const Tip& tip) {
  for (bool waited = true;; waited = transport_->Wait(tip.offset, leader_) > absl::ZeroDuration()) {
    absl::StatusOr<uint64_t> end = transport_->HighWatermark();
    if (!end.ok() || *end >= OffsetBehind(tip)) return end;
    if (!waited) return Lost(tip, absl::StrCat("it ends at offset ", *end));
  }
}

ChainedLog::Position ChainedLog::StandAt(const Tip& tip) const {
  const bool at_tip = tip.number != 0 && rule_.look_at_tip;
  return {.tip = tip, .next = at_tip ? tip.offset : OffsetBehind(tip), .at_tip = at_tip, .reconnects = transport_->Reconnects()};
}

absl::Status ChainedLog::ReadTo(uint64_t end, Position* position, Visit visit) {
  Batch batch;
  while (position->next < end) {
    const absl::StatusOr<std::vector<PlacedRecord>> records = transport_->Fetch(position->next, end);
    if (absl::IsOutOfRange(records.status())) return Lost(position->tip, records.status().message());
    if (!records.ok()) return records.status();
    // On another connection it may be another log, and in the midst of what was passed over something that counts.
    if (rule_.heed_reconnects && transport_->Reconnects() != position->reconnects) {
      const uint64_t lost_take_overs = position->lost_take_overs;
      *position = StandAt(position->tip);
      position->lost_take_overs = lost_take_overs;
      continue;
    }
    for (const PlacedRecord& record : *records) {
      if (absl::Status taken = Take(record, position, &batch, visit); !taken.ok()) return taken;
    }
  }
  return absl::OkStatus();
}

// The reader's rule, for one record.
absl::Status ChainedLog::Take(const PlacedRecord& record, Position* position, Batch* batch, Visit visit) {
  position->next = record.offset + 1;
  const bool well_formed = !DecodeBatch(record.bytes, batch).has_value();
  if (std::exchange(position->at_tip, false)) {
    if (record.offset != position->tip.offset) return Lost(position->tip, "there is nothing");
    if (!well_formed || batch->hash != position->tip.hash) return Lost(position->tip, "there is another batch");
    return absl::OkStatus();
  }
  if (!well_formed || rule_.judge(position->tip, *batch) != Verdict::kCounts) return PassOver(*batch, well_formed, position);
  position->tip = Follow(position->tip, record.offset, *batch);
  position->passed_over = 0;
  return visit(position->tip, *batch);
}

absl::Status ChainedLog::PassOver(const Batch& batch, bool well_formed, Position* position) {
  const Tip& tip = position->tip;
  if (well_formed && rule_.heed_anchors && KnowsOtherHistory(tip, batch)) return Lost(tip, kKnewAnother);
  const bool take_over = well_formed && batch.kind == BatchKind::kTakeOver;
  const bool knows_later = well_formed && batch.anchor.offset > tip.offset;
  if (take_over && batch.epoch > tip.epoch) ++position->lost_take_overs;
  if (++position->passed_over <= kDoubt && !take_over && !knows_later) return absl::OkStatus();
  position->passed_over = 0;
  return LookAtTip(tip);
}

absl::Status ChainedLog::LookAtTip(const Tip& tip) {
  Position look = StandAt(tip);
  if (!look.at_tip) return absl::OkStatus();
  const absl::StatusOr<std::vector<PlacedRecord>> records = transport_->Fetch(look.next, look.next + 1);
  if (absl::IsOutOfRange(records.status())) return Lost(tip, records.status().message());
  if (!records.ok()) return records.status();
  Batch batch;
  return Take(records->front(), &look, &batch, [](const Tip&, const Batch&) { return absl::OkStatus(); });
}

}  // namespace overdracht::log
