// What every EventLog keeps to, as tests: include this, give a fixture for the log, and instantiate the suite.
//
// The words: an Appender is a writer that follows the rules; Put lays bytes into the log as a hostile or late writer would.
#ifndef OVERDRACHT_TESTS_CONTRACT_EVENT_LOG_CONTRACT_H_
#define OVERDRACHT_TESTS_CONTRACT_EVENT_LOG_CONTRACT_H_

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "services/log/event_log.h"
#include "services/log/owner.h"

namespace overdracht::log {

// One kind of log under test, with one journal in it.
class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  // At one address, also after Reopen and LoseNewest.
  virtual EventLog& log() = 0;
  // Ends the log and opens it again over what it stored.
  virtual void Reopen() = 0;
  // Lays bytes behind everything that is there, as far as the log lets anybody do that.
  virtual void Put(absl::string_view bytes) = 0;
  // Takes the newest batch away, as a disk that came back from a copy does, and opens the log again.
  virtual void LoseNewest() = 0;
};

// An EventLog at a fixed address over one that can be opened anew.
template <typename Log>
class Reopenable : public EventLog {
 public:
  absl::StatusOr<Tip> Append(const Tip& tip, absl::string_view batch) override { return inner->Append(tip, batch); }
  absl::Status Read(const Tip& tip, Visit visit) override { return inner->Read(tip, visit); }
  bool Wait(const Tip& tip, absl::Duration timeout) override { return inner->Wait(tip, timeout); }

  std::unique_ptr<Log> inner;
};

using MakeLog = std::function<std::unique_ptr<LogUnderTest>()>;

inline OwnerToken Token(uint8_t byte) {
  OwnerToken token;
  token.fill(byte);
  return token;
}

inline BatchHeader TakeOverBehind(const Tip& tip, OwnerToken token) {
  return {.kind = BatchKind::kTakeOver,
          .number = tip.number + 1,
          .epoch = tip.epoch + 1,
          .owner = token,
          .previous = tip.hash,
          .input_from = tip.input_to,
          .input_to = tip.input_to,
          .first_record = tip.last_record + 1,
          .anchor = {tip.offset, tip.hash},
          .decided_by = "test"};
}

inline BatchHeader WorkBehind(const Tip& tip) {
  BatchHeader header = TakeOverBehind(tip, tip.owner);
  header.kind = BatchKind::kWork;
  header.epoch = tip.epoch;
  header.input_to = tip.input_to + 1;
  return header;
}

inline std::string Bytes(const BatchHeader& header, const std::vector<std::string>& records = {}) {
  BatchWriter writer(header);
  for (const std::string& record : records) writer.Add("", {}, record);
  return writer.Finish();
}

class EventLogContract : public ::testing::TestWithParam<MakeLog> {
 protected:
  EventLogContract() : under_test_(GetParam()()) {}

  EventLog& log() { return under_test_->log(); }
  LogUnderTest& under_test() { return *under_test_; }

  // Appends behind `tip` and returns the new tip; it must count.
  Tip MustAppend(const Tip& tip, absl::string_view bytes) {
    const absl::StatusOr<Tip> next = log().Append(tip, bytes);
    EXPECT_TRUE(next.ok()) << next.status();
    return next.value_or(Tip{});
  }
  Tip TakeOver(const Tip& tip, uint8_t token) { return MustAppend(tip, Bytes(TakeOverBehind(tip, Token(token)))); }
  Tip Work(const Tip& tip, const std::vector<std::string>& records) { return MustAppend(tip, Bytes(WorkBehind(tip), records)); }

  // Every record after a tip, each as "number:bytes", a batch without records as "-".
  std::vector<std::string> RecordsAfter(const Tip& tip) {
    std::vector<std::string> records;
    const absl::Status status = log().Read(tip, [&](const Tip& at, const Batch& batch) {
      if (batch.records.empty()) records.push_back("-");
      for (const StoredRecord& record : batch.records) records.push_back(absl::StrCat(record.number, ":", record.bytes));
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return records;
  }
  absl::Status ReadStatus(const Tip& tip) {
    return log().Read(tip, [](const Tip&, const Batch&) { return absl::OkStatus(); });
  }
  Tip TipByReading() {
    Tip tip;
    EXPECT_TRUE(log()
                    .Read(tip,
                          [&](const Tip& at, const Batch&) {
                            tip = at;
                            return absl::OkStatus();
                          })
                    .ok());
    return tip;
  }
  // The bytes must not come to count, wherever they are laid.
  void ExpectPassedOver(absl::string_view what, absl::string_view bytes) {
    const Tip before = TipByReading();
    EXPECT_FALSE(log().Append(before, bytes).ok()) << what;
    under_test_->Put(bytes);
    EXPECT_EQ(TipByReading().hash, before.hash) << what;
  }

 private:
  std::unique_ptr<LogUnderTest> under_test_;
};

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_P(EventLogContract, AnEmptyLogHasNothingToRead) {
  EXPECT_THAT(RecordsAfter({}), IsEmpty());
  EXPECT_FALSE(log().Wait({}, absl::ZeroDuration()));
}

TEST_P(EventLogContract, WhatIsAppendedBehindTheTipCounts) {
  const Tip owned = TakeOver({}, 1);
  EXPECT_EQ(owned.number, 1);
  EXPECT_EQ(owned.epoch, 1);
  EXPECT_EQ(owned.owner, Token(1));
  const Tip one = Work(owned, {"a", "b"});
  const Tip two = Work(one, {"c"});
  EXPECT_EQ(two.number, 3);
  EXPECT_EQ(two.input_to, 2);
  EXPECT_EQ(two.last_record, 3);
  EXPECT_THAT(RecordsAfter({}), ElementsAre("-", "1:a", "2:b", "3:c"));
  EXPECT_EQ(TipByReading(), two);
}

TEST_P(EventLogContract, AReaderStartsAfterItsTip) {
  const Tip one = Work(TakeOver({}, 1), {"a"});
  const Tip two = Work(one, {"b"});
  EXPECT_THAT(RecordsAfter(one), ElementsAre("2:b"));
  EXPECT_THAT(RecordsAfter(two), IsEmpty());
}

TEST_P(EventLogContract, AReaderSeesTheTipAfterEachBatchAndItsStoredBytes) {
  const std::string take_over = Bytes(TakeOverBehind({}, Token(1)));
  const Tip owned = MustAppend({}, take_over);
  const Tip one = Work(owned, {"a"});
  std::vector<Tip> tips;
  std::string stored;
  ASSERT_TRUE(log()
                  .Read({},
                        [&](const Tip& at, const Batch& batch) {
                          tips.push_back(at);
                          if (stored.empty()) stored = std::string(batch.stored);
                          return absl::OkStatus();
                        })
                  .ok());
  EXPECT_THAT(tips, ElementsAre(owned, one));
  EXPECT_EQ(stored, take_over);
}

TEST_P(EventLogContract, AReaderMayStopAndAppendWhileItReads) {
  Tip tip = Work(TakeOver({}, 1), {"a"});
  const absl::Status stopped = log().Read({}, [&](const Tip& at, const Batch& batch) {
    if (batch.records.empty()) return absl::OkStatus();
    Work(tip, {"b"});
    return absl::CancelledError("enough");
  });
  EXPECT_EQ(stopped, absl::CancelledError("enough"));
  EXPECT_THAT(RecordsAfter(tip), ElementsAre("2:b"));
}

TEST_P(EventLogContract, BehindAnOldTipNothingCounts) {
  const Tip old = Work(TakeOver({}, 1), {"a"});
  const Tip tip = Work(old, {"b"});
  EXPECT_TRUE(absl::IsAborted(log().Append(old, Bytes(WorkBehind(old), {"late"})).status()));
  EXPECT_TRUE(absl::IsAborted(log().Append({}, Bytes(TakeOverBehind({}, Token(2)))).status()));
  EXPECT_EQ(TipByReading(), tip);
}

TEST_P(EventLogContract, TheSameBytesCountOnce) {
  const Tip owned = TakeOver({}, 1);
  const std::string bytes = Bytes(WorkBehind(owned), {"a"});
  const Tip tip = MustAppend(owned, bytes);
  const absl::StatusOr<Tip> again = log().Append(owned, bytes);
  EXPECT_TRUE(absl::IsAborted(again.status()) || (again.ok() && *again == tip)) << again.status();
  ExpectPassedOver("a copy", bytes);
  EXPECT_THAT(RecordsAfter({}), ElementsAre("-", "1:a"));
  EXPECT_EQ(TipByReading(), tip);
}

TEST_P(EventLogContract, ATakeOverHasExactlyTheNextEpoch) {
  const Tip tip = Work(TakeOver({}, 1), {"a"});
  for (const uint64_t epoch : {uint64_t{0}, uint64_t{1}, uint64_t{3}, ~uint64_t{0}}) {
    BatchHeader header = TakeOverBehind(tip, Token(2));
    header.epoch = epoch;
    ExpectPassedOver(absl::StrCat("epoch ", epoch), Bytes(header));
  }
  const Tip taken = TakeOver(tip, 2);
  EXPECT_EQ(taken.epoch, 2);
  EXPECT_EQ(taken.owner, Token(2));
}

TEST_P(EventLogContract, AnOwnerThatWasOvertakenIsPassedOver) {
  const Tip before = Work(TakeOver({}, 1), {"a"});
  const Tip taken = TakeOver(before, 2);
  EXPECT_TRUE(absl::IsAborted(log().Append(before, Bytes(WorkBehind(before), {"in flight"})).status()));
  under_test().Put(Bytes(WorkBehind(before), {"in flight"}));
  BatchHeader reread = WorkBehind(taken);
  reread.epoch = 1;
  reread.owner = Token(1);
  ExpectPassedOver("an older epoch behind the new tip", Bytes(reread, {"zombie"}));
  EXPECT_THAT(RecordsAfter(before), ElementsAre("-"));
  Work(taken, {"b"});
  EXPECT_THAT(RecordsAfter(before), ElementsAre("-", "2:b"));
}

TEST_P(EventLogContract, TheSameEpochWithAnotherTokenIsPassedOver) {
  const Tip tip = Work(TakeOver({}, 1), {"a"});
  BatchHeader stranger = WorkBehind(tip);
  stranger.owner = Token(9);
  ExpectPassedOver("a stranger in this epoch", Bytes(stranger, {"stranger"}));
}

TEST_P(EventLogContract, TheFirstBatchIsATakeOver) {
  ExpectPassedOver("work of epoch 0 without token", Bytes(WorkBehind({}), {"a"}));
  BatchHeader header = WorkBehind({});
  header.epoch = 1;
  ExpectPassedOver("work of epoch 1", Bytes(header, {"a"}));
}

TEST_P(EventLogContract, TheFirstTakeOverSetsTheInputAndNoOtherDoes) {
  BatchHeader first = TakeOverBehind({}, Token(1));
  first.input_from = first.input_to = 40;
  const Tip owned = MustAppend({}, Bytes(first));
  EXPECT_EQ(owned.input_to, 40);
  BatchHeader second = TakeOverBehind(owned, Token(2));
  second.input_from = second.input_to = 50;
  ExpectPassedOver("a gap in the input", Bytes(second));
}

TEST_P(EventLogContract, NumbersInputAndRecordsRunOn) {
  const Tip tip = Work(TakeOver({}, 1), {"a"});
  BatchHeader header = WorkBehind(tip);
  header.number += 1;
  ExpectPassedOver("a number left out", Bytes(header, {"b"}));
  header = WorkBehind(tip);
  header.input_from -= 1;
  ExpectPassedOver("input decided twice", Bytes(header, {"b"}));
  header = WorkBehind(tip);
  header.input_to = header.input_from - 1;
  ExpectPassedOver("input that ends before it begins", Bytes(header, {"b"}));
  header = WorkBehind(tip);
  header.first_record += 1;
  ExpectPassedOver("a record left out", Bytes(header, {"b"}));
  header.first_record -= 2;
  ExpectPassedOver("a record numbered twice", Bytes(header, {"b"}));
}

TEST_P(EventLogContract, GarbageIsPassedOver) {
  const Tip tip = Work(TakeOver({}, 1), {"a"});
  const std::string good = Bytes(WorkBehind(tip), {"b"});
  ExpectPassedOver("nothing", "");
  ExpectPassedOver("noise", std::string(300, 'x'));
  ExpectPassedOver("half a batch", absl::string_view(good).substr(0, good.size() / 2));
  ExpectPassedOver("a batch with a tail", absl::StrCat(good, "x"));
  for (const size_t at : {size_t{4}, size_t{21}, size_t{40}, good.size() / 2, good.size() - 40, good.size() - 1}) {
    std::string forged = good;
    forged[at] ^= 1;
    ExpectPassedOver(absl::StrCat("a flipped bit at ", at), forged);
  }
  EXPECT_EQ(MustAppend(tip, good).number, 3);
}

TEST_P(EventLogContract, AForkThatChainsToNothingThatCountsIsPassedOver) {
  const Tip owned = TakeOver({}, 1);
  const Tip real = Work(owned, {"a"});
  // What the fork's own first batch would have made the tip.
  const std::string fork = Bytes(WorkBehind(owned), {"other"});
  Batch batch;
  ASSERT_FALSE(DecodeBatch(fork, &batch).has_value());
  Tip forked = Follow(owned, real.offset, batch);
  BatchHeader second = WorkBehind(forked);
  second.anchor = {};
  under_test().Put(fork);
  ExpectPassedOver("the second of a fork", Bytes(second, {"more"}));
  EXPECT_THAT(RecordsAfter({}), ElementsAre("-", "1:a"));
}

TEST_P(EventLogContract, AReopenedLogGivesTheSame) {
  const Tip tip = Work(Work(TakeOver({}, 1), {"a"}), {"b", "c"});
  under_test().Reopen();
  EXPECT_EQ(TipByReading(), tip);
  EXPECT_THAT(RecordsAfter({}), ElementsAre("-", "1:a", "2:b", "3:c"));
  Work(tip, {"d"});
  EXPECT_THAT(RecordsAfter(tip), ElementsAre("4:d"));
}

TEST_P(EventLogContract, WhoRemembersATipThatIsGoneIsTold) {
  const Tip one = Work(TakeOver({}, 1), {"a"});
  const Tip lost = Work(one, {"b"});
  under_test().LoseNewest();
  EXPECT_TRUE(absl::IsDataLoss(ReadStatus(lost))) << ReadStatus(lost);
  EXPECT_THAT(std::string(ReadStatus(lost).message()), HasSubstr(absl::StrCat("offset ", lost.offset)));
  EXPECT_TRUE(absl::IsDataLoss(log().Append(lost, Bytes(WorkBehind(lost), {"c"})).status()));
  // Cut and grown again past it: the place is filled, by another batch.
  const Tip other = Work(Work(one, {"x"}), {"y"});
  EXPECT_TRUE(absl::IsDataLoss(ReadStatus(lost)));
  EXPECT_TRUE(absl::IsDataLoss(log().Append(lost, Bytes(WorkBehind(lost), {"c"})).status()));
  EXPECT_EQ(TipByReading(), other);
}

TEST_P(EventLogContract, WaitReturnsWhenSomethingNewerCounts) {
  const Tip owned = TakeOver({}, 1);
  EXPECT_TRUE(log().Wait({}, absl::InfiniteDuration()));
  EXPECT_FALSE(log().Wait(owned, absl::Milliseconds(1)));
  std::thread writer([&] { Work(owned, {"a"}); });
  EXPECT_TRUE(log().Wait(owned, absl::Seconds(60)));
  writer.join();
}

TEST_P(EventLogContract, OfWritersAtOnceOneCountsInEachPlace) {
  const Tip owned = TakeOver({}, 1);
  constexpr int kEach = 50;
  const auto fight = [&](char name) {
    for (int won = 0; won < kEach;) {
      const Tip tip = TipByReading();
      const absl::StatusOr<Tip> next = log().Append(tip, Bytes(WorkBehind(tip), {std::string(1, name)}));
      if (next.ok()) ++won;
      EXPECT_TRUE(next.ok() || absl::IsAborted(next.status())) << next.status();
    }
  };
  std::thread a(fight, 'a'), b(fight, 'b');
  a.join();
  b.join();
  EXPECT_EQ(RecordsAfter(owned).size(), 2 * kEach);
}

TEST_P(EventLogContract, AnOwnerTakesOverAndWorks) {
  std::vector<uint64_t> folded;
  const auto fold = [&](const Tip& at, const Batch&) {
    folded.push_back(at.number);
    return absl::OkStatus();
  };
  auto first = Owner::TakeOver(&log(), {}, 7, 0, "test", fold);
  ASSERT_TRUE(first.ok()) << first.status();
  BatchWriter writer = (*first)->Begin(9, 0);
  writer.Add("", {}, "a");
  ASSERT_TRUE((*first)->Append(writer.Finish()).ok());
  EXPECT_EQ((*first)->tip().input_to, 9);

  auto second = Owner::TakeOver(&log(), {}, 7, 0, "test", fold);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_THAT(folded, ElementsAre(1, 1, 2, 3));
  EXPECT_EQ((*second)->tip().epoch, 2);
  EXPECT_NE((*second)->tip().owner, (*first)->tip().owner);
  EXPECT_TRUE(absl::IsAborted((*first)->Append((*first)->Begin(10, 0).Finish())));
  EXPECT_TRUE(absl::IsAborted((*first)->Append((*first)->Begin(10, 0).Finish()))) << "it stays stood down";
  EXPECT_TRUE((*second)->Append((*second)->Begin(10, 0).Finish()).ok());
}

TEST_P(EventLogContract, AnOwnerWhoseTipIsGoneHalts) {
  auto owner = Owner::TakeOver(&log(), {}, 0, 0, "test", [](const Tip&, const Batch&) { return absl::OkStatus(); });
  ASSERT_TRUE(owner.ok());
  ASSERT_TRUE((*owner)->Append((*owner)->Begin(1, 0).Finish()).ok());
  under_test().LoseNewest();
  EXPECT_TRUE(absl::IsDataLoss((*owner)->Append((*owner)->Begin(2, 0).Finish())));
}

}  // namespace overdracht::log

#endif  // OVERDRACHT_TESTS_CONTRACT_EVENT_LOG_CONTRACT_H_
