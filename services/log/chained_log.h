// The EventLog in a place where anything may land: late, twice, by others, and where the end may get lost (transport.h).
//
//   append, fast path   the report says 'directly behind the tip': it counts, nothing is read
//   append, slow path   anything else: the log itself is asked, from the tip's own place on (inclusive), up to its end
//   read                from the tip's own place on; what does not count is passed over
//
// A reader that has lost its connection begins at its tip again, as what it passed over may be gone and something that counts may stand in
// its place. It looks at its tip when anything else makes it doubt: a take-over that does not chain, a writer that knew a later batch than
// it does, or 64 records in a row that do not count. Where another record stands there, or none, the log has lost what was known:
// DATA_LOSS. So kafka/ and simulated/ have in common all that decides, and differ in their transport only. Safe from several threads if the
// transport is.
#ifndef OVERDRACHT_SERVICES_LOG_CHAINED_LOG_H_
#define OVERDRACHT_SERVICES_LOG_CHAINED_LOG_H_

#include <atomic>

#include "services/log/event_log.h"
#include "services/log/transport.h"

namespace overdracht::log {

// All of it, unless a test leaves a part out to see that it is missed (tests/simulation).
struct Rule {
  Verdict (*judge)(const Tip& tip, const Batch& batch) = Judge;
  bool look_at_tip = true;
  bool heed_anchors = true;
  bool heed_reconnects = true;
};

class ChainedLog : public EventLog {
 public:
  // `leader`: how long a log that seems to end before a known tip is given to elect a leader that has caught up.
  explicit ChainedLog(Transport* transport, absl::Duration leader = absl::Seconds(10), Rule rule = {})
      : transport_(transport), leader_(leader), rule_(rule) {}

  absl::StatusOr<Tip> Append(const Tip& tip, absl::string_view batch) override;
  absl::Status Read(const Tip& tip, Visit visit) override;
  bool Wait(const Tip& tip, absl::Duration timeout) override;
  uint64_t LostTakeOvers() const override { return lost_take_overs_; }

 private:
  // Where a reader stands, and what it has passed over since it last saw that its tip is there.
  struct Position {
    Tip tip;
    uint64_t next = 0;
    bool at_tip = false;      // the record at `next` is to be the tip
    uint64_t reconnects = 0;  // when it began to read behind the tip
    size_t passed_over = 0;
    uint64_t lost_take_overs = 0;
  };

  absl::StatusOr<Tip> ReadBack(const Tip& tip, const base::Hash& own, const absl::StatusOr<Report>& report);
  absl::StatusOr<uint64_t> End(const Tip& tip);
  Position StandAt(const Tip& tip) const;
  absl::Status ReadTo(uint64_t end, Position* position, Visit visit);
  absl::Status Take(const PlacedRecord& record, Position* position, Batch* batch, Visit visit);
  absl::Status PassOver(const Batch& batch, bool well_formed, Position* position);
  absl::Status LookAtTip(const Tip& tip);

  Transport* const transport_;
  const absl::Duration leader_;
  const Rule rule_;
  std::atomic<bool> worked_ = false;  // this producer has sent work
  std::atomic<uint64_t> lost_take_overs_ = 0;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_CHAINED_LOG_H_
