#include "services/log/owner.h"

#include <absl/strings/str_cat.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <cstring>

namespace overdracht::log {
namespace {

constexpr int kAppendTries = 5;
constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr absl::Duration kCourtesy = absl::Milliseconds(200);

// These say that the batch does not count; after anything else only the log knows.
bool IsKnown(const absl::Status& status) {
  return status.ok() || absl::IsAborted(status) || absl::IsResourceExhausted(status) || absl::IsDataLoss(status) ||
         absl::IsInvalidArgument(status);
}

base::Hash HashOf(absl::string_view batch) {
  base::Hash hash{};
  if (batch.size() >= hash.size()) std::memcpy(hash.data(), batch.data() + batch.size() - hash.size(), hash.size());
  return hash;
}

BatchHeader Behind(const Tip& tip) {
  return {.number = tip.number + 1,
          .epoch = tip.epoch,
          .owner = tip.owner,
          .previous = tip.hash,
          .input_from = tip.input_to,
          .input_to = tip.input_to,
          .first_record = tip.last_record + 1,
          .anchor = {tip.offset, tip.hash}};
}

std::string TakeOverBatch(const Tip& tip, const OwnerToken& token, uint64_t input, int64_t now_us, absl::string_view decided_by) {
  BatchHeader header = Behind(tip);
  header.kind = BatchKind::kTakeOver;
  header.epoch = tip.epoch + 1;
  header.owner = token;
  header.written_us = now_us;
  header.decided_by = decided_by;
  if (tip.number == 0) header.input_from = header.input_to = input;
  return BatchWriter(header).Finish();
}

}  // namespace

OwnerToken DrawToken() {
  OwnerToken token;
  if (RAND_bytes(token.data(), token.size()) != 1) std::abort();
  return token;
}

absl::StatusOr<std::unique_ptr<Owner>> Owner::TakeOver(EventLog* log, const Tip& from, uint64_t input, int64_t now_us,
                                                       std::string decided_by, EventLog::Visit fold,
                                                       const std::function<OwnerToken()>& draw) {
  Tip tip = from;
  const auto follow = [&](const Tip& at, const Batch& batch) {
    tip = at;
    return fold(at, batch);
  };
  int unknown = 0;
  while (true) {
    if (absl::Status read = log->Read(tip, follow); !read.ok()) return read;
    const std::string batch = TakeOverBatch(tip, draw(), input, now_us, decided_by);
    const absl::Status appended = log->Append(tip, batch).status();
    // The log says who owns it, whatever the answer was: that also settles an answer that got lost.
    if (!appended.ok() && IsKnown(appended) && !absl::IsAborted(appended)) return appended;
    if (absl::Status read = log->Read(tip, follow); !read.ok()) return read;
    if (tip.hash == HashOf(batch)) return std::unique_ptr<Owner>(new Owner(log, tip, std::move(decided_by)));
    if (!IsKnown(appended) && ++unknown == kAppendTries) return appended;
    if (!IsKnown(appended)) log->Wait(tip, kPause);
  }
}

BatchWriter Owner::Begin(uint64_t input_to, int64_t now_us) const {
  BatchHeader header = Behind(tip_);
  header.input_to = input_to;
  header.written_us = now_us;
  header.decided_by = decided_by_;
  return BatchWriter(header);
}

absl::Status Owner::Append(absl::string_view batch) {
  if (!ended_.ok()) return ended_;
  const base::Hash own = HashOf(batch);
  if (open_ && *open_ != own)
    return absl::FailedPreconditionError("expected the batch whose outcome is not known yet, but it is another one");
  if (!open_) courtesy_ = absl::ZeroDuration();
  open_ = own;
  const uint64_t lost_take_overs = log_->LostTakeOvers();
  absl::Status status = SendUntilSettled(batch, own);
  if (log_->LostTakeOvers() != lost_take_overs) courtesy_ = kCourtesy;
  return status;
}

absl::Status Owner::SendUntilSettled(absl::string_view batch, const base::Hash& own) {
  for (int attempt = 0; attempt < kAppendTries; ++attempt) {
    if (attempt > 0) log_->Wait(tip_, kPause);
    const absl::StatusOr<Tip> appended = log_->Append(tip_, batch);
    if (appended.ok()) return Counts(*appended);
    if (absl::IsDataLoss(appended.status())) return End(appended.status());
    const bool not_sent = IsKnown(appended.status()) && !absl::IsAborted(appended.status());
    if (not_sent && !sent_) {
      open_.reset();
      return appended.status();
    }
    sent_ |= !not_sent;
    if (absl::Status settled = Settle(own); !absl::IsUnavailable(settled)) return settled;
  }
  return absl::UnavailableError("it is not known whether the batch counts");
}

absl::Status Owner::Counts(const Tip& tip) {
  tip_ = tip;
  open_.reset();
  sent_ = false;
  return absl::OkStatus();
}

absl::Status Owner::End(absl::Status why) {
  ended_ = std::move(why);
  return ended_;
}

// Reads back what stands behind the tip: OK, the own batch; ABORTED, another one; UNAVAILABLE, nothing yet.
absl::Status Owner::Settle(const base::Hash& own) {
  Tip first;
  const auto first_only = [&first](const Tip& at, const Batch&) {
    first = at;
    return absl::CancelledError();
  };
  const absl::Status read = log_->Read(tip_, first_only);
  if (absl::IsDataLoss(read)) return End(read);
  if (!absl::IsCancelled(read)) return absl::UnavailableError("nothing counts behind the tip yet");
  if (first.hash == own) return Counts(first);
  return End(absl::AbortedError("another owner has taken over"));
}

}  // namespace overdracht::log
