// Writes the snapshots (snapshot.h) of a service's partitions: one after the other, on a thread of its own that asks for a few pages at a
// time, so many bytes a second together. Written under another name, synced, then renamed.
//
// Who follows a partition writes its snapshot, as nobody waits for who follows. Who owns it does when nobody has for twice as long.
// Services that share the folder see each other's snapshots, and those under way, and leave them alone.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_SNAPSHOTS_H_
#define OVERDRACHT_SERVICES_WORKFLOW_SNAPSHOTS_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "services/workflow/partition.h"
#include "services/workflow/snapshot.h"

namespace overdracht::workflow {

struct SnapshotOptions {
  std::string folder;
  std::string region;
  absl::Duration every = absl::Hours(1);
  uint64_t bytes_per_second = 20'000'000;  // written; and as many are read again before it counts
};

// A partition as a service has it. Each calls with its state, where nothing else uses it meanwhile; false: it is not followed, not owned.
struct SnapshotSource {
  using Call = std::function<void(Partition*)>;
  uint32_t partition = 0;
  std::function<bool(const Call&)> with_followed;
  std::function<bool(const Call&)> with_owned;
};

struct SnapshotFigures {
  // By partition how old the newest snapshot in the folder is; of none how long this service has looked for one.
  std::map<uint32_t, absl::Duration> age;
  uint64_t written_bytes = 0;  // by this service
};

class Snapshots {
 public:
  // What became of the snapshot of a partition, for people.
  using Said = std::function<void(uint32_t partition, absl::string_view what, const absl::Status& why)>;

  // The sources must outlive it.
  Snapshots(SnapshotOptions options, std::vector<SnapshotSource> sources, Said said);
  // A snapshot that is under way is given up.
  ~Snapshots() { Stop(); }
  // Returns when nothing is asked of the sources any more; the figures can still be read.
  void Stop();

  SnapshotFigures figures() const;

 private:
  void Run();
  void Look(const SnapshotSource& source);
  // Whether another service writes it now. Throws away what those left that did not come to an end.
  bool IsUnderWay(const SnapshotPlace& place) const;
  bool Ask(const SnapshotSource& source, const SnapshotSource::Call& call) const;
  absl::Status Write(const SnapshotSource& source, const SnapshotPlace& place);
  // What the copy is of, once it is whole.
  absl::StatusOr<SnapshotLine> CopyAll(const SnapshotSource& source, const std::string& path);
  // As long as so many bytes take; false: it is over.
  bool Rest(uint64_t bytes);

  const SnapshotOptions options_;
  const std::vector<SnapshotSource> sources_;
  const Said said_;
  const absl::Time began_;
  const std::string own_;  // in the names of its files
  // Its thread only.
  bool may_ask_owner_ = false;
  std::map<uint32_t, absl::Time> tried_;  // when one was begun last
  uint64_t written_ = 0;                  // so many were begun

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<uint32_t, absl::Time> made_ ABSL_GUARDED_BY(mutex_);  // when the newest of each was
  uint64_t written_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_SNAPSHOTS_H_
