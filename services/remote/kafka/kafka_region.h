// The region for one organisation, over the topics of a Kafka (docs/adr/20261127-the-way-of-an-event-over-kafka.md).
//
//   Take    -> NAME.events, or NAME.unreadable -> its report -> ... decided elsewhere ... -> NAME.outbox.<oin> -> who asked is answered
//   the outbox topic -> the mirror -> pages, and everybody who listens is told
//
// An answer is given when its record is read and in the mirror, so that whoever has it finds all that led to it there. That it comes is
// likely, not certain: of what leaves no record of its own (a duplicate, a validation) it may be lost with the owner that decided it. Then
// it is UNAVAILABLE after a while, and is asked again under the same id.
#ifndef OVERDRACHT_SERVICES_REMOTE_KAFKA_KAFKA_REGION_H_
#define OVERDRACHT_SERVICES_REMOTE_KAFKA_KAFKA_REGION_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/edge/workers.h"
#include "services/remote/kafka/broker.h"
#include "services/remote/kafka/mirror.h"
#include "services/remote/kafka/unanswered.h"
#include "services/remote/linked_region.h"
#include "services/topics/item_record.h"
#include "services/topics/names.h"

namespace overdracht::remote {

struct KafkaOptions {
  std::string organisation;
  topics::Names names;  // of the region
  // Called when linked() says something else, on whatever thread.
  std::function<void()> changed = [] {};
  // Of reports that are not answered; beyond these Take is RESOURCE_EXHAUSTED.
  size_t most_reports = 8192;
  size_t most_bytes = 64 << 20;
  // After which an answer is no longer waited for.
  absl::Duration patience = absl::Seconds(30);
  // What the mirror is given before it is committed, and subscribers are told.
  absl::Duration commit_every = absl::Milliseconds(20);
  absl::Duration try_again = absl::Milliseconds(500);   // after a topic could not be read
  absl::Duration look_every = absl::Milliseconds(200);  // whether it is to stop, and who waits for too long
};

// What waits and what was taken in, for who watches it run.
struct KafkaRegionFigures {
  uint64_t items = 0;       // of the outbox, taken into the mirror since it was opened
  uint64_t outbox_lag = 0;  // records of the outbox topic that are not read, as far as it was heard
  size_t unanswered = 0;    // reports that wait for their answer
  absl::Duration oldest;    // how long the first of them has waited; zero: none waits
  uint64_t unreadable = 0;  // what was reported and kept, and is no event; since the service began
};

class KafkaRegion : public LinkedRegion {
 public:
  // The broker must outlive it.
  KafkaRegion(Broker* broker, std::unique_ptr<Mirror> mirror, KafkaOptions options);
  // Nobody calls it any more. Who waits is told UNAVAILABLE.
  ~KafkaRegion() override;

  absl::Status linked() const override;
  using LinkedRegion::Drain;
  void Drain(absl::Duration patience) override;

  absl::Status Take(region::Report&& report, size_t bytes, std::function<void()> when_room) override;
  std::shared_ptr<const chart::Workflows> workflows() const override;
  // Waits for no broker.
  KafkaRegionFigures figures() const;
  void ReadOutbox(const region::OutboxRequest& request, std::function<void(absl::StatusOr<region::OutboxPage>)> give) override;
  std::unique_ptr<region::Listener> Listen(const std::string& organisation, std::function<void()> told) override {
    return listeners_.Add(organisation, std::move(told));
  }

 private:
  void Send(uint64_t call, region::Report report);
  void SendUnreadable(uint64_t call, const region::Report& report, const journal::v1::Refusal& refusal);
  std::function<void(const absl::Status&)> Sent(uint64_t call);

  // A topic that is followed by a thread of its own: from its place on, and after an error from there again.
  struct Followed {
    std::string topic;
    std::function<absl::StatusOr<uint64_t>(uint64_t end)> place;
    absl::Status (KafkaRegion::*read)(TopicReader* reader, uint64_t end);  // returns when it can read no more
    absl::Status* state;
  };
  void Follow(const Followed& followed);
  absl::Status ReadOnce(const Followed& followed);
  bool IsStopping() const;
  void SetState(absl::Status* state, const absl::Status& status);

  absl::Status ReadOutboxTopic(TopicReader* reader, uint64_t end);
  absl::Status AddToMirror(const std::vector<kafka::PlacedRecord>& records);
  void Answered(const topics::ItemMarks& marks, const api::v1::Answer& said);
  absl::Status Publicize();
  void GiveUpOnTheLate();
  absl::Status ReadWorkflowsTopic(TopicReader* reader, uint64_t end);
  void Deploy(const chart::Workflows& known);

  Broker* const broker_;
  const std::unique_ptr<Mirror> mirror_;
  const KafkaOptions options_;
  const std::string call_prefix_;  // of this process's calls
  // The broker's callbacks outlive this.
  const std::shared_ptr<Unanswered> unanswered_;
  const std::shared_ptr<std::atomic<uint64_t>> unreadable_ = std::make_shared<std::atomic<uint64_t>>(0);
  region::Listeners listeners_;

  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;    // takes nothing in any more
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;  // and reads nothing
  absl::Status outbox_state_ ABSL_GUARDED_BY(mutex_), workflows_state_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const chart::Workflows> workflows_ ABSL_GUARDED_BY(mutex_) = std::make_shared<chart::Workflows>();
  std::atomic<uint64_t> outbox_lag_ = 0;

  edge::Workers reader_{1};  // of pages
  std::thread outbox_thread_, workflows_thread_;
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_KAFKA_KAFKA_REGION_H_
