// One partition of a region on Kafka, as a workflow service has it: owned, or followed so that it could be owned soon.
//
//   follow   the journal into the cache, as it grows
//   own      compare the outboxes with the journal, take over, tell the newest batch's items again, read events from where the journal's
//            input ends, decide, append, tell
//
// Whether it is to own is somebody else's word (membership.h), and it is safe when that is wrong: of two that own only one can append. An
// ownership ends with any failure, and the next attempt begins with the journal. One thread; the parts of an ownership have theirs.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_KAFKA_OWNED_PARTITION_H_
#define OVERDRACHT_SERVICES_WORKFLOW_KAFKA_OWNED_PARTITION_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "services/log/kafka/kafka_log.h"
#include "services/workflow/kafka/feeder.h"
#include "services/workflow/kafka/outbox_topics.h"
#include "services/workflow/kafka/partition_place.h"
#include "services/workflow/loop.h"
#include "services/workflow/snapshot.h"

namespace overdracht::workflow {

// What is to be seen of a partition from outside. Where something stands is as this service last heard it.
struct PartitionFigures {
  LoopCounts counts;  // of all its ownerships by this service, since the service began
  struct Owned {
    size_t waiting = 0;                  // inputs before the loop
    std::optional<uint64_t> events_lag;  // events that are not decided; nothing: nothing heard yet
    absl::Duration outbox_age;           // how long the oldest item waits that no broker has acknowledged
  };
  std::optional<Owned> owned;             // by this service
  bool data_loss = false;                 // the journal has lost what was known to count: a person decides
  std::optional<uint64_t> journal_lag;    // followed: batches of the journal that are not folded
  std::optional<absl::Duration> restore;  // how long it took to make the cache of a snapshot, where this service did
};

class OwnedPartition {
 public:
  struct Options {
    PartitionPlace place;
    LoopOptions loop;  // data: the partition's own folder
    std::vector<workflow::v1::WorkflowDefinition> definitions;
    // Where a snapshot may be, for when there is no cache.
    std::optional<SnapshotPlace> snapshot;
    // What happens, for people: 'owns', 'follows', 'restored', and why an ownership ended or a snapshot is of no use.
    std::function<void(absl::string_view what, const absl::Status& why)> said;
    absl::Duration try_again = absl::Milliseconds(500);
  };

  explicit OwnedPartition(Options options);
  // Ends an ownership in order: what was taken in is decided and told.
  ~OwnedPartition();

  void Own(bool own);
  // Ends soon.
  void Stop();
  // Returns when it has ended.
  void Join();
  uint32_t partition() const { return options_.place.partition; }
  // Calls with the loop of this ownership, which does not end meanwhile; false: there is none.
  bool WithLoop(const std::function<void(Loop*)>& call) const;
  // Calls with what is followed, which is as far behind its owner as PartitionFigures says; waits for a batch to be folded, and for no
  // broker. False: it is not followed. To read, and to copy the cache.
  bool WithFollowed(const std::function<void(Partition*)>& call) const;
  // The same with what is owned, between two rounds of its loop.
  bool WithOwned(const std::function<void(Partition*)>& call) const;
  // Waits for no broker.
  PartitionFigures figures() const;

 private:
  // The parts of an ownership.
  struct Serving {
    Loop* loop = nullptr;
    const Feeder* feeder = nullptr;
    const OutboxTopics* outboxes = nullptr;
  };

  void Run();
  absl::Status Follow();
  absl::Status FollowJournal(log::KafkaLog* journal);
  absl::Status CatchUp(Partition* partition, log::KafkaLog* journal);
  absl::Status CheckpointForCopy(Partition* partition);
  // Once, and then a cache that is damaged is made of the journal: the snapshot may have been made of it.
  absl::Status RestoreOnce(log::KafkaLog* journal);
  void ShowFollowed(Partition* partition);
  absl::Status Serve();
  absl::Status Announce(const Loop& loop, kafka::Publisher* publisher);
  bool Changed(bool own) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || own_ != own; }

  const Options options_;
  mutable absl::Mutex mutex_;
  bool own_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);  // why this ownership has
  bool data_loss_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<Serving> serving_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Duration> restore_ ABSL_GUARDED_BY(mutex_);
  const log::KafkaLog* followed_journal_ ABSL_GUARDED_BY(mutex_) = nullptr;
  mutable absl::Mutex followed_mutex_;
  Partition* followed_ ABSL_GUARDED_BY(followed_mutex_) ABSL_PT_GUARDED_BY(followed_mutex_) = nullptr;
  Figures figures_;
  bool may_restore_ = true;  // its thread only
  std::thread thread_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_KAFKA_OWNED_PARTITION_H_
