// DATA ENTERS: what an organisation's own Kafka producer wrote to its ingress topic is published to the events of the region, under the
// rules of any report: who may write there is the organisation, so a `source` of another is a SOURCE_MISMATCH. What is no event goes to the
// unreadable ones. Answers stand in the outbox.
//
// How far it has come stands in DIR/ingress.db, and only after what was read stands there for good: after a crash some is published again,
// and answered as a duplicate.
#ifndef OVERDRACHT_SERVICES_REMOTE_KAFKA_INGRESS_H_
#define OVERDRACHT_SERVICES_REMOTE_KAFKA_INGRESS_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "services/event/read.h"
#include "services/remote/kafka/broker.h"
#include "services/remote/linked_region.h"
#include "services/storage/database.h"
#include "services/topics/names.h"

namespace overdracht::remote {

// The file.
class IngressPlace {
 public:
  static absl::StatusOr<std::unique_ptr<IngressPlace>> Open(const std::string& path, const std::string& topic);

  // The offset of the next record.
  uint64_t next() const { return next_; }
  absl::Status Keep(uint64_t next);

 private:
  explicit IngressPlace(std::string topic) : topic_(std::move(topic)) {}

  const std::string topic_;
  std::unique_ptr<storage::Database> database_;
  storage::Statement keep_;
  uint64_t next_ = 0;
};

// What there is to see of it, for who watches it run.
struct IngressFigures {
  bool read = false;        // the topic can be read
  uint64_t lag = 0;         // records of the topic that are not taken in, as far as it was heard
  uint64_t unreadable = 0;  // of those that were taken in, since it began: they are no events
};

class Ingress {
 public:
  struct Options {
    std::string organisation;
    topics::Names names;
    // What an operator should know, once each time that it changes; of its own thread.
    std::function<void(const std::string& why)> said = [](const std::string&) {};
    // Whenever they change, of its own thread.
    std::function<void(const IngressFigures&)> shows = [](const IngressFigures&) {};
    absl::Duration try_again = absl::Seconds(1);
    absl::Duration look_every = absl::Milliseconds(200);  // whether it is to stop
  };
  // The broker and the region (for its workflows) must outlive it.
  Ingress(Broker* broker, const LinkedRegion* region, std::unique_ptr<IngressPlace> place, Options options);
  ~Ingress();

 private:
  void Run();
  absl::Status Read();
  absl::StatusOr<uint64_t> PlaceIn(const kafka::Ends& ends);
  // Returns when all of them stand there.
  absl::Status PublishAll(const std::vector<kafka::PlacedRecord>& records);
  void Publish(const kafka::PlacedRecord& record, const std::variant<event::v1::Event, event::Malformed>& event,
               std::function<void(const absl::Status&)> done);
  void ShowLag(uint64_t records);
  bool IsStopping() const;

  Broker* const broker_;
  const LinkedRegion* const region_;
  const std::unique_ptr<IngressPlace> place_;
  const Options options_;
  IngressFigures figures_;  // of its own thread
  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_KAFKA_INGRESS_H_
