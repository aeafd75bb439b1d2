#include "services/kafka/newest.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace overdracht::kafka {
namespace {

constexpr absl::Duration kTryAgain = absl::Milliseconds(100);

// Partition 0 of many topics, read through one queue.
class Topics {
 public:
  explicit Topics(rd_kafka_t* kafka) : kafka_(kafka), queue_(rd_kafka_queue_new(kafka)) {}
  Topics(const Topics&) = delete;
  ~Topics() {
    for (rd_kafka_topic_t* const topic : started_) rd_kafka_consume_stop(topic, 0);
    for (rd_kafka_topic_t* const topic : started_) rd_kafka_topic_destroy(topic);
    rd_kafka_queue_destroy(queue_);
  }

  absl::Status Start(const std::string& name, int64_t offset) {
    rd_kafka_topic_t* const topic = rd_kafka_topic_new(kafka_, name.c_str(), nullptr);
    if (topic == nullptr) return StatusOf(rd_kafka_last_error(), name);
    if (rd_kafka_consume_start_queue(topic, 0, offset, queue_) != 0) {
      absl::Status status = StatusOf(rd_kafka_last_error(), name);
      rd_kafka_topic_destroy(topic);
      return status;
    }
    started_.push_back(topic);
    return absl::OkStatus();
  }

  // Null: nothing came in that time.
  using Message = std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)>;
  Message Next(absl::Duration timeout) const { return {rd_kafka_consume_queue(queue_, Milliseconds(timeout)), &rd_kafka_message_destroy}; }

 private:
  rd_kafka_t* const kafka_;
  rd_kafka_queue_t* const queue_;
  std::vector<rd_kafka_topic_t*> started_;
};

// How many partitions each has.
absl::StatusOr<std::map<std::string, int>> FindTopics(const Handle& handle, absl::string_view prefix, absl::Duration timeout) {
  const absl::StatusOr<Metadata> metadata = handle.QueryTopics(timeout);
  if (!metadata.ok()) return metadata.status();
  std::map<std::string, int> topics;
  for (int i = 0; i < (*metadata)->topic_cnt; ++i) {
    const struct rd_kafka_metadata_topic& topic = (*metadata)->topics[i];
    if (topic.partition_cnt > 0 && absl::StartsWith(topic.topic, prefix)) topics[topic.topic] = topic.partition_cnt;
  }
  return topics;
}

// Where each of their partitions ends, by one request: who asks the library for the end of a topic that it does not know yet waits for half
// a second.
absl::StatusOr<PartitionList> QueryEnds(rd_kafka_t* kafka, const std::map<std::string, int>& topics, absl::Duration timeout) {
  PartitionList ends(rd_kafka_topic_partition_list_new(static_cast<int>(topics.size())));
  for (const auto& [name, partitions] : topics) {
    for (int partition = 0; partition < partitions; ++partition) {
      rd_kafka_topic_partition_list_add(ends.get(), name.c_str(), partition)->offset = RD_KAFKA_OFFSET_END;
    }
  }
  const rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(kafka, ends.get(), Milliseconds(timeout));
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, "the ends of topics");
  for (int i = 0; i < ends->cnt; ++i) {
    const rd_kafka_topic_partition_t& end = ends->elems[i];
    if (end.err != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(end.err, end.topic);
    if (end.offset < 0) return StatusOf(RD_KAFKA_RESP_ERR__TIMED_OUT, end.topic);
  }
  return ends;
}

// Until each of them is at its end. One that grows as it is read has no end: it has enough when it has as many records as were asked for.
absl::Status ReadAll(const Topics& topics, std::map<std::string, size_t> left, absl::Duration patience, TakeNewest take) {
  absl::Time deadline = absl::Now() + patience;
  while (!left.empty()) {
    const Topics::Message message = topics.Next(std::max(deadline - absl::Now(), absl::ZeroDuration()));
    if (message == nullptr) return absl::UnavailableError(absl::StrCat(left.begin()->first, ": its newest records did not come in time"));
    // An error that is of no topic: of a connection, which the library makes again.
    if (message->rkt == nullptr) continue;
    const auto topic = left.find(rd_kafka_topic_name(message->rkt));
    if (topic == left.end()) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      left.erase(topic);
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (absl::Status status = StatusOf(message->err, topic->first); !absl::IsUnavailable(status)) return status;
      continue;
    } else {
      take(topic->first, PlacedOf(message.get()));
      if (--topic->second == 0) left.erase(topic);
    }
    deadline = absl::Now() + patience;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::set<std::string>> ReadNewest(const Cluster& cluster, absl::string_view prefix, size_t records, absl::Duration patience,
                                                 TakeNewest take) {
  const Settings settings = {
      // Of one that has lost its beginning meanwhile: what there is.
      {"auto.offset.reset", "earliest"},
      {"check.crcs", "true"},
      {"isolation.level", "read_uncommitted"},
      {"enable.partition.eof", "true"},
      // An end is seen when nothing came for so long.
      {"fetch.wait.max.ms", "5"},
  };
  const absl::StatusOr<std::unique_ptr<Handle>> handle = Handle::Open(RD_KAFKA_CONSUMER, cluster, settings);
  if (!handle.ok()) return handle.status();
  absl::StatusOr<std::map<std::string, int>> found = FindTopics(**handle, prefix, patience);
  if (!found.ok()) return found.status();
  std::set<std::string> names;
  for (auto& [name, partitions] : *found) {
    names.insert(name);
    partitions = 1;  // it is the first that is read
  }
  if (names.empty()) return names;
  const absl::StatusOr<PartitionList> ends = QueryEnds((*handle)->get(), *found, patience);
  if (!ends.ok()) return ends.status();
  Topics topics((*handle)->get());
  std::map<std::string, size_t> left;
  for (int i = 0; i < (*ends)->cnt; ++i) {
    const rd_kafka_topic_partition_t& end = (*ends)->elems[i];
    const int64_t from = std::max<int64_t>(end.offset - static_cast<int64_t>(records), 0);
    if (absl::Status started = topics.Start(end.topic, from); !started.ok()) return started;
    left[end.topic] = records;
  }
  if (absl::Status read = ReadAll(topics, std::move(left), patience, take); !read.ok()) return read;
  return names;
}

absl::StatusOr<std::map<std::string, std::vector<uint64_t>>> ReadEnds(const Cluster& cluster, absl::string_view prefix,
                                                                      absl::Duration patience) {
  const absl::StatusOr<std::unique_ptr<Handle>> handle =
      Handle::Open(RD_KAFKA_CONSUMER, cluster, {{"isolation.level", "read_uncommitted"}});
  if (!handle.ok()) return handle.status();
  const absl::StatusOr<std::map<std::string, int>> topics = FindTopics(**handle, prefix, patience);
  if (!topics.ok()) return topics.status();
  std::map<std::string, std::vector<uint64_t>> found;
  if (topics->empty()) return found;
  absl::StatusOr<PartitionList> ends = QueryEnds((*handle)->get(), *topics, patience);
  // Of topics that have just been made not every leader knows it yet.
  for (const absl::Time late = absl::Now() + patience; absl::IsUnavailable(ends.status()) && absl::Now() < late;) {
    absl::SleepFor(kTryAgain);
    ends = QueryEnds((*handle)->get(), *topics, patience);
  }
  if (!ends.ok()) return ends.status();
  for (const auto& [name, partitions] : *topics) found[name].resize(static_cast<size_t>(partitions));
  for (int i = 0; i < (*ends)->cnt; ++i) {
    const rd_kafka_topic_partition_t& end = (*ends)->elems[i];
    found[end.topic][static_cast<size_t>(end.partition)] = static_cast<uint64_t>(end.offset);
  }
  return found;
}

}  // namespace overdracht::kafka
