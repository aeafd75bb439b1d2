// Records to and from a real broker: as they were sent, in order, without gaps, also when it is away for a while.
#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "services/kafka/admin.h"
#include "services/kafka/newest.h"
#include "services/kafka/publisher.h"
#include "services/kafka/reader.h"
#include "tests/support/kafka_broker.h"

namespace overdracht::kafka {
namespace {

using overdracht::testing::KafkaBroker;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One for all tests; each has topics of its own, and leaves it running.
KafkaBroker& Broker() {
  static KafkaBroker broker;
  return broker;
}

Cluster Here() { return {.bootstrap = Broker().bootstrap()}; }

std::unique_ptr<Publisher> OpenPublisher(const PublisherOptions& options = {}) {
  auto publisher = Publisher::Open(Here(), options);
  EXPECT_TRUE(publisher.ok()) << publisher.status();
  return *std::move(publisher);
}

std::unique_ptr<Reader> OpenReader(const std::string& topic, int32_t partition = 0) {
  auto reader = Reader::Open({.cluster = Here(), .topic = topic, .partition = partition});
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *std::move(reader);
}

std::string MakeTopic(int partitions) {
  static int topics = 0;
  const std::string name = absl::StrCat("clients-", ++topics);
  const absl::Status made = (*Admin::Open(Here()))->MakeTopics({{.name = name, .partitions = partitions}});
  EXPECT_TRUE(made.ok()) << made;
  return name;
}

std::vector<std::string> ValuesIn(const std::string& topic, int32_t partition = 0) {
  std::vector<std::string> values;
  const absl::Status read = OpenReader(topic, partition)->ReadAll([&](PlacedRecord& record) { values.push_back(record.record.value); });
  EXPECT_TRUE(read.ok()) << read;
  return values;
}

void PublishUntilItStands(Publisher* publisher, const std::string& topic, const std::string& value) {
  absl::StatusOr<uint64_t> stands = publisher->PublishNow(topic, 0, {.value = value});
  for (const absl::Time late = absl::Now() + absl::Seconds(30); absl::IsUnavailable(stands.status()) && absl::Now() < late;)
    stands = publisher->PublishNow(topic, 0, {.value = value});
  EXPECT_TRUE(stands.ok()) << stands.status();
}

// What became of records, in the order in which it was told.
class Reports {
 public:
  Publisher::Done Of(int record) {
    return [this, record](const absl::StatusOr<uint64_t>& what) {
      absl::MutexLock lock(&mutex_);
      reports_.emplace_back(record, what.status());
    };
  }
  std::vector<std::pair<int, absl::Status>> Get() {
    absl::MutexLock lock(&mutex_);
    return reports_;
  }
  std::vector<int> Good() {
    std::vector<int> good;
    for (const auto& [record, status] : Get()) {
      if (status.ok()) good.push_back(record);
    }
    return good;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::pair<int, absl::Status>> reports_;
};

// ---- Records ---------------------------------------------------------------------------------------------------------------------------

TEST(Records, ComeAsTheyWereSent) {
  const std::string topic = Broker().NewTopic();
  const auto publisher = OpenPublisher();
  const base::KafkaRecord full = {
      .key = "k", .headers = {{"a", "1"}, {"b", std::string("\0\xff", 2)}, {"a", ""}}, .value = std::string("\0v", 2)};
  EXPECT_EQ(*publisher->PublishNow(topic, 0, full), 0u);
  EXPECT_EQ(*publisher->PublishNow(topic, 0, {}), 1u);
  const auto reader = OpenReader(topic);
  ASSERT_TRUE(reader->Start(0).ok());
  std::vector<PlacedRecord> records;
  while (records.size() < 2) {
    auto next = reader->Next(absl::Seconds(10));
    ASSERT_TRUE(next.ok() && !next->empty()) << next.status();
    std::move(next->begin(), next->end(), std::back_inserter(records));
  }
  EXPECT_EQ(records[0].offset, 0u);
  EXPECT_EQ(records[0].record.key, full.key);
  EXPECT_EQ(records[0].record.headers, full.headers);
  EXPECT_EQ(records[0].record.value, full.value);
  EXPECT_EQ(records[1].offset, 1u);
  EXPECT_EQ(base::SizeOf(records[1].record), 0u);
}

TEST(Records, TheNewestOfManyTopicsAreReadTogether) {
  std::vector<NewTopic> topics;
  for (int i = 0; i < 12; ++i) topics.push_back({.name = absl::StrCat("newest-", i)});
  topics.push_back({.name = "another"});
  ASSERT_TRUE((*Admin::Open(Here()))->MakeTopics(topics).ok());
  const auto publisher = OpenPublisher();
  for (int i = 0; i < 12; ++i) {
    for (int n = 0; n < 3 * i; ++n)
      ASSERT_TRUE(publisher->Publish(topics[i].name, 0, {.value = absl::StrCat(n)}, [](absl::StatusOr<uint64_t>) {}).ok());
  }
  ASSERT_TRUE(publisher->Flush(absl::Seconds(30)));
  Broker().LoseOldest("newest-5", 12);  // of 15
  std::map<std::string, std::vector<PlacedRecord>> newest;
  const auto take = [&newest](const std::string& topic, const PlacedRecord& record) { newest[topic].push_back(record); };
  const auto read = ReadNewest(Here(), "newest-", 10, absl::Seconds(30), take);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), 12u) << "also the one that is empty";
  for (int i = 0; i < 12; ++i) {
    const size_t count = i == 5 ? 3 : std::min(10, 3 * i);
    const std::vector<PlacedRecord>& records = newest[topics[i].name];
    ASSERT_EQ(records.size(), count) << i;
    for (size_t n = 0; n < count; ++n) EXPECT_EQ(records[n].record.value, absl::StrCat(3 * i - count + n)) << i;
  }
  EXPECT_THAT(*ReadNewest(Here(), "nobody's-", 10, absl::Seconds(30), take), IsEmpty());
  EXPECT_TRUE(absl::IsUnavailable(ReadNewest({.bootstrap = "127.0.0.1:1"}, "newest-", 10, absl::Milliseconds(300), take).status()));
}

TEST(Ends, AreThoseOfEachPartition) {
  ASSERT_TRUE((*Admin::Open(Here()))->MakeTopics({{.name = "ends-a", .partitions = 3}, {.name = "ends-b"}}).ok());
  const auto publisher = OpenPublisher();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(publisher->PublishNow("ends-a", 2, {.value = "v"}).ok());
  ASSERT_TRUE(publisher->PublishNow("ends-a", 1, {.value = "v"}).ok());
  const auto ends = ReadEnds(Here(), "ends-", absl::Seconds(30));
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_EQ(*ends, (std::map<std::string, std::vector<uint64_t>>{{"ends-a", {0, 1, 5}}, {"ends-b", {0}}}));
  EXPECT_THAT(*ReadEnds(Here(), "nobody's-", absl::Seconds(30)), IsEmpty());
  EXPECT_TRUE(absl::IsUnavailable(ReadEnds({.bootstrap = "127.0.0.1:1"}, "ends-", absl::Milliseconds(300)).status()));
}

TEST(Records, GoToThePartitionOfTheirKeyInTheirOrder) {
  constexpr int kPartitions = 3, kRecords = 3000;
  const std::string topic = MakeTopic(kPartitions);
  const auto publisher = OpenPublisher();
  std::vector<std::string> expected[kPartitions];
  for (int i = 0; i < kRecords; ++i) {
    const std::string key = absl::StrCat("key-", i % 7);
    ASSERT_TRUE(publisher->Publish(topic, kByKey, {.key = key, .value = absl::StrCat(i)}, [](absl::StatusOr<uint64_t>) {}).ok());
    expected[PartitionOf(key, kPartitions)].push_back(absl::StrCat(i));
  }
  ASSERT_TRUE(publisher->Flush(absl::Seconds(30)));
  for (int partition = 0; partition < kPartitions; ++partition) EXPECT_EQ(ValuesIn(topic, partition), expected[partition]);
  // As Kafka's own clients do it (Utils.murmur2 of the Java client).
  EXPECT_EQ(PartitionOf("foobar", 1 << 30), (-790332482 & 0x7fffffff) % (1 << 30));
}

// ---- Reader ----------------------------------------------------------------------------------------------------------------------------

TEST(Reader, BeginsWhereItIsTold) {
  const std::string topic = Broker().NewTopic();
  const auto publisher = OpenPublisher();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(publisher->PublishNow(topic, 0, {.value = absl::StrCat(i)}).ok());
  const auto reader = OpenReader(topic);
  EXPECT_TRUE(absl::IsFailedPrecondition(reader->Next(absl::ZeroDuration()).status()));
  ASSERT_TRUE(reader->Start(7).ok());
  const auto some = reader->Next(8, absl::Seconds(10));
  ASSERT_TRUE(some.ok()) << some.status();
  EXPECT_EQ(some->size(), 1u);
  EXPECT_EQ(some->front().offset, 7u);
  EXPECT_EQ(reader->position(), 8u);
  const auto ends = reader->QueryEnds(absl::Seconds(10));
  EXPECT_EQ(ends->first, 0u);
  EXPECT_EQ(ends->end, 10u);

  // Behind what there is, and before it.
  ASSERT_TRUE(reader->Start(12).ok());
  EXPECT_TRUE(absl::IsOutOfRange(reader->Next(absl::Seconds(10)).status()));
  EXPECT_EQ(reader->position(), std::nullopt);
  Broker().LoseOldest(topic, 5);
  ASSERT_TRUE(reader->Start(4).ok());
  EXPECT_TRUE(absl::IsOutOfRange(reader->Next(absl::Seconds(10)).status()));
  EXPECT_THAT(ValuesIn(topic), ElementsAre("5", "6", "7", "8", "9"));

  EXPECT_TRUE(absl::IsNotFound(Reader::Open({.cluster = Here(), .topic = "nowhere"}).status()));
  EXPECT_TRUE(absl::IsNotFound(Reader::Open({.cluster = Here(), .topic = topic, .partition = 1}).status()));
}

TEST(Reader, DoesNotWaitForABrokerThatIsGone) {
  const std::string topic = Broker().NewTopic();
  const auto publisher = OpenPublisher();
  ASSERT_TRUE(publisher->PublishNow(topic, 0, {.value = "a"}).ok());
  const auto reader = OpenReader(topic);
  ASSERT_EQ(reader->QueryEnd(absl::Seconds(10)).value_or(0), 1u);
  Broker().Kill();
  EXPECT_TRUE(absl::IsUnavailable(reader->QueryEnds(absl::Seconds(1)).status()));  // or it never returns
  Broker().Start();
  const auto ends = reader->QueryEnds(absl::Seconds(30));
  ASSERT_TRUE(ends.ok()) << ends.status();
  EXPECT_EQ(ends->first, 0u);
  EXPECT_EQ(ends->end, 1u);
}

TEST(Reader, WaitsAndHearsAtOnce) {
  const std::string topic = Broker().NewTopic();
  const auto publisher = OpenPublisher();
  ASSERT_TRUE(publisher->PublishNow(topic, 0, {.value = "first"}).ok());
  const auto reader = OpenReader(topic);
  ASSERT_TRUE(reader->Start(1).ok());
  const auto none = reader->Next(absl::Milliseconds(700));  // it waits at the broker now
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_THAT(*none, IsEmpty());
  std::vector<absl::Duration> took;
  for (int i = 0; i < 21; ++i) {
    const absl::Time sent = absl::Now();
    ASSERT_TRUE(publisher->Publish(topic, 0, {.value = "next"}, [](absl::StatusOr<uint64_t>) {}).ok());
    const auto next = reader->Next(absl::Seconds(10));
    took.push_back(absl::Now() - sent);
    ASSERT_TRUE(next.ok()) << next.status();
    ASSERT_EQ(next->size(), 1u);
  }
  std::sort(took.begin(), took.end());
  EXPECT_LT(took[10], absl::Milliseconds(100)) << "the median, of " << took.front() << " to " << took.back();
  RecordProperty("median_us", static_cast<int>(absl::ToInt64Microseconds(took[10])));
}

// ---- Publisher -------------------------------------------------------------------------------------------------------------------------

TEST(Publisher, TakesSoMuchAndNoMore) {
  const std::string topic = Broker().NewTopic();
  const auto publisher = OpenPublisher({.most_records = 3});
  EXPECT_TRUE(absl::IsInvalidArgument(publisher->PublishNow(topic, 0, {.value = std::string(kMostRecordBytes + 1, 'x')}).status()));
  EXPECT_TRUE(publisher->PublishNow(topic, 0, {.value = std::string(kMostRecordBytes, 'x')}).ok());
  // Nothing is reported while the callback of a first one is at work.
  absl::Notification may_go_on;
  ASSERT_TRUE(publisher->Publish(topic, 0, {}, [&](absl::StatusOr<uint64_t>) { may_go_on.WaitForNotification(); }).ok());
  Reports reports;
  EXPECT_TRUE(publisher->Publish(topic, 0, {}, reports.Of(1)).ok());
  EXPECT_TRUE(publisher->Publish(topic, 0, {}, reports.Of(2)).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(publisher->Publish(topic, 0, {}, reports.Of(3))));
  EXPECT_FALSE(publisher->Flush(absl::ZeroDuration()));
  may_go_on.Notify();
  EXPECT_TRUE(publisher->Flush(absl::Seconds(10)));
  EXPECT_THAT(reports.Good(), ElementsAre(1, 2));
  EXPECT_TRUE(publisher->PublishNow(topic, 0, {}).ok());
}

TEST(Publisher, FailsAllThatIsBehindAFailure) {
  const std::string topic = Broker().NewTopic();
  const auto publisher = OpenPublisher();
  ASSERT_TRUE(publisher->PublishNow(topic, 0, {.value = "a"}).ok());
  Reports reports;
  // The publisher takes the next two together: "b" has its report, and its callback holds the thread.
  absl::Notification stands, may_go_on;
  const auto hold = [&](absl::StatusOr<uint64_t>) {
    stands.Notify();
    may_go_on.WaitForNotification();
  };
  ASSERT_TRUE(publisher->Publish(topic, 0, {.value = "b"}, hold).ok());
  stands.WaitForNotification();
  ASSERT_TRUE(publisher->Publish(topic, 1, {.value = "of no partition"}, reports.Of(1)).ok());
  ASSERT_TRUE(publisher->Publish(topic, 0, {.value = "c"}, reports.Of(2)).ok());
  may_go_on.Notify();
  ASSERT_TRUE(publisher->Flush(absl::Seconds(30)));
  const auto in_order = reports.Get();
  std::map<int, absl::Status> told(in_order.begin(), in_order.end());
  ASSERT_EQ(told.size(), 2u);
  EXPECT_TRUE(absl::IsNotFound(told[1])) << told[1];
  EXPECT_TRUE(absl::IsUnavailable(told[2])) << told[2];
  PublishUntilItStands(publisher.get(), topic, "d");
  EXPECT_THAT(ValuesIn(topic), ElementsAre("a", "b", "d"));
  EXPECT_TRUE(absl::IsNotFound(publisher->PublishNow("nowhere", 0, {}).status()));
}

TEST(Publisher, GoesOnWhereItWasWhenTheBrokerComesBack) {
  const std::string topic = Broker().NewTopic();
  const auto publisher = OpenPublisher({.give_up = absl::Minutes(2)});
  const auto reader = OpenReader(topic);
  ASSERT_TRUE(reader->Start(0).ok());
  Reports reports;
  std::vector<std::string> sent;
  for (int i = 0; i < 2000; ++i) {
    sent.push_back(absl::StrCat(i));
    ASSERT_TRUE(publisher->Publish(topic, 0, {.value = sent.back()}, reports.Of(i)).ok());
    if (i == 1000) Broker().Kill();
  }
  Broker().Start();
  ASSERT_TRUE(publisher->Flush(absl::Minutes(1)));
  EXPECT_EQ(reports.Good().size(), sent.size());
  EXPECT_EQ(ValuesIn(topic), sent);
  // A reader goes on, too.
  std::vector<std::string> read;
  while (read.size() < sent.size()) {
    const auto next = reader->Next(absl::Seconds(20));
    ASSERT_TRUE(next.ok() && !next->empty()) << next.status();
    for (const PlacedRecord& record : *next) read.push_back(record.record.value);
  }
  EXPECT_EQ(read, sent);
}

TEST(Publisher, LeavesNoGapWhenItGivesUp) {
  const std::string topic = Broker().NewTopic();
  const auto publisher = OpenPublisher({.give_up = absl::Seconds(1), .connect = absl::Seconds(1)});
  ASSERT_TRUE(publisher->PublishNow(topic, 0, {.value = "0"}).ok());
  Reports reports;
  Broker().Pause();
  for (int i = 1; i <= 100; ++i) ASSERT_TRUE(publisher->Publish(topic, 0, {.value = absl::StrCat(i)}, reports.Of(i)).ok());
  ASSERT_TRUE(publisher->Flush(absl::Seconds(30)));
  const auto told = reports.Get();
  ASSERT_EQ(told.size(), 100u);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(told[i].first, i + 1);
    EXPECT_TRUE(absl::IsUnavailable(told[i].second)) << told[i].second;
  }
  Broker().Continue();
  PublishUntilItStands(publisher.get(), topic, "again");
  // What was given up landed or not, but not one behind one that is missing.
  int next = 0;
  for (const std::string& value : ValuesIn(topic)) {
    if (value != "again") EXPECT_EQ(value, absl::StrCat(next++));
  }
}

// ---- Admin -----------------------------------------------------------------------------------------------------------------------------

TEST(Admin, MakesTopicsAndSaysWhatIsThere) {
  const auto admin = *Admin::Open(Here());
  const NewTopic topic = {.name = "made-by-admin", .partitions = 3, .replication = 1, .settings = {{"retention.ms", "-1"}}};
  ASSERT_TRUE(admin->MakeTopics({topic}).ok());
  EXPECT_TRUE(admin->MakeTopics({topic}).ok()) << "somebody else made it meanwhile";
  const auto topics = admin->Topics();
  ASSERT_TRUE(topics.ok()) << topics.status();
  EXPECT_EQ(topics->at(topic.name).partitions, 3);
  EXPECT_EQ(topics->at(topic.name).replication, 1);
  EXPECT_EQ(topics->count("nowhere"), 0u);
  const auto settings = admin->SettingsOf({topic.name});
  ASSERT_TRUE(settings.ok()) << settings.status();
  EXPECT_EQ(settings->at(topic.name).at("retention.ms"), "-1");
  EXPECT_EQ(settings->at(topic.name).at("cleanup.policy"), "delete");
  EXPECT_TRUE(absl::IsNotFound(admin->SettingsOf({"nowhere"}).status()));
  const absl::Status granted = admin->Grant({{.principal = "User:x", .name = topic.name}});
  EXPECT_TRUE(absl::IsFailedPrecondition(granted)) << granted;
  const absl::Status wrong = admin->MakeTopics({{.name = "made-by-admin-too", .settings = {{"retention.ms", "long"}}}});
  EXPECT_TRUE(absl::IsInvalidArgument(wrong)) << wrong;
}

TEST(KafkaAdmin, OneTopicIsAskedForAndNotMadeByThat) {
  const std::string topic = Broker().NewTopic();
  const auto admin = Admin::Open(Here());
  ASSERT_TRUE(admin.ok()) << admin.status();
  const auto there = (*admin)->Topic(topic);
  ASSERT_TRUE(there.ok() && *there) << there.status();
  EXPECT_EQ((*there)->partitions, 1);
  EXPECT_EQ((*there)->replication, 1);
  for (int again = 0; again < 2; ++again) {
    const auto nowhere = (*admin)->Topic("nowhere");
    ASSERT_TRUE(nowhere.ok()) << nowhere.status();
    EXPECT_FALSE(*nowhere);
  }
  EXPECT_EQ((*admin)->Topics()->count("nowhere"), 0u);
}

}  // namespace
}  // namespace overdracht::kafka
