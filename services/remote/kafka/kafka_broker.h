// The broker by services/kafka.
#ifndef OVERDRACHT_SERVICES_REMOTE_KAFKA_KAFKA_BROKER_H_
#define OVERDRACHT_SERVICES_REMOTE_KAFKA_KAFKA_BROKER_H_

#include <memory>
#include <string>

#include "services/kafka/publisher.h"
#include "services/remote/kafka/broker.h"

namespace overdracht::remote {

class KafkaBroker : public Broker {
 public:
  // Asks nobody anything yet. INVALID_ARGUMENT: a setting that librdkafka does not take.
  static absl::StatusOr<std::unique_ptr<KafkaBroker>> Open(const kafka::Cluster& cluster);

  void Publish(const std::string& topic, base::KafkaRecord record, std::function<void(const absl::Status&)> done) override;
  absl::StatusOr<std::unique_ptr<TopicReader>> Open(const std::string& topic) override;

 private:
  KafkaBroker(kafka::Cluster cluster, std::unique_ptr<kafka::Publisher> publisher)
      : cluster_(std::move(cluster)), publisher_(std::move(publisher)) {}

  const kafka::Cluster cluster_;
  const std::unique_ptr<kafka::Publisher> publisher_;
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_KAFKA_KAFKA_BROKER_H_
