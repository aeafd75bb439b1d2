// The EventLog port: a partition's journal as a sequence of batches, of which those that chain count (chain.h).
// Implementations: embedded/ (SQLite, one process). Kafka and a simulated one follow the same contract (tests/contract).
#ifndef OVERDRACHT_SERVICES_LOG_EVENT_LOG_H_
#define OVERDRACHT_SERVICES_LOG_EVENT_LOG_H_

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <absl/strings/string_view.h>
#include <vector>

#include "services/base/sha256.h"

namespace overdracht::log {

using OwnerToken = std::array<uint8_t, 16>;

enum class BatchKind : uint8_t { kWork = 1, kTakeOver = 2 };

// Where a batch stands that counts. All zero: before the first.
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

// The newest batch that a writer knew to count when it wrote.
struct Anchor {
  uint64_t offset = 0;
  base::Hash hash{};
  bool operator==(const Anchor&) const = default;
};

// A record as stored: its bytes and the hash of the record before it in its traject (zero for the first). docs/formats.md.
struct StoredRecord {
  uint64_t number = 0;
  std::string traject;      // 16 bytes, or empty
  base::Hash previous{};    // head of the traject's chain before it
  std::string bytes;        // serialized journal.v1.Record
  base::Hash LinkHash() const;  // head of the chain after it
};

struct Batch {
  uint64_t number = 0;
  BatchKind kind = BatchKind::kWork;
  uint64_t epoch = 0;
  OwnerToken owner{};
  base::Hash previous{};
  uint64_t input_from = 0;
  uint64_t input_to = 0;
  Anchor anchor;
  int64_t written_us = 0;       // wall clock of the writer, for people; decided by nothing
  std::string decided_by;       // version of the program
  std::vector<StoredRecord> records;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  // Appends an encoded batch (batch.h) that was made behind `tip`. The new tip when it counts; ABORTED 'the tip has moved' when another
  // batch stands in its place (nothing of it counts: read on); RESOURCE_EXHAUSTED when the disk is full (nothing was written, the log can
  // still be read); DATA_LOSS when the log no longer holds `tip`. Durable when it returns.
  virtual absl::StatusOr<Tip> Append(const Tip& tip, absl::string_view batch) = 0;

  // Calls `visit` for every batch after `tip` that counts, in order, until the end or until visit returns an error, which is returned.
  // DATA_LOSS with the offset where a batch cannot be read, its hash is wrong, or the log no longer holds `tip`.
  virtual absl::Status Read(const Tip& tip, absl::FunctionRef<absl::Status(const Tip& at, const Batch& batch)> visit) = 0;

  // Returns when a batch counts that is newer than `tip`, or the time is out (false).
  virtual bool Wait(const Tip& tip, absl::Duration timeout) = 0;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_EVENT_LOG_H_
