#include "services/remote/kafka/kafka_broker.h"

#include <utility>

namespace overdracht::remote {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(5);

class Reader : public TopicReader {
 public:
  explicit Reader(std::unique_ptr<kafka::Reader> reader) : reader_(std::move(reader)) {}

  absl::StatusOr<kafka::Ends> QueryEnds() override { return reader_->QueryEnds(kPatience); }
  absl::Status Start(uint64_t offset) override { return reader_->Start(offset); }

  absl::StatusOr<std::vector<kafka::PlacedRecord>> Next(absl::Duration timeout) override {
    absl::StatusOr<std::vector<kafka::PlacedRecord>> records = reader_->Next(timeout);
    if (reader_->TakeConnectionLost()) return absl::UnavailableError("expected a broker that answers, but the connection was lost");
    return records;
  }
  uint64_t Unread() const override {
    const std::optional<uint64_t> end = reader_->HeardEnd(), next = reader_->position();
    return end && next && *end > *next ? *end - *next : 0;
  }

 private:
  const std::unique_ptr<kafka::Reader> reader_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaBroker>> KafkaBroker::Open(const kafka::Cluster& cluster) {
  absl::StatusOr<std::unique_ptr<kafka::Publisher>> publisher = kafka::Publisher::Open(cluster);
  if (!publisher.ok()) return publisher.status();
  return std::unique_ptr<KafkaBroker>(new KafkaBroker(cluster, *std::move(publisher)));
}

void KafkaBroker::Publish(const std::string& topic, base::KafkaRecord record, std::function<void(const absl::Status&)> done) {
  const absl::Status taken = publisher_->Publish(topic, kafka::kByKey, std::move(record),
                                                 [done](const absl::StatusOr<uint64_t>& offset) { done(offset.status()); });
  if (!taken.ok()) done(taken);
}

absl::StatusOr<std::unique_ptr<TopicReader>> KafkaBroker::Open(const std::string& topic) {
  absl::StatusOr<std::unique_ptr<kafka::Reader>> reader =
      kafka::Reader::Open({.cluster = cluster_, .topic = topic, .partition = 0}, {.connect = kPatience});
  if (!reader.ok()) return reader.status();
  return std::make_unique<Reader>(*std::move(reader));
}

}  // namespace overdracht::remote
