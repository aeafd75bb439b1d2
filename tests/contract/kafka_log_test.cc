// The contract of an EventLog, kept by the one on a real Kafka; and what a broker and others may do to it that no contract can ask for.
#include "services/log/kafka/kafka_log.h"

#include <absl/time/clock.h>

#include <atomic>

#include "tests/contract/event_log_contract.h"
#include "tests/support/kafka_broker.h"

namespace overdracht::log {
namespace {

using overdracht::testing::KafkaBroker;

// One for all tests; each has topics of its own, and leaves it running.
KafkaBroker& Broker() {
  static KafkaBroker broker;
  return broker;
}

std::unique_ptr<KafkaLog> OpenLog(const std::string& topic, absl::Duration give_up = absl::Seconds(5)) {
  auto log = KafkaLog::Open(
      {.place = {.cluster = {.bootstrap = Broker().bootstrap()}, .topic = topic}, .give_up = give_up, .leader = absl::Milliseconds(300)});
  EXPECT_TRUE(log.ok()) << log.status();
  return *std::move(log);
}

// Somebody else with the right to write.
class Stranger {
 public:
  explicit Stranger(const std::string& topic)
      : producer_(*Producer::Open({.cluster = {.bootstrap = Broker().bootstrap()}, .topic = topic}, absl::Seconds(30))) {}
  void Put(absl::string_view bytes) { EXPECT_TRUE(producer_->Send(bytes).ok()); }

 private:
  std::unique_ptr<Producer> producer_;
};

class KafkaUnderTest : public LogUnderTest {
 public:
  KafkaUnderTest() : topic_(Broker().NewTopic()) { Reopen(); }

  EventLog& log() override { return log_; }
  void Reopen() override {
    log_.inner.reset();
    log_.inner = OpenLog(topic_);
  }
  void Put(absl::string_view bytes) override {
    if (!stranger_) stranger_.emplace(topic_);
    stranger_->Put(bytes);
  }
  void LoseNewest() override {
    Broker().LoseNewest(topic_);
    Reopen();
  }

 private:
  const std::string topic_;
  Reopenable<KafkaLog> log_;
  std::optional<Stranger> stranger_;
};

INSTANTIATE_TEST_SUITE_P(Kafka, EventLogContract, ::testing::Values(MakeLog([] { return std::make_unique<KafkaUnderTest>(); })),
                         [](const auto&) { return "Kafka"; });

// ---- Faults ----------------------------------------------------------------------------------------------------------------------------
// The input is the numbers 0, 1, 2, …; a batch of work decides one of them, by a record that holds it.

absl::Status Ignore(const Tip&, const Batch&) { return absl::OkStatus(); }

absl::StatusOr<std::unique_ptr<Owner>> TakeOver(EventLog* log, const Tip& tip = {}) {
  return Owner::TakeOver(log, tip, 0, 0, "test", Ignore);
}

// What owners said to count, and so what others were told.
class Claims {
 public:
  void Add(const Tip& tip) {
    absl::MutexLock lock(&mutex_);
    tips_.push_back(tip);
  }
  std::vector<Tip> tips() {
    absl::MutexLock lock(&mutex_);
    return tips_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<Tip> tips_;
};

absl::Status DecideNext(Owner* owner, Claims* claims) {
  BatchWriter writer = owner->Begin(owner->tip().input_to + 1, 0);
  writer.Add("", {}, absl::StrCat(owner->tip().input_to));
  const std::string bytes = writer.Finish();
  absl::Status status = owner->Append(bytes);
  const absl::Time late = absl::Now() + absl::Minutes(1);
  while (absl::IsUnavailable(status) && absl::Now() < late) status = owner->Append(bytes);  // the same bytes, as the loop does
  if (status.ok()) claims->Add(owner->tip());
  return status;
}

void Decide(Owner* owner, uint64_t until, Claims* claims) {
  while (owner->tip().input_to < until) {
    const absl::Status decided = DecideNext(owner, claims);
    ASSERT_TRUE(decided.ok()) << decided;
  }
}

struct Seen {
  std::vector<Tip> tips;
  std::vector<std::string> records;
};

Seen ReadAll(const std::string& topic) {
  Seen seen;
  const absl::Status read = OpenLog(topic)->Read({}, [&](const Tip& at, const Batch& batch) {
    seen.tips.push_back(at);
    for (const StoredRecord& record : batch.records) seen.records.emplace_back(record.bytes);
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  return seen;
}

// Every number was decided once and in order, two readers agree which batches count, and all that was said to count does.
void ExpectOnceEach(const std::string& topic, size_t at_least, Claims* claims) {
  const Seen one = ReadAll(topic), other = ReadAll(topic);
  EXPECT_EQ(one.tips, other.tips);
  EXPECT_GE(one.records.size(), at_least);
  for (size_t i = 0; i < one.records.size(); ++i) ASSERT_EQ(one.records[i], absl::StrCat(i));
  for (const Tip& claim : claims->tips()) ASSERT_THAT(one.tips, ::testing::Contains(claim)) << "said to count: " << claim.number;
}

// A topic of its own, and who owns the log in it.
class OwnerOnKafka : public ::testing::Test {
 protected:
  void Own(absl::Duration give_up = absl::Seconds(5)) {
    log_ = OpenLog(topic_, give_up);
    absl::StatusOr<std::unique_ptr<Owner>> owner = TakeOver(log_.get());
    ASSERT_TRUE(owner.ok()) << owner.status();
    owner_ = *std::move(owner);
  }

  const std::string topic_ = Broker().NewTopic();
  std::unique_ptr<KafkaLog> log_;
  std::unique_ptr<Owner> owner_;
  Claims claims_;
};

TEST(KafkaLog, ATopicThatIsNotThereIsSaid) {
  const absl::Status opened = KafkaLog::Open({.place = {.cluster = {.bootstrap = Broker().bootstrap()}, .topic = "nowhere"}}).status();
  EXPECT_TRUE(absl::IsNotFound(opened)) << opened;
  const absl::Status partition =
      KafkaLog::Open({.place = {.cluster = {.bootstrap = Broker().bootstrap()}, .topic = Broker().NewTopic(), .partition = 1}}).status();
  EXPECT_TRUE(absl::IsNotFound(partition)) << partition;
}

TEST_F(OwnerOnKafka, ABatchThatKafkaWouldNeverTakeIsRefused) {
  ASSERT_NO_FATAL_FAILURE(Own());
  BatchWriter fits = owner_->Begin(1, 0), too_long = owner_->Begin(1, 0);
  fits.Add("", {}, std::string(kMostKafkaBatchBytes - fits.size() - 69, 'x'));
  too_long.Add("", {}, std::string(kMostKafkaBatchBytes - too_long.size() - 68, 'x'));
  EXPECT_TRUE(absl::IsInvalidArgument(owner_->Append(too_long.Finish())));
  ASSERT_EQ(fits.size(), kMostKafkaBatchBytes);
  EXPECT_TRUE(owner_->Append(fits.Finish()).ok());
}

TEST_F(OwnerOnKafka, ABrokerThatIsKilledUnderAnOwner) {
  ASSERT_NO_FATAL_FAILURE(Own(absl::Seconds(1)));
  std::atomic<uint64_t> decided = 0;
  std::atomic<bool> up = true;
  std::thread work([&] {
    while (up || decided < 400) {
      const absl::Status next = DecideNext(owner_.get(), &claims_);
      ASSERT_TRUE(next.ok()) << next;
      decided = owner_->tip().input_to;
    }
  });
  while (decided < 200) std::this_thread::yield();
  Broker().Kill();
  Broker().Start();
  up = false;
  work.join();
  ExpectOnceEach(topic_, 400, &claims_);
}

// Paused for longer than a batch waits for its acknowledgement: what was sent lands when nobody expects it any more.
TEST_F(OwnerOnKafka, ABrokerThatIsPausedUnderAnOwner) {
  ASSERT_NO_FATAL_FAILURE(Own(absl::Milliseconds(600)));
  Decide(owner_.get(), 20, &claims_);
  Broker().Pause();
  std::thread paused([&] {
    absl::SleepFor(absl::Seconds(2));  // how long the pause is
    Broker().Continue();
  });
  Decide(owner_.get(), 40, &claims_);
  paused.join();
  Decide(owner_.get(), 60, &claims_);
  ExpectOnceEach(topic_, 60, &claims_);
}

TEST_F(OwnerOnKafka, AHostileWriterBesideALiveOwner) {
  ASSERT_NO_FATAL_FAILURE(Own());
  Decide(owner_.get(), 1, &claims_);
  Stranger stranger(topic_);
  std::string copy;
  for (int round = 0; round < 25; ++round) {
    const Tip tip = owner_->tip();
    BatchHeader lower = WorkBehind(tip), same = WorkBehind(tip), far = TakeOverBehind(tip, Token(9)), fork = TakeOverBehind(tip, Token(9));
    lower.epoch = 0;
    same.owner = Token(9);
    far.epoch += 7;
    fork.previous[0] ^= 1;
    for (const BatchHeader& header : {lower, same, far, fork}) stranger.Put(Bytes(header, {"stranger"}));
    stranger.Put("noise");
    if (!copy.empty()) stranger.Put(copy);
    BatchWriter writer = owner_->Begin(tip.input_to + 1, 0);
    writer.Add("", {}, absl::StrCat(tip.input_to));
    copy = writer.Finish();
    ASSERT_TRUE(owner_->Append(copy).ok());
    claims_.Add(owner_->tip());
  }
  ExpectOnceEach(topic_, 26, &claims_);
}

TEST(KafkaLog, TwoOwnersThatFight) {
  constexpr int kTimes = 8;
  Claims claims;
  const std::string topic = Broker().NewTopic();
  std::atomic<int> taken = 0;
  const auto fight = [&] {
    const auto log = OpenLog(topic);
    while (taken < kTimes) {
      const auto owner = TakeOver(log.get());
      ASSERT_TRUE(owner.ok()) << owner.status();
      ++taken;
      absl::Status status;
      for (int i = 0; i < 1000 && status.ok() && taken < kTimes; ++i) {
        status = DecideNext(owner->get(), &claims);
        absl::SleepFor((*owner)->courtesy());  // in which the other one takes over
      }
      ASSERT_TRUE(status.ok() || absl::IsAborted(status)) << status;
    }
  };
  std::thread one(fight), other(fight);
  one.join();
  other.join();
  ExpectOnceEach(topic, kTimes, &claims);
}

TEST_F(OwnerOnKafka, ALogWhoseBeginningIsGone) {
  ASSERT_NO_FATAL_FAILURE(Own());
  Decide(owner_.get(), 5, &claims_);
  Broker().LoseOldest(topic_, 3);
  const absl::Status read = log_->Read({}, Ignore);
  EXPECT_TRUE(absl::IsDataLoss(read)) << read;
  EXPECT_TRUE(log_->Read(owner_->tip(), Ignore).ok()) << "from a tip that is there";
}

// A broker answers at once that there is no such place. It is waited for all the same: another leader may have it.
TEST_F(OwnerOnKafka, APlaceBehindTheEndIsWaitedForUntilTheTimeIsOut) {
  ASSERT_NO_FATAL_FAILURE(Own());
  KafkaTransport transport({.place = {.cluster = {.bootstrap = Broker().bootstrap()}, .topic = topic_}});
  ASSERT_TRUE(transport.HighWatermark().ok());
  EXPECT_EQ(transport.Wait(owner_->tip().offset + 5, absl::Seconds(3)), absl::ZeroDuration());
}

// The log is cut, and has grown again to the very length that the owner knows: its next batch would land directly behind its tip.
void ExpectToHaltAfterACut(const std::string& topic, KafkaLog* log, Owner* owner) {
  const Tip reader = owner->tip();
  Broker().LoseNewest(topic);
  Stranger(topic).Put("other");
  Claims claims;
  const absl::Status decided = DecideNext(owner, &claims);
  EXPECT_TRUE(absl::IsDataLoss(decided)) << decided;
  EXPECT_TRUE(absl::IsDataLoss(log->Read(reader, Ignore)));
}

// The broker knows from what is left which batch of this producer comes next, and that it is another one.
TEST_F(OwnerOnKafka, ALogThatIsCutUnderALiveOwner) {
  ASSERT_NO_FATAL_FAILURE(Own());
  Decide(owner_.get(), 5, &claims_);
  ExpectToHaltAfterACut(topic_, log_.get(), owner_.get());
}

// Nothing is left of what this producer sent, so that the broker takes what comes; but the connection was another one.
TEST(KafkaLog, ALogThatIsCutUnderAnOwnerThatJustTookOver) {
  const std::string topic = Broker().NewTopic();
  const auto first = OpenLog(topic), second = OpenLog(topic);
  ASSERT_TRUE(TakeOver(first.get()).ok());
  const auto owner = TakeOver(second.get());
  ASSERT_TRUE(owner.ok()) << owner.status();
  ExpectToHaltAfterACut(topic, second.get(), owner->get());
}

}  // namespace
}  // namespace overdracht::log
