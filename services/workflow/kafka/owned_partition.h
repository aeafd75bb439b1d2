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
#include <string>
#include <thread>
#include <vector>

#include "services/workflow/kafka/outbox_topics.h"
#include "services/workflow/kafka/partition_place.h"
#include "services/workflow/loop.h"

namespace overdracht::workflow {

class OwnedPartition {
 public:
  struct Options {
    PartitionPlace place;
    LoopOptions loop;  // data: the partition's own folder
    std::vector<workflow::v1::WorkflowDefinition> definitions;
    // What happens, for people: 'owns', 'follows', and why an ownership ended.
    std::function<void(absl::string_view what, const absl::Status& why)> said;
    absl::Duration try_again = absl::Milliseconds(500);
  };

  explicit OwnedPartition(Options options);
  // Ends an ownership in order: what was taken in is decided and told.
  ~OwnedPartition();

  void Own(bool own);
  // Ends soon; the destructor waits for it.
  void Stop();
  uint32_t partition() const { return options_.place.partition; }
  // Calls with the loop of this ownership, which does not end meanwhile; false: there is none.
  bool WithLoop(const std::function<void(Loop*)>& call) const;

 private:
  void Run();
  absl::Status Follow();
  absl::Status Serve();
  absl::Status Announce(const Loop& loop, kafka::Publisher* publisher);
  bool wanted() const {
    absl::MutexLock lock(&mutex_);
    return own_ && !stopping_;
  }
  bool Changed(bool own) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_ || own_ != own; }

  const Options options_;
  mutable absl::Mutex mutex_;
  bool own_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status ended_ ABSL_GUARDED_BY(mutex_);  // why this ownership has
  Loop* loop_ ABSL_GUARDED_BY(mutex_) = nullptr;
  std::thread thread_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_KAFKA_OWNED_PARTITION_H_
