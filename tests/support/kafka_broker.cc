#include "tests/support/kafka_broker.h"

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "services/base/check.h"

namespace overdracht::testing {
namespace {

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Where the newest record begins in a file of records: each begins with its offset (8 bytes) and the length of what follows (4).
std::streamoff NewestBegins(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::streamoff newest = -1, at = 0;
  unsigned char head[12];
  while (file.seekg(at) && file.read(reinterpret_cast<char*>(head), sizeof head)) {
    const uint32_t length = head[8] << 24 | head[9] << 16 | head[10] << 8 | head[11];
    if (length == 0) break;
    newest = at;
    at += 12 + length;
  }
  OVERDRACHT_CHECK(newest >= 0, "the topic has no record to lose");
  return newest;
}

using Kafka = std::unique_ptr<rd_kafka_t, decltype(&rd_kafka_destroy)>;
using Queue = std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)>;
using Event = std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;

Kafka Connect(const std::string& bootstrap) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", bootstrap.c_str(), nullptr, 0);
  return {rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0), &rd_kafka_destroy};
}

Event Answer(const Queue& queue) {
  Event event(rd_kafka_queue_poll(queue.get(), 30'000), &rd_kafka_event_destroy);
  OVERDRACHT_CHECK(event != nullptr && rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR_NO_ERROR, "the broker did not do it");
  return event;
}

// It is made before the broker says that it is there, and has a leader.
bool IsThere(rd_kafka_t* kafka, const std::string& name) {
  const std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)> topic(rd_kafka_topic_new(kafka, name.c_str(), nullptr),
                                                                                   &rd_kafka_topic_destroy);
  const struct rd_kafka_metadata* metadata = nullptr;
  if (rd_kafka_metadata(kafka, 0, topic.get(), &metadata, 5000) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  const struct rd_kafka_metadata_topic& found = metadata->topics[0];
  const bool is_there = found.err == RD_KAFKA_RESP_ERR_NO_ERROR && found.partition_cnt == 1 && found.partitions[0].leader > 0;
  rd_kafka_metadata_destroy(metadata);
  return is_there;
}

}  // namespace

KafkaBroker::KafkaBroker(KafkaBrokerOptions options) : options_(std::move(options)) {
  std::string name = (std::filesystem::temp_directory_path() / "kafka_XXXXXX").string();
  folder_ = mkdtemp(name.data());
  Start();
  bootstrap_ = FirstLine(folder_ + "/bootstrap");
}

KafkaBroker::~KafkaBroker() {
  Run(absl::StrCat("kill ", folder_));
  std::filesystem::remove_all(folder_);
}

void KafkaBroker::Start() {
  const std::string tls = options_.certificates.empty() ? "" : absl::StrCat(" --tls ", options_.certificates);
  Run(absl::StrCat("start ", folder_, options_.quick ? " --quick" : "", " --nodes ", options_.nodes, " --for ", getpid(), tls,
                   " >/dev/null"));
}

void KafkaBroker::Kill(int node) { Run(absl::StrCat("kill ", folder_, " ", node)); }
void KafkaBroker::Pause(int node) { Signal(node, SIGSTOP); }
void KafkaBroker::Continue(int node) { Signal(node, SIGCONT); }

void KafkaBroker::LoseNewest(const std::string& topic) {
  Run(absl::StrCat("stop ", folder_));
  const std::string data = folder_ + "/1/data/", partition = data + topic + "-0/";
  // So that it looks at what there is, as after a crash.
  std::filesystem::remove(data + ".kafka_cleanshutdown");
  const std::string segment = partition + std::string(20, '0') + ".log";
  std::filesystem::resize_file(segment, NewestBegins(segment));
  Start();
}

void KafkaBroker::Run(const std::string& arguments) {
  OVERDRACHT_CHECK(std::system((OVERDRACHT_SOURCE_DIR "/deploy/kafka/broker " + arguments).c_str()) == 0, arguments);
}

double KafkaBroker::CpuSeconds(int node) const {
  std::ifstream stat(absl::StrCat("/proc/", FirstLine(absl::StrCat(folder_, "/", node, "/pid")), "/stat"));
  std::string field;
  std::getline(stat, field, ')');  // pid and name
  for (int i = 0; i < 11; ++i) stat >> field;
  double user = 0, system = 0;
  stat >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

size_t KafkaBroker::MemoryBytes(int node) const {
  std::ifstream rollup(absl::StrCat("/proc/", FirstLine(absl::StrCat(folder_, "/", node, "/pid")), "/smaps_rollup"));
  size_t kilobytes = 0;
  for (std::string word; rollup >> word;) {
    if (word == "Private_Dirty:") rollup >> kilobytes;
  }
  return kilobytes << 10;
}

size_t KafkaBroker::TopicBytes(const std::string& topic, int node) const {
  size_t bytes = 0;
  for (const auto& partition : std::filesystem::directory_iterator(absl::StrCat(folder_, "/", node, "/data"))) {
    const std::string name = partition.path().filename();
    if (name.substr(0, name.rfind('-')) != topic || !partition.is_directory()) continue;
    for (const auto& file : std::filesystem::directory_iterator(partition.path())) {
      // An index is a file with a hole until its segment is full.
      struct stat stat;
      if (::stat(file.path().c_str(), &stat) == 0) bytes += static_cast<size_t>(stat.st_blocks) * 512;
    }
  }
  return bytes;
}

void KafkaBroker::Signal(int node, int signal) {
  OVERDRACHT_CHECK(kill(std::stoi(FirstLine(absl::StrCat(folder_, "/", node, "/pid"))), signal) == 0, "the node does not run");
}

std::string KafkaBroker::NewTopic() {
  const std::string name = absl::StrCat("journal-", ++topics_);
  const Kafka kafka = Connect(bootstrap_);
  const std::unique_ptr<rd_kafka_NewTopic_t, decltype(&rd_kafka_NewTopic_destroy)> topic(
      rd_kafka_NewTopic_new(name.c_str(), 1, options_.nodes, nullptr, 0), &rd_kafka_NewTopic_destroy);
  for (const auto& [setting, value] : {std::pair("cleanup.policy", "delete"), {"retention.ms", "-1"}, {"retention.bytes", "-1"}})
    rd_kafka_NewTopic_set_config(topic.get(), setting, value);
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  const Queue queue(rd_kafka_queue_new(kafka.get()), &rd_kafka_queue_destroy);
  rd_kafka_CreateTopics(kafka.get(), topics, 1, nullptr, queue.get());
  const Event made = Answer(queue);
  size_t count = 0;
  const rd_kafka_topic_result_t** results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(made.get()), &count);
  OVERDRACHT_CHECK(count == 1 && rd_kafka_topic_result_error(results[0]) == RD_KAFKA_RESP_ERR_NO_ERROR, "the topic could not be made");
  const absl::Time late = absl::Now() + absl::Seconds(30);
  while (!IsThere(kafka.get(), name)) {
    OVERDRACHT_CHECK(absl::Now() < late, "the topic was made, but is not there");
    absl::SleepFor(absl::Milliseconds(10));
  }
  return name;
}

void KafkaBroker::LoseOldest(const std::string& topic, int64_t before) {
  const Kafka kafka = Connect(bootstrap_);
  const std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)> offsets(
      rd_kafka_topic_partition_list_new(1), &rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), 0)->offset = before;
  rd_kafka_DeleteRecords_t* deletes[] = {rd_kafka_DeleteRecords_new(offsets.get())};
  const Queue queue(rd_kafka_queue_new(kafka.get()), &rd_kafka_queue_destroy);
  rd_kafka_DeleteRecords(kafka.get(), deletes, 1, nullptr, queue.get());
  rd_kafka_DeleteRecords_destroy(deletes[0]);
  const Event lost = Answer(queue);
  const auto* done = rd_kafka_DeleteRecords_result_offsets(rd_kafka_event_DeleteRecords_result(lost.get()));
  OVERDRACHT_CHECK(done->cnt == 1 && done->elems[0].err == RD_KAFKA_RESP_ERR_NO_ERROR, "the records could not be deleted");
}

}  // namespace overdracht::testing
