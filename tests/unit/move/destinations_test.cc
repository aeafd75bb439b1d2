// What is written to which new partition.
#include "services/move/destinations.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>

#include <set>

#include "services/topics/report_record.h"

namespace overdracht::move {
namespace {

using journal::v1::Record;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr uint32_t kPartitions = 4;

std::string IdOf(int n) { return absl::StrCat("traject-", 10'000'000 + n); }

Record Term(int traject, int64_t time_us = 1) {
  Record record;
  record.set_traject(IdOf(traject));
  record.set_time_us(time_us);
  record.mutable_term()->set_due_us(time_us);
  return record;
}

Record Start(int traject, int64_t time_us, const std::string& workflow = "w") {
  Record record;
  record.set_traject(IdOf(traject));
  record.set_time_us(time_us);
  record.mutable_event()->set_traject(IdOf(traject));
  record.mutable_event()->mutable_trajecten_started()->set_workflow(workflow);
  return record;
}

Record Deployed(const std::string& version, int64_t time_us, const std::string& workflow = "w") {
  Record record;
  record.set_time_us(time_us);
  record.mutable_definition()->mutable_definition()->set_id(workflow);
  record.mutable_definition()->set_version(version);
  return record;
}

std::string Word(const Record& record) {
  if (record.has_definition()) return absl::StrCat("deployed ", record.definition().version());
  if (record.has_clock()) return "clock";
  if (record.has_moved()) return record.moved().complete() ? "complete" : "moved";
  return record.has_term() ? "term" : "start";
}

class DestinationsTest : public ::testing::Test {
 protected:
  Destinations::Write Write() { return write_; }
  absl::Status Take(Record record, size_t from = 0) {
    return destinations_.Take({.from = from, .what = WithoutNumber(std::move(record))}, write_);
  }
  std::vector<std::string> Words(uint32_t partition) const {
    std::vector<std::string> words;
    for (const Record& record : written_[partition]) words.push_back(Word(record));
    return words;
  }

  Destinations destinations_{kPartitions, [] {
                               std::vector<journal::v1::MovedFrom> from(2);
                               from[1].set_partition(1);
                               from[1].set_batch(7);
                               return from;
                             }()};
  std::vector<Record> written_[kPartitions];
  const std::function<absl::Status(uint32_t, Unnumbered)> write_ = [this](uint32_t partition, Unnumbered record) {
    EXPECT_EQ(WithoutNumber(*record.record).rest, record.rest);
    written_[partition].push_back(std::move(*record.record));
    return absl::OkStatus();
  };
};

TEST_F(DestinationsTest, ATrajectIsWhereItsReportsWillBeDecided) {
  std::set<uint32_t> used;
  for (int traject = 0; traject < 20; ++traject) {
    ASSERT_TRUE(Take(Term(traject)).ok());
    const uint32_t partition = topics::PartitionOf(IdOf(traject), kPartitions);
    used.insert(partition);
    ASSERT_THAT(written_[partition], Not(IsEmpty()));
    EXPECT_EQ(written_[partition].back().traject(), IdOf(traject));
  }
  EXPECT_THAT(used, SizeIs(kPartitions));
}

TEST_F(DestinationsTest, AReportThatLeftNoTrajectIsWhereThatWouldBe) {
  Record refused = Start(5, 1);
  refused.clear_traject();
  ASSERT_TRUE(Take(refused).ok());
  EXPECT_THAT(Words(topics::PartitionOf(IdOf(5), kPartitions)), ElementsAre("start"));
}

TEST_F(DestinationsTest, AWorkflowAndTheClockAreEverywhere) {
  ASSERT_TRUE(Take(Deployed("1", 10)).ok());
  Record clock;
  clock.set_time_us(20);
  clock.mutable_clock();
  ASSERT_TRUE(Take(clock).ok());
  for (uint32_t partition = 0; partition < kPartitions; ++partition) {
    EXPECT_THAT(Words(partition), ElementsAre("deployed 1", "clock"));
    EXPECT_EQ(written_[partition][1].time_us(), 20);
  }
}

TEST_F(DestinationsTest, AVersionIsDeployedOnceHoweverManyPartitionsHadIt) {
  ASSERT_TRUE(Take(Deployed("1", 10), 0).ok());
  ASSERT_TRUE(Take(Deployed("1", 12), 1).ok());
  ASSERT_TRUE(Take(Deployed("2", 20), 0).ok());
  ASSERT_TRUE(Take(Deployed("2", 22), 1).ok());
  EXPECT_THAT(Words(0), ElementsAre("deployed 1", "deployed 2"));
}

TEST_F(DestinationsTest, AStartStandsBehindTheVersionThatItWasDecidedBy) {
  ASSERT_TRUE(Take(Deployed("1", 10), 0).ok());
  ASSERT_TRUE(Take(Deployed("1", 10), 1).ok());
  ASSERT_TRUE(Take(Deployed("2", 20), 0).ok());
  ASSERT_TRUE(Take(Start(5, 21), 1).ok());
  ASSERT_TRUE(Take(Start(5, 22), 0).ok());
  ASSERT_TRUE(Take(Start(5, 23, "w@1"), 1).ok());
  ASSERT_TRUE(Take(Deployed("2", 24), 1).ok());
  const uint32_t of_start = topics::PartitionOf(IdOf(5), kPartitions);
  EXPECT_THAT(Words(of_start), ElementsAre("deployed 1", "deployed 2", "deployed 1", "start", "deployed 2", "start", "start"));
  EXPECT_EQ(written_[of_start][2].time_us(), 21);
  EXPECT_THAT(Words((of_start + 1) % kPartitions), ElementsAre("deployed 1", "deployed 2"));
}

TEST_F(DestinationsTest, WhereTheRegionComesFromStandsInFrontAndBehind) {
  ASSERT_TRUE(destinations_.Begin(write_).ok());
  ASSERT_TRUE(Take(Term(1, 50)).ok());
  ASSERT_TRUE(Take(Term(2, 40)).ok());
  // That of an earlier move is said of the old region.
  Record earlier;
  earlier.mutable_moved()->set_complete(true);
  ASSERT_TRUE(Take(earlier).ok());
  ASSERT_TRUE(destinations_.Complete(write_).ok());
  for (const std::vector<Record>& records : written_) {
    EXPECT_EQ(Word(records.front()), "moved");
    EXPECT_EQ(records.front().moved().from(1).batch(), 7);
    EXPECT_EQ(Word(records.back()), "complete");
    EXPECT_EQ(records.back().time_us(), 50);
    EXPECT_LE(records.size(), 4);
  }
}

TEST_F(DestinationsTest, WhatThisProgramDoesNotKnowIsRefused) {
  Record of_later;
  of_later.set_traject(IdOf(1));
  EXPECT_TRUE(absl::IsFailedPrecondition(Take(of_later)));
}

}  // namespace
}  // namespace overdracht::move
