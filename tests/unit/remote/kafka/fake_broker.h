// A Kafka in memory: topics with one partition, that are there when somebody wrote to them or made them.
#ifndef OVERDRACHT_TESTS_UNIT_REMOTE_KAFKA_FAKE_BROKER_H_
#define OVERDRACHT_TESTS_UNIT_REMOTE_KAFKA_FAKE_BROKER_H_

#include <absl/synchronization/mutex.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/remote/kafka/broker.h"

namespace overdracht::remote {

class FakeBroker : public Broker {
 public:
  using Records = std::vector<base::KafkaRecord>;

  void Make(const std::string& topic) {
    absl::MutexLock lock(&mutex_);
    topics_[topic];
  }
  // From now on nobody may see it, or they may again.
  void Hide(const std::string& topic, bool hide) {
    absl::MutexLock lock(&mutex_);
    hide ? (void)hidden_.insert(topic) : (void)hidden_.erase(topic);
    ++cuts_;
  }
  void Append(const std::string& topic, base::KafkaRecord record) {
    absl::MutexLock lock(&mutex_);
    topics_[topic].push_back(std::move(record));
  }
  // Takes the newest away.
  void Truncate(const std::string& topic, size_t size) {
    absl::MutexLock lock(&mutex_);
    topics_[topic].resize(size);
    ++cuts_;
  }
  // Every connection breaks.
  void Cut() {
    absl::MutexLock lock(&mutex_);
    ++cuts_;
  }
  // From now on nothing is acknowledged, or it is again.
  void Refuse(bool refuse) {
    absl::MutexLock lock(&mutex_);
    refusing_ = refuse;
  }
  Records Of(const std::string& topic) const {
    absl::MutexLock lock(&mutex_);
    const auto found = topics_.find(topic);
    return found == topics_.end() ? Records() : found->second;
  }
  bool WaitFor(const std::string& topic, size_t size) const {
    absl::MutexLock lock(&mutex_);
    const auto there = [&] {
      const auto found = topics_.find(topic);
      return found != topics_.end() && found->second.size() >= size;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(20));
  }

  void Publish(const std::string& topic, base::KafkaRecord record, std::function<void(const absl::Status&)> done) override {
    absl::Status status;
    {
      absl::MutexLock lock(&mutex_);
      if (refusing_) {
        status = absl::UnavailableError("not acknowledged");
      } else {
        topics_[topic].push_back(std::move(record));
      }
    }
    done(status);
  }
  absl::StatusOr<std::unique_ptr<TopicReader>> Open(const std::string& topic) override {
    absl::MutexLock lock(&mutex_);
    if (topics_.count(topic) == 0 || hidden_.count(topic) > 0) return absl::NotFoundError(topic);
    return std::make_unique<Reader>(this, topic, cuts_);
  }

 private:
  class Reader : public TopicReader {
   public:
    Reader(FakeBroker* broker, std::string topic, int cuts) : broker_(*broker), topic_(std::move(topic)), cuts_(cuts) {}
    absl::StatusOr<kafka::Ends> QueryEnds() override {
      absl::MutexLock lock(&broker_.mutex_);
      return kafka::Ends{.first = 0, .end = broker_.topics_[topic_].size()};
    }
    absl::Status Start(uint64_t offset) override {
      next_ = offset;
      return absl::OkStatus();
    }
    absl::StatusOr<std::vector<kafka::PlacedRecord>> Next(absl::Duration timeout) override {
      absl::MutexLock lock(&broker_.mutex_);
      const Records& records = broker_.topics_[topic_];
      const auto something = [&] { return records.size() > next_ || broker_.cuts_ != cuts_; };
      broker_.mutex_.AwaitWithTimeout(absl::Condition(&something), timeout);
      if (std::exchange(cuts_, broker_.cuts_) != broker_.cuts_) return absl::UnavailableError("the connection was lost");
      if (next_ > records.size()) return absl::OutOfRangeError("the topic ends before");
      std::vector<kafka::PlacedRecord> read;
      for (; next_ < records.size(); ++next_) read.push_back({.offset = next_, .record = records[next_]});
      return read;
    }
    uint64_t Unread() const override {
      absl::MutexLock lock(&broker_.mutex_);
      const size_t size = broker_.topics_[topic_].size();
      return size - std::min<size_t>(size, next_);
    }

   private:
    FakeBroker& broker_;
    const std::string topic_;
    int cuts_;
    uint64_t next_ = 0;
  };

  mutable absl::Mutex mutex_;
  std::map<std::string, Records> topics_;
  std::set<std::string> hidden_;
  int cuts_ = 0;
  bool refusing_ = false;
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_TESTS_UNIT_REMOTE_KAFKA_FAKE_BROKER_H_
