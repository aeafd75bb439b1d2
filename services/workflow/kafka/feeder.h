// DATA ENTERS, on Kafka: what stands in a partition of the topic of events, in its order, from where the journal's input ends.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_KAFKA_FEEDER_H_
#define OVERDRACHT_SERVICES_WORKFLOW_KAFKA_FEEDER_H_

#include <absl/status/statusor.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include "services/kafka/publisher.h"
#include "services/kafka/reader.h"
#include "services/topics/names.h"
#include "services/workflow/kafka/outbox_topics.h"
#include "services/workflow/loop.h"

namespace overdracht::workflow {

class Feeder {
 public:
  // Reads with `events` and gives to the loop; what is no event goes to the unreadable ones by `unreadable` first. `ended` is called on the
  // feeder's thread when it can read no more, with the reason; not when it is stopped. All must outlive it; the loop may end before.
  Feeder(Loop* loop, OutboxTopics* outboxes, std::unique_ptr<kafka::Reader> events, kafka::Publisher* unreadable, topics::Names names,
         std::function<void(absl::Status)> ended);
  ~Feeder();

  // Up to where there are events, as far as it has heard. Of any thread; asks nobody.
  std::optional<uint64_t> HeardEnd() const { return events_->HeardEnd(); }

 private:
  absl::Status Run();
  absl::Status Feed(const kafka::PlacedRecord& record);
  absl::Status KeepUnreadable(const kafka::PlacedRecord& record, const event::Malformed& malformed);
  absl::Status Submit(Placed placed, size_t bytes);

  Loop* const loop_;
  OutboxTopics* const outboxes_;
  const std::unique_ptr<kafka::Reader> events_;
  kafka::Publisher* const unreadable_;
  const topics::Names names_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_KAFKA_FEEDER_H_
