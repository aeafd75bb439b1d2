#include "services/kafka/publisher.h"

#include <absl/strings/str_cat.h>
#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <utility>

#include "services/base/check.h"

namespace overdracht::kafka {
namespace {

// What a record holds in memory beside its bytes, here and in librdkafka.
constexpr size_t kOverhead = 512;
constexpr absl::Duration kIdle = absl::Seconds(1);

using Headers = std::unique_ptr<rd_kafka_headers_t, decltype(&rd_kafka_headers_destroy)>;

Headers HeadersOf(const base::KafkaRecord& record) {
  Headers headers(rd_kafka_headers_new(record.headers.size()), &rd_kafka_headers_destroy);
  for (const auto& [name, value] : record.headers) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(), static_cast<ssize_t>(value.size()));
  }
  return headers;
}

absl::Status FailedBefore(const absl::Status& why) {
  return absl::UnavailableError(absl::StrCat("a record before it failed: ", why.message()));
}

}  // namespace

int32_t PartitionOf(absl::string_view key, int32_t partitions) {
  return rd_kafka_msg_partitioner_murmur2(nullptr, key.data(), key.size(), partitions, nullptr, nullptr);
}

absl::StatusOr<std::unique_ptr<Publisher>> Publisher::Open(const Cluster& cluster, const PublisherOptions& options) {
  std::unique_ptr<Publisher> publisher(new Publisher(cluster, options));
  if (absl::Status connected = publisher->Connect(); !connected.ok()) return connected;
  publisher->thread_ = std::thread([self = publisher.get()] { self->Run(); });
  return publisher;
}

Publisher::~Publisher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    if (wake_ != nullptr) rd_kafka_queue_yield(wake_);
  }
  if (thread_.joinable()) thread_.join();
  absl::MutexLock lock(&mutex_);
  if (wake_ != nullptr) rd_kafka_queue_destroy(wake_);
}

// ---- Whoever publishes -----------------------------------------------------------------------------------------------------------------

absl::Status Publisher::PublishShared(const std::string& topic, int32_t partition, std::shared_ptr<const base::KafkaRecord> record,
                                      Done done) {
  const size_t size = base::SizeOf(*record);
  if (size > kMostRecordBytes)
    return absl::InvalidArgumentError(absl::StrCat("expected a record of at most ", kMostRecordBytes, " bytes, but it has ", size));
  auto sent = std::make_unique<Sent>();
  *sent = {.topic = topic,
           .partition = partition,
           .record = std::move(record),
           .done = std::move(done),
           .bytes = size + kOverhead,
           .taken = absl::Now()};
  absl::MutexLock lock(&mutex_);
  if (records_ >= options_.most_records || bytes_ + sent->bytes > options_.most_bytes)
    return absl::ResourceExhaustedError("too many records wait for the broker");
  ++records_;
  bytes_ += sent->bytes;
  queue_.push_back(std::move(sent));
  if (queue_.size() == 1 && wake_ != nullptr) rd_kafka_queue_yield(wake_);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Publisher::PublishNow(const std::string& topic, int32_t partition, base::KafkaRecord record) {
  absl::StatusOr<uint64_t> report;
  absl::Notification reported;
  const absl::Status taken = Publish(topic, partition, std::move(record), [&](absl::StatusOr<uint64_t> what) {
    report = std::move(what);
    reported.Notify();
  });
  if (!taken.ok()) return taken;
  reported.WaitForNotification();
  return report;
}

bool Publisher::Flush(absl::Duration timeout) {
  absl::MutexLock lock(&mutex_);
  const auto empty = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return records_ == 0; };
  return mutex_.AwaitWithTimeout(absl::Condition(&empty), timeout);
}

// ---- The thread ------------------------------------------------------------------------------------------------------------------------

absl::Status Publisher::Connect() {
  const Settings settings = {{"enable.idempotence", "true"},
                             {"acks", "all"},
                             // What fails without this lets the records behind it through.
                             {"enable.gapless.guarantee", "true"},
                             // So does what times out by itself, also with the guarantee: see Left.
                             {"message.timeout.ms", "0"},
                             {"linger.ms", "0"},  // what waits, waits in its lane; below a millisecond the library would spin
                             // As Kafka's own clients do it: whoever else writes by key comes to the same partition.
                             {"partitioner", "murmur2_random"},
                             {"compression.type", "none"},
                             {"socket.nagle.disable", "true"},
                             {"socket.timeout.ms", "5000"},
                             // How much may wait is our own matter.
                             {"queue.buffering.max.messages", "10000000"},
                             {"queue.buffering.max.kbytes", "2097151"}};
  absl::StatusOr<std::unique_ptr<Handle>> handle =
      Handle::Open(RD_KAFKA_PRODUCER, cluster_, settings, {.delivered = &Publisher::Delivered, .opaque = this});
  if (!handle.ok()) return handle.status();
  handle_ = *std::move(handle);
  absl::MutexLock lock(&mutex_);
  wake_ = rd_kafka_queue_get_main(handle_->get());
  return absl::OkStatus();
}

void Publisher::Delivered(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto* const self = static_cast<Publisher*>(opaque);
  const absl::StatusOr<uint64_t> what = DeliveredAt(message);
  self->Report(static_cast<Sent*>(message->_private)->number, what.ok() ? what : self->Cause(what.status()));
}

// Who may write nothing at all hears it once, of the handle, and of each record something else.
absl::Status Publisher::Cause(absl::Status why) const {
  const absl::Status fatal = handle_->FatalError();
  return absl::IsPermissionDenied(fatal) ? fatal : why;
}

void Publisher::Run() {
  Queue queue;
  while (TakeQueue(&queue)) {
    SendAll(std::move(queue));
    queue.clear();
    if (broken_.ok()) handle_->Serve(Left());
    if (broken_.ok()) broken_ = handle_->FatalError();
    if (broken_.ok() && Left() <= absl::ZeroDuration())
      broken_ = absl::UnavailableError(absl::StrCat("no broker acknowledged the record within ", absl::FormatDuration(options_.give_up)));
    if (broken_.ok()) continue;
    HearTheLast();
    Break(broken_);
    broken_ = absl::OkStatus();
    const absl::Status connected = Connect();  // as it did the first time
    OVERDRACHT_CHECK(connected.ok(), connected.message());
  }
  Break(absl::UnavailableError("the publisher ends"));
}

bool Publisher::TakeQueue(Queue* queue) {
  absl::MutexLock lock(&mutex_);
  queue->swap(queue_);
  if (!stopping_) return true;
  queue->swap(queue_);  // Break finds it there
  return false;
}

void Publisher::SendAll(Queue queue) {
  std::vector<Lane*> free;
  for (std::unique_ptr<Sent>& each : queue) {
    Sent* const sent = each.get();
    sent->number = ++last_number_;
    outstanding_.emplace(sent->number, std::move(each));
    if (!broken_.ok()) continue;  // Break fails it
    if (absl::Status chosen = ChoosePartition(sent); !chosen.ok()) {
      Fail(sent, std::move(chosen));
      continue;
    }
    Lane& lane = lanes_[{sent->topic, sent->partition}];
    lane.waiting.push_back(sent);
    if (lane.under_way == 0 && lane.waiting.size() == 1) free.push_back(&lane);
  }
  for (Lane* lane : free) SendWaiting(lane);
}

void Publisher::SendWaiting(Lane* lane) {
  const std::vector<Sent*> waiting = std::exchange(lane->waiting, {});
  lane->under_way = waiting.size();
  for (Sent* sent : waiting) {
    if (!broken_.ok()) return;
    sent->lane = lane;
    if (absl::Status status = Send(sent); !status.ok()) Fail(sent, std::move(status));
  }
}

// Partitions do not wait for each other.
absl::Status Publisher::ChoosePartition(Sent* sent) {
  if (sent->partition != kByKey || sent->record->key.empty()) return absl::OkStatus();
  const absl::StatusOr<Topic> topic = handle_->FindTopic(sent->topic, options_.connect);
  if (!topic.ok()) return topic.status();
  sent->partition = PartitionOf(sent->record->key, topic->partitions);
  return absl::OkStatus();
}

absl::Status Publisher::Send(Sent* sent) {
  const absl::StatusOr<Topic> topic = handle_->FindPartition(sent->topic, sent->partition, options_.connect);
  if (!topic.ok()) return topic.status();
  const base::KafkaRecord& record = *sent->record;
  Headers headers = HeadersOf(record);
  const rd_kafka_resp_err_t error =
      rd_kafka_producev(handle_->get(), RD_KAFKA_V_RKT(topic->handle), RD_KAFKA_V_PARTITION(sent->partition), RD_KAFKA_V_MSGFLAGS(0),
                        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
                        RD_KAFKA_V_KEY(record.key.empty() ? nullptr : record.key.data(), record.key.size()),
                        RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(sent), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return StatusOf(error, sent->topic);
  (void)headers.release();  // librdkafka took them
  return absl::OkStatus();
}

// It is told in its turn, behind those that were taken before it.
void Publisher::Fail(Sent* sent, absl::Status why) {
  sent->failed = Cause(std::move(why));
  if (broken_.ok()) broken_ = FailedBefore(sent->failed);
}

// How long the oldest record may still go without its report, and a while at most. Records do not time out one by one: the one behind it
// could land all the same.
absl::Duration Publisher::Left() const {
  if (outstanding_.empty()) return kIdle;
  const absl::Duration left = outstanding_.begin()->second->taken + options_.give_up - absl::Now();
  return std::clamp(left, absl::ZeroDuration(), kIdle);
}

void Publisher::Report(uint64_t number, absl::StatusOr<uint64_t> what) {
  const auto found = outstanding_.find(number);
  const std::unique_ptr<Sent> sent = std::move(found->second);
  outstanding_.erase(found);
  if (!what.ok() && broken_.ok()) broken_ = FailedBefore(what.status());
  sent->done(std::move(what));
  {
    absl::MutexLock lock(&mutex_);
    --records_;
    bytes_ -= sent->bytes;
  }
  if (sent->lane != nullptr && --sent->lane->under_way == 0 && broken_.ok()) SendWaiting(sent->lane);
}

// What is under way already says of itself what became of it, as far as that is known: the handle's error comes before the report of the
// record that it is about.
void Publisher::HearTheLast() {
  rd_kafka_purge(handle_->get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  for (const absl::Time late = absl::Now() + kIdle; rd_kafka_outq_len(handle_->get()) > 0 && absl::Now() < late;) {
    handle_->Serve(absl::Milliseconds(10));
  }
}

void Publisher::Break(const absl::Status& why) {
  {
    absl::MutexLock lock(&mutex_);
    rd_kafka_queue_destroy(wake_);
    wake_ = nullptr;
  }
  handle_.reset();  // it reads no record any more
  lanes_.clear();
  const auto fail_all = [&] {
    while (!outstanding_.empty()) {
      Sent& sent = *outstanding_.begin()->second;
      sent.lane = nullptr;
      Report(sent.number, sent.failed.ok() ? why : sent.failed);
    }
  };
  fail_all();
  // What was published until now may be meant to stand behind what failed: whoever published it had not heard of that.
  Queue queue;
  {
    absl::MutexLock lock(&mutex_);
    queue.swap(queue_);
  }
  for (std::unique_ptr<Sent>& each : queue) {
    const uint64_t number = each->number = ++last_number_;
    outstanding_.emplace(number, std::move(each));
  }
  fail_all();
}

}  // namespace overdracht::kafka
