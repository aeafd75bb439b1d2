// The EventLog port: a partition's journal as a sequence of batches, of which those that chain count (chain.h).
// Implementations: embedded/ (SQLite, one process), and chained_log.h on what transport.h asks for: Kafka, or a simulation of it.
// All keep to one contract (tests/contract).
#ifndef OVERDRACHT_SERVICES_LOG_EVENT_LOG_H_
#define OVERDRACHT_SERVICES_LOG_EVENT_LOG_H_

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/time/time.h>

#include "services/log/batch.h"
#include "services/log/chain.h"

namespace overdracht::log {

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Appends an encoded batch (batch.h) that was made behind `tip`. The new tip when it counts, and then it is durable; also when a copy of
  // it counted already, where the log can tell. Else nothing of it counts: ABORTED 'the tip has moved' when another batch stands in its
  // place (read on); RESOURCE_EXHAUSTED when the disk is full (the log can still be read, the same bytes may be tried again); DATA_LOSS
  // when the log no longer holds `tip`; INVALID_ARGUMENT when the bytes are no batch or could not count behind `tip`. Any other error: it
  // may count or not, now or later (owner.h settles that).
  virtual absl::StatusOr<Tip> Append(const Tip& tip, absl::string_view batch) = 0;

  // Calls `visit` for every batch after `tip` that counts, in order, until the end or until visit returns an error, which is returned.
  // `at` is the tip after that batch; the batch is good until visit returns. visit may append. DATA_LOSS with the offset where a batch
  // cannot be read, its hash is wrong, or the log no longer holds `tip`.
  using Visit = absl::FunctionRef<absl::Status(const Tip& at, const Batch& batch)>;
  virtual absl::Status Read(const Tip& tip, Visit visit) = 0;

  // Returns when a batch counts that is newer than `tip`, or the time is out (false).
  virtual bool Wait(const Tip& tip, absl::Duration timeout) = 0;

  // How many take-overs of others this log has met while it settled an append, that came too late to count: somebody wants this journal.
  virtual uint64_t LostTakeOvers() const { return 0; }
};

// DATA_LOSS is said of the journal only, as for nothing else a partition stands still until a person has looked: of a cache, or of another
// topic, it is UNAVAILABLE.
inline absl::Status NotTheJournal(const absl::Status& why) { return absl::IsDataLoss(why) ? absl::UnavailableError(why.message()) : why; }

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_EVENT_LOG_H_
