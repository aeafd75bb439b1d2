// A snapshot: a copy of a partition's cache in a folder that the workflow services of a region share, for one that has none of its own.
// What SQLite wrote, and behind it one line:
//
//   overdracht-snapshot 1 region=NAME partition=3 batch=1234 journal=HEX sha256=HEX
//
// batch: the one whose state it is. journal: the hash of the batch before the journal's first record, which no two journals have alike.
// sha256: of all before it, so that a snapshot which was damaged anywhere is none.
//
// It is believed no more than a cache is, and no less. Where the journal does not reach its batch, the journal has lost its end: the
// snapshot is the witness, and a person decides (partition.h).
#ifndef OVERDRACHT_SERVICES_WORKFLOW_SNAPSHOT_H_
#define OVERDRACHT_SERVICES_WORKFLOW_SNAPSHOT_H_

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <string>

#include "services/log/event_log.h"

namespace overdracht::workflow {

// Where the snapshot of a partition stands. A reader finds there a whole one or none.
struct SnapshotPlace {
  std::string folder;
  std::string region;
  uint32_t partition = 0;
  std::string path() const;
};

// What its last line says.
struct SnapshotLine {
  std::string region;
  uint32_t partition = 0;
  uint64_t batch = 0;
  std::string journal;  // in hexadecimal digits
};

// The line as it stands there; the rest is not looked at. NOT_FOUND: there is no snapshot. INVALID_ARGUMENT: this is none.
absl::StatusOr<SnapshotLine> ReadSnapshotLine(const std::string& path);

// Makes a snapshot of a copy of a cache: reads it, adds the line, and returns when it is on the disk. `read` is called after each so many
// bytes; false ends it (CANCELLED).
absl::Status SealSnapshot(const std::string& path, const SnapshotLine& line, absl::FunctionRef<bool(size_t bytes)> read);

// Puts the file in the snapshot's place, which it must share a disk with, or throws it away where one of the same journal is newer there.
absl::Status PublishSnapshot(const std::string& path, const SnapshotPlace& place, const SnapshotLine& line);

// Makes the cache of the snapshot, where no cache of this program is. NOT_FOUND: there is none. UNAVAILABLE: the journal cannot be read
// now. FAILED_PRECONDITION: it is another journal's, another program's, or damaged, and nothing is left of it: the journal has to be
// folded.
absl::Status RestoreSnapshot(const SnapshotPlace& place, log::EventLog* journal, const std::string& cache);

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_SNAPSHOT_H_
