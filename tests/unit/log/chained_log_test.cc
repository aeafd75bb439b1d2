// The log where anything may land, moment by moment: what is believed from a report, what is read back, and what makes a reader doubt.
#include "services/log/chained_log.h"

#include <gmock/gmock.h>

#include <deque>
#include <functional>

#include "services/log/simulated/simulated_log.h"

namespace overdracht::log {
namespace {

// What goes wrong with the next calls, and what happens elsewhere each time that somebody waits.
class Script : public Surroundings {
 public:
  size_t Fault(size_t choices) override {
    if (faults.empty()) return 0;
    const size_t fault = faults.front();
    faults.pop_front();
    return fault;
  }
  void Pass() override {
    if (meanwhile.empty()) return;
    const auto what = std::move(meanwhile.front());
    meanwhile.pop_front();
    if (what) what();
  }

  std::deque<size_t> faults;
  std::deque<std::function<void()>> meanwhile;
};

class Counting : public SimulatedTransport {
 public:
  using SimulatedTransport::SimulatedTransport;
  absl::StatusOr<std::vector<PlacedRecord>> Fetch(uint64_t from, uint64_t end) override {
    ++fetches;
    return SimulatedTransport::Fetch(from, end);
  }
  int fetches = 0;
};

BatchHeader Behind(const Tip& tip, BatchKind kind, uint8_t owner) {
  return {.kind = kind,
          .number = tip.number + 1,
          .epoch = tip.epoch + (kind == BatchKind::kTakeOver ? 1 : 0),
          .owner = {owner},
          .previous = tip.hash,
          .input_from = tip.input_to,
          .input_to = tip.input_to,
          .first_record = tip.last_record + 1,
          .anchor = {tip.offset, tip.hash}};
}
std::string Work(const Tip& tip, int64_t which = 0) {
  BatchHeader header = Behind(tip, BatchKind::kWork, tip.owner[0]);
  header.written_us = which;
  return BatchWriter(header).Finish();
}
std::string TakeOver(const Tip& tip, uint8_t owner) { return BatchWriter(Behind(tip, BatchKind::kTakeOver, owner)).Finish(); }

// The tip after these bytes, if they count behind `tip` at `offset`.
Tip After(const Tip& tip, uint64_t offset, absl::string_view bytes) {
  Batch batch;
  EXPECT_FALSE(DecodeBatch(bytes, &batch).has_value());
  return Follow(tip, offset, batch);
}

class ChainedLogTest : public ::testing::Test {
 protected:
  ChainedLogTest() { owned_ = *log_.Append({}, TakeOver({}, 1)); }

  void Put(absl::string_view bytes) {
    partition_.Land(bytes);
    partition_.Replicate();
  }
  Tip MustAppend(const Tip& tip, absl::string_view bytes) {
    const absl::StatusOr<Tip> next = log_.Append(tip, bytes);
    EXPECT_TRUE(next.ok()) << next.status();
    return next.value_or(Tip{});
  }
  // The offsets of what counts after `tip`, as far as can be read.
  std::vector<uint64_t> Read(EventLog& log, const Tip& tip, absl::Status* status) {
    std::vector<uint64_t> offsets;
    *status = log.Read(tip, [&](const Tip& at, const Batch&) {
      offsets.push_back(at.offset);
      return absl::OkStatus();
    });
    return offsets;
  }

  SimulatedPartition partition_;
  Script script_;
  Counting transport_{&partition_, &script_, 3};
  ChainedLog log_{&transport_};
  Tip owned_;
};

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

enum { kReportLost = 1, kLandsLate = 2, kSecondTold = 4 };

TEST_F(ChainedLogTest, WhatLandsDirectlyBehindTheTipIsNotReadBack) {
  const int before = transport_.fetches;
  const Tip tip = MustAppend(MustAppend(owned_, Work(owned_)), Work(After(owned_, 1, Work(owned_))));
  EXPECT_EQ(tip.offset, 2);
  EXPECT_EQ(transport_.fetches, before);
}

TEST_F(ChainedLogTest, WhatLandsElsewhereIsReadBack) {
  Put("garbage");
  EXPECT_EQ(MustAppend(owned_, Work(owned_)).offset, 2);
  EXPECT_GT(transport_.fetches, 0);
}

TEST_F(ChainedLogTest, TheFirstOfTwoCopiesCountsWhicheverIsTold) {
  script_.faults = {kSecondTold};
  EXPECT_EQ(MustAppend(owned_, Work(owned_)).offset, 1);
  EXPECT_EQ(partition_.end(), 3);
}

TEST_F(ChainedLogTest, WithoutAReportTheLogIsAsked) {
  script_.faults = {kReportLost};
  script_.meanwhile = {nullptr, [&] { partition_.Replicate(); }};
  EXPECT_EQ(MustAppend(owned_, Work(owned_)).offset, 1);
}

TEST_F(ChainedLogTest, NotFoundIsNotFailed) {
  const std::string work = Work(owned_);
  script_.faults = {kLandsLate};
  EXPECT_TRUE(absl::IsUnavailable(log_.Append(owned_, work).status()));
  partition_.LandLate(0);
  EXPECT_EQ(MustAppend(owned_, work).offset, 1) << "the late copy counts, and it is told";
  EXPECT_TRUE(absl::IsAborted(log_.Append(owned_, Work(owned_, 7)).status()));
}

TEST_F(ChainedLogTest, ATakeOverThatComesTooLateIsCounted) {
  const Tip tip = MustAppend(owned_, Work(owned_));
  Put(TakeOver(owned_, 2));
  EXPECT_EQ(log_.LostTakeOvers(), 0);
  MustAppend(tip, Work(tip));
  EXPECT_EQ(log_.LostTakeOvers(), 1);
}

TEST_F(ChainedLogTest, ALeaderThatLagsBehindIsWaitedForAgainAndAgain) {
  const Tip tip = MustAppend(owned_, Work(owned_));
  const auto elect = [&] { partition_.ElectLeader(partition_.end(), 0); };
  elect();
  script_.meanwhile = {nullptr, nullptr, [&] { partition_.Replicate(); }, elect};
  absl::Status status;
  EXPECT_THAT(Read(log_, tip, &status), IsEmpty());
  EXPECT_TRUE(status.ok()) << status;
}

TEST_F(ChainedLogTest, AReportBelowTheTipHalts) {
  const Tip tip = MustAppend(MustAppend(owned_, Work(owned_)), Work(After(owned_, 1, Work(owned_))));
  partition_.LoseTail(1);
  EXPECT_TRUE(absl::IsDataLoss(log_.Append(tip, Work(tip)).status()));
}

// The tail is lost and filled again to exactly the same length: on this way only the broken connection tells.
TEST_F(ChainedLogTest, AReportThatFitsIsNotBelievedOnAnotherConnection) {
  const Tip tip = MustAppend(owned_, Work(owned_));
  partition_.LoseTail(1);
  Put(TakeOver(owned_, 2));
  EXPECT_TRUE(absl::IsDataLoss(log_.Append(tip, Work(tip)).status()));
  EXPECT_EQ(partition_.end(), 3);
}

// A reader that has passed over records; then the tail is lost, and something that counts stands in their place.
TEST_F(ChainedLogTest, AReaderThatLostItsConnectionBeginsAtItsTipAgain) {
  for (int i = 0; i < 3; ++i) Put("garbage");
  const std::string other = TakeOver(owned_, 2), late = Work(owned_);
  SimulatedLog reader(&partition_, &script_, 3);
  script_.faults = {0, 1, 1, 1, 1};  // record by record
  script_.meanwhile = {nullptr, nullptr, nullptr, nullptr, [&] {
                         partition_.LoseTail(1);
                         Put(other);
                         for (int i = 0; i < 2; ++i) Put("garbage");
                         Put(late);  // of the owner whose history is lost: it chains to a tip that stands
                       }};
  absl::Status status;
  EXPECT_THAT(Read(reader, {}, &status), ElementsAre(0, 1));
  EXPECT_TRUE(status.ok()) << status;
}

// In each of these the reader does not hear of a broken connection, and is in the midst of a tail that is then lost.
class ADoubt : public ChainedLogTest {
 protected:
  // Reads on from `tip_` behind a tail of other history: `grow` lays so many records there.
  absl::Status ReadOn(size_t records, const std::function<void()>& grow) {
    SimulatedLog reader(&partition_, &script_, 3, {.heed_reconnects = false});
    for (size_t i = 0; i < 1 + records; ++i) Put("garbage");  // as far as the reader goes
    script_.faults = {0, 1, 1};                               // the tip and the garbage behind it by themselves
    script_.meanwhile = {nullptr, nullptr, nullptr, [&] {
                           partition_.LoseTail(1);
                           for (int i = 0; i < 2; ++i) Put("garbage");
                           grow();
                         }};
    absl::Status status;
    EXPECT_THAT(Read(reader, tip_, &status), IsEmpty());
    return status;
  }
  Tip tip_ = MustAppend(owned_, Work(owned_));
};

TEST_F(ADoubt, ATakeOverThatDoesNotChainMakesAReaderLook) {
  EXPECT_THAT(std::string(ReadOn(1, [&] { Put(TakeOver(owned_, 2)); }).message()), HasSubstr("there is another batch"));
}

TEST_F(ADoubt, SixtyFourRecordsInARowMakeAReaderLook) {
  EXPECT_TRUE(absl::IsDataLoss(ReadOn(65, [&] {
    for (int i = 0; i < 65; ++i) Put("garbage");
  })));
}

TEST_F(ADoubt, FewerDoNot) {
  EXPECT_TRUE(ReadOn(30, [&] {
                for (int i = 0; i < 30; ++i) Put("garbage");
              }).ok());
}

TEST_F(ADoubt, AWriterThatKnewALaterBatchMakesAReaderLook) {
  EXPECT_TRUE(absl::IsDataLoss(ReadOn(1, [&] { Put(Work(After(owned_, 2, Work(owned_, 8)))); })));
}

TEST_F(ADoubt, AWriterThatKnewAnotherBatchInTheTipsPlaceHaltsAReader) {
  EXPECT_THAT(std::string(ReadOn(1, [&] { Put(Work(After(owned_, 1, Work(owned_, 8)))); }).message()),
              HasSubstr("its writer knew another batch"));
}

TEST_F(ChainedLogTest, ANewOwnershipHasANewProducer) {
  struct Renewing : SimulatedTransport {
    using SimulatedTransport::SimulatedTransport;
    void NewProducer() override { ++producers; }
    int producers = 1;
  } transport(&partition_, &script_, 3);
  ChainedLog log(&transport);
  Tip tip = *log.Append(owned_, TakeOver(owned_, 2));
  EXPECT_EQ(transport.producers, 1);
  tip = *log.Append(tip, Work(tip));
  tip = *log.Append(tip, TakeOver(tip, 3));
  EXPECT_EQ(transport.producers, 2);
  tip = *log.Append(tip, TakeOver(tip, 4));
  EXPECT_EQ(transport.producers, 2) << "an attempt that sent no work needs none";
}

}  // namespace
}  // namespace overdracht::log
