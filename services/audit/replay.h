// How things stood, by the journal alone: folds the records of an export, as the service did, with no service running.
//
// With `compare` each input is decided again by the rules of this program and the deployed workflows in the journal, and the first record
// that comes out different is named. Memory is that of the trajecten; the journal itself is streamed, and its hashes and chains are checked
// on the way.
#ifndef OVERDRACHT_SERVICES_AUDIT_REPLAY_H_
#define OVERDRACHT_SERVICES_AUDIT_REPLAY_H_

#include <absl/container/node_hash_map.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/audit/audit.h"
#include "services/base/time.h"
#include "services/chart/workflow.h"
#include "services/engine/engine.h"
#include "services/engine/records.h"
#include "services/log/event_log.h"

namespace overdracht::audit {

// Up to when, inclusive: a moment, or a record of one partition (of the others then nothing is replayed).
struct Until {
  std::optional<base::Micros> time;
  std::optional<uint32_t> partition;
  uint64_t number = 0;
};

// An RFC 3339 time, or a position `0:1289`. INVALID_ARGUMENT otherwise.
absl::StatusOr<Until> ParseUntil(absl::string_view text);

struct ReplayOptions {
  std::string traject;  // its id, 16 bytes; empty: all
  std::optional<Until> until;
  bool compare = false;
};

// The first record that this program decides otherwise.
struct Difference {
  std::string position;
  std::string field;  // where in the record (a path of protobuf's names), empty where it has no place in it
  std::string why;    // "expected …, but …": expected is what this program decides
};

// Folds the records of one partition, batch after batch. The trajecten of several partitions may be folded by one after the other.
class Replayer {
 public:
  explicit Replayer(ReplayOptions options) : options_(std::move(options)) {}

  // All of a partition. CANCELLED: a record was decided otherwise (difference()).
  absl::Status Follow(log::EventLog& log, uint32_t partition);
  absl::Status Follow(uint32_t partition, const log::Batch& batch);

  uint64_t records() const { return records_; }
  const chart::Workflows& workflows() const { return workflows_; }
  const std::optional<Difference>& difference() const { return difference_; }
  // Those that were started, by their ids. Good until the next Follow.
  std::vector<const engine::TrajectState*> Trajecten() const;

 private:
  bool Wanted(const log::StoredRecord& stored) const;
  absl::Status Fold(const log::StoredRecord& stored);
  absl::Status FoldTraject(const log::StoredRecord& stored);
  absl::Status Deploy();
  absl::Status CompareRefusedStart(const log::StoredRecord& stored);
  absl::Status Compare(const log::StoredRecord& stored, engine::TrajectState* state);
  absl::Status Differs(std::string field, const std::string& why);

  const ReplayOptions options_;
  uint32_t partition_ = 0;
  uint64_t records_ = 0;
  engine::Records batch_;        // the records of the present batch, as far as they were read
  journal::v1::Record* record_;  // the present one of them
  std::string without_notices_;
  chart::Workflows workflows_;
  absl::node_hash_map<std::string, engine::TrajectState> trajecten_;  // a state is large to move
  std::optional<Difference> difference_;
};

// Replays an export. DATA_LOSS where it is not whole; `progress` counts records.
absl::StatusOr<std::unique_ptr<Replayer>> Replay(const std::string& path, const ReplayOptions& options, Progress progress = NoProgress);

}  // namespace overdracht::audit

#endif  // OVERDRACHT_SERVICES_AUDIT_REPLAY_H_
