// What an auditor does with a journal, offline: take a copy of all of it, and see that nothing in the copy was changed.
//
//   Export   logs -> one file (export_file.h, docs/formats.md)
//   Restore  file -> a log, to go on from there
//   Verify   file -> the number of records and the root over all heads, or the first place where the copy cannot be the journal
//   Replay   file -> states, then or now (replay.h)
#ifndef OVERDRACHT_SERVICES_AUDIT_AUDIT_H_
#define OVERDRACHT_SERVICES_AUDIT_AUDIT_H_

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "services/audit/heads.h"
#include "services/log/event_log.h"

namespace overdracht::audit {

// Told every so often: how much of `total` is done; total 0: nobody knows how much there is.
using Progress = absl::FunctionRef<void(uint64_t done, uint64_t total)>;
inline void NoProgress(uint64_t, uint64_t) {}

// Writes the whole journal, partition 0 first, to a file, which appears under its name when it is complete. What is appended while it runs
// is in it or not. `progress` counts batches.
absl::Status Export(const std::vector<log::EventLog*>& partitions, const std::string& path, Progress progress = NoProgress);

// Writes the journal of an export into an empty log, byte for byte: what follows it is chained to the same batch. FAILED_PRECONDITION: it
// has several partitions, which is not one log. An error leaves the log with the beginning. `progress` counts bytes.
absl::Status Restore(const std::string& path, log::EventLog* log, Progress progress = NoProgress);

struct Verification {
  // Nothing: verified. Otherwise the first place that diverges.
  struct Divergence {
    std::string position;  // partition:number of the first record that cannot be vouched for
    std::string why;       // names the batch, and where in the file it stands
  };
  std::optional<Divergence> divergence;

  uint64_t batches = 0;
  uint64_t records = 0;
  std::string root;            // 64 hexadecimal digits: Merkle tree root over the traject heads; empty where it diverges
  std::vector<Head> heads;     // of every traject, by its id
  std::vector<BatchTip> tips;  // of every partition
  // Of every partition: where in the file its batches begin, and how far its input is decided.
  struct Extent {
    uint64_t begins = 0, input_to = 0;
  };
  std::vector<Extent> extents;
  // Where the partitions of the region ended that this one came from, as its first record says; none: it came from none.
  std::vector<BatchTip> moved_from;
};

// Reads an export from its beginning to its end. `heads_file`: what somebody kept of an earlier verification (heads.h); all of it must lie
// on today's chains. Empty: none. `progress` counts bytes. An error means that a file could not be read; a copy that was changed is no
// error.
absl::StatusOr<Verification> Verify(const std::string& path, const std::string& heads_file = "", Progress progress = NoProgress);

}  // namespace overdracht::audit

#endif  // OVERDRACHT_SERVICES_AUDIT_AUDIT_H_
