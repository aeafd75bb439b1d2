// The owner of a journal: takes it over, then appends work behind its own tip until another owner takes over.
//
// The one place with chance: the token, drawn anew for each attempt to take over, without which two that try at once could not tell which
// of them it was. Rule and reasons: chain.h. An ownership is never continued after a restart, not even by the same process: there is no
// way to make an owner but to take over.
#ifndef OVERDRACHT_SERVICES_LOG_OWNER_H_
#define OVERDRACHT_SERVICES_LOG_OWNER_H_

#include <absl/status/statusor.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "services/log/event_log.h"

namespace overdracht::log {

OwnerToken DrawToken();  // 128 random bits

class Owner {
 public:
  // Reads on from `tip` to the end of the log (`fold` sees every batch, the own take-over last), and takes over. Tried again for as long as
  // others are quicker. Fails as Append and Read do. `input`: where the input begins, for the very first take-over of a log. `draw` gives
  // another token at each call.
  static absl::StatusOr<std::unique_ptr<Owner>> TakeOver(EventLog* log, const Tip& tip, uint64_t input, int64_t now_us,
                                                         std::string decided_by, EventLog::Visit fold,
                                                         const std::function<OwnerToken()>& draw = DrawToken);

  // A batch of work behind the tip, to be filled in with records. `input_to`: how far the input is decided after it.
  BatchWriter Begin(uint64_t input_to, int64_t now_us) const;

  // Appends what a writer of Begin finished. OK: it counts, tip() is it, effects may follow. Otherwise:
  //   ABORTED             another owner took over: stand down, discard the state
  //   DATA_LOSS           the log lost what this owner knows to count: halt, a person decides
  //   RESOURCE_EXHAUSTED  the disk is full; nothing was written, this batch or another may be tried
  //   UNAVAILABLE         not known whether it counts: append the same bytes again, and no others (FAILED_PRECONDITION) before they are
  //                       settled. They are never decided anew: one of two copies that land late counts, and it is all the same which.
  absl::Status Append(absl::string_view batch);

  // An empty batch. OK: nobody has taken over until now, and all that this owner sent before is settled. For an owner that has nothing to
  // say, and for an answer from memory that must not be stale. Fails as Append does.
  absl::Status Confirm(int64_t now_us) { return Append(Begin(tip_.input_to, now_us).Finish()); }

  // How long to begin nothing new after the last Append: somebody else's take-over came too late to count behind a busy owner, and would
  // again. Safe without, as it only waits: without it such a take-over needs dozens of attempts.
  absl::Duration courtesy() const { return courtesy_; }

  const Tip& tip() const { return tip_; }

 private:
  Owner(EventLog* log, const Tip& tip, std::string decided_by) : log_(log), tip_(tip), decided_by_(std::move(decided_by)) {}
  absl::Status SendUntilSettled(absl::string_view batch, const base::Hash& own);
  absl::Status Settle(const base::Hash& own);
  absl::Status Counts(const Tip& tip);
  absl::Status End(absl::Status why);

  EventLog* log_;
  Tip tip_;
  std::string decided_by_;
  std::optional<base::Hash> open_;  // the batch whose outcome is not known
  bool sent_ = false;               // a copy of it may be on its way
  absl::Duration courtesy_;
  absl::Status ended_;  // why it owns no more
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_OWNER_H_
