// What this folder asks of Kafka; services/kafka gives it (kafka_broker.h).
#ifndef OVERDRACHT_SERVICES_REMOTE_KAFKA_BROKER_H_
#define OVERDRACHT_SERVICES_REMOTE_KAFKA_BROKER_H_

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/kafka/reader.h"

namespace overdracht::remote {

// Of one thread.
class TopicReader {
 public:
  virtual ~TopicReader() = default;
  virtual absl::StatusOr<kafka::Ends> QueryEnds() = 0;
  virtual absl::Status Start(uint64_t offset) = 0;
  // What is there, in order; waits so long for something. UNAVAILABLE: the connection was lost, and the topic may be another one now.
  // OUT_OF_RANGE: the topic does not hold the place.
  virtual absl::StatusOr<std::vector<kafka::PlacedRecord>> Next(absl::Duration timeout) = 0;
  // Records behind those that Next gave, as far as it has heard. Asks nobody.
  virtual uint64_t Unread() const = 0;
};

// Of any thread. Topics that are read have one partition.
class Broker {
 public:
  virtual ~Broker() = default;

  // `done` is called once, on whatever thread: OK when the record stands there for good, else it may stand there or not. The key says in
  // which partition; there, records stand in the order of the calls, none left out.
  virtual void Publish(const std::string& topic, base::KafkaRecord record, std::function<void(const absl::Status&)> done) = 0;

  // NOT_FOUND: the topic is not there, or may not be seen; UNAVAILABLE: no broker answers.
  virtual absl::StatusOr<std::unique_ptr<TopicReader>> Open(const std::string& topic) = 0;
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_KAFKA_BROKER_H_
