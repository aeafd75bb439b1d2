// A region moves from one partition to four (services/move), on a real broker: what it was, what it is, and that it goes on.
#include "services/move/move.h"

#include <gmock/gmock.h>

#include <fstream>

#include "services/audit/replay.h"
#include "services/base/uuid.h"
#include "tests/kafka/region_check.h"
#include "tests/kafka/topics_of_region.h"
#include "tests/kafka/years.h"

namespace overdracht::workflow {
namespace {

using overdracht::testing::CheckRegion;
using overdracht::testing::RegionCheck;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr uint32_t kPartitions = 4;

void NoProgress(const char*, uint64_t, uint64_t) {}

class MoveOnKafka : public RegionOnKafka {
 protected:
  // Lives some of the years on one partition.
  void MakeOldRegion(size_t reports) {
    MakeRegion(1);
    old_ = names_;
    for (region::Report& report : FirstReports(reports)) Report(std::move(report));
    Decide();
    export_ = Export("old");
  }

  static std::vector<region::Report> FirstReports(size_t count) {
    std::vector<region::Report> reports = ReportsOfYears();
    reports.resize(count);
    return reports;
  }

  // Until all that was reported is decided.
  void Decide() {
    std::vector<std::unique_ptr<Folder>> folders;
    std::vector<std::unique_ptr<OwnedPartition>> owners;
    for (int32_t partition = 0; partition < partitions_; ++partition) {
      folders.push_back(std::make_unique<Folder>());
      owners.push_back(Serve(static_cast<uint32_t>(partition), *folders.back(), WorkflowsOfYears()));
      owners.back()->Own(true);
    }
    AwaitDecisions();
    owners.clear();
  }

  // Of the region as it is.
  std::string Export(const std::string& name) {
    std::vector<std::unique_ptr<log::KafkaLog>> journals;
    std::vector<log::EventLog*> logs;
    for (int32_t partition = 0; partition < partitions_; ++partition) logs.push_back(journals.emplace_back(OpenJournal(partition)).get());
    std::string path = folder_ / name;
    EXPECT_TRUE(audit::Export(logs, path).ok());
    return path;
  }

  absl::StatusOr<move::Statement> Move() {
    return move::MoveRegion({.exports = {export_},
                             .old_topics = {{.cluster = cluster_, .names = old_}},
                             .to = {.cluster = cluster_, .names = names_, .program = "test", .machine_clock = [] { return int64_t{0}; }}},
                            NoProgress);
  }

  static std::map<std::string, std::string> StatesOf(const std::string& path) {
    std::map<std::string, std::string> states;
    const auto replayed = audit::Replay(path, {});
    EXPECT_TRUE(replayed.ok()) << replayed.status();
    for (const engine::TrajectState* state : (*replayed)->Trajecten())
      states[base::FormatUuid(state->traject.id())] = engine::StateHash(state->traject);
    return states;
  }

  const Folder folder_;
  topics::Names old_;
  std::string export_;
};

TEST_F(MoveOnKafka, ARegionGoesOnWhereItWas) {
  constexpr size_t kReports = 4000, kAgain = 300;
  MakeOldRegion(kReports);
  const RegionCheck before = CheckRegion(cluster_.bootstrap, old_.region(), 1);
  ASSERT_THAT(before.wrong, IsEmpty());
  MakeRegion(kPartitions);
  const absl::Time began = absl::Now();
  const absl::StatusOr<move::Statement> statement = Move();
  ASSERT_TRUE(statement.ok()) << statement.status();
  RecordProperty("seconds", absl::StrCat(absl::ToDoubleSeconds(absl::Now() - began)));

  const RegionCheck moved = CheckRegion(cluster_.bootstrap, names_.region(), kPartitions);
  EXPECT_THAT(moved.wrong, IsEmpty());
  EXPECT_EQ(moved.again, 0);
  EXPECT_EQ(moved.told, before.told);
  EXPECT_EQ(moved.reports.size(), before.reports.size());
  EXPECT_EQ(statement->items, before.told);
  const std::string export_of_new = Export("new");
  const auto states = StatesOf(export_);
  EXPECT_GT(states.size(), 30);
  EXPECT_EQ(StatesOf(export_of_new), states);
  EXPECT_EQ(statement->trajecten, states.size());
  const auto verified = audit::Verify(export_of_new), verified_old = audit::Verify(export_);
  ASSERT_TRUE(verified.ok() && !verified->divergence);
  ASSERT_THAT(verified->moved_from, SizeIs(1));
  EXPECT_EQ(verified->moved_from[0].hash, verified_old->tips[0].hash);
  ASSERT_THAT(statement->to, SizeIs(kPartitions));
  for (uint32_t partition = 0; partition < kPartitions; ++partition) {
    EXPECT_GT(statement->to[partition].record, 100);
    EXPECT_EQ(statement->to[partition].hash, verified->tips[partition].hash);
  }

  // What was reported before is answered as it was, what is new is decided, and nobody is told a second time of anything.
  for (region::Report& report : FirstReports(kAgain)) Report(std::move(report));
  Report(Started(7, "2019-12-30T09:00:00Z"));
  Decide();
  const RegionCheck after = CheckRegion(cluster_.bootstrap, names_.region(), kPartitions);
  EXPECT_THAT(after.wrong, IsEmpty());
  EXPECT_EQ(after.again, 0);
  EXPECT_GT(after.answers_again, kAgain / 2);
  EXPECT_EQ(after.reports.size() + after.answers_again, before.reports.size() + kAgain + 1);
  size_t accepted = 0;
  for (const auto& report : after.reports) accepted += report.subject == TrajectNumber(7) && report.accepted ? 1 : 0;
  EXPECT_EQ(accepted, 1);
}

TEST_F(MoveOnKafka, NothingOfTheOldRegionIsLeftBehind) {
  MakeOldRegion(200);
  const topics::Names old = names_;
  const std::unique_ptr<kafka::Publisher> to_old = std::move(publisher_);
  MakeRegion(kPartitions);
  const topics::Names fresh = names_;

  // Reported, and not decided.
  names_ = old, partitions_ = 1;
  Report(Started(8, "2019-12-30T09:00:00Z"));
  ASSERT_TRUE(publisher_->Flush(kPatience));
  names_ = fresh, partitions_ = kPartitions;
  absl::Status refused = Move().status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), ContainsRegex("expected the export to have decided all of .*, but of partition 0"));

  // Decided, and not exported.
  names_ = old, partitions_ = 1;
  Decide();
  const std::string newer = Export("newer");
  Folder folder;
  const auto owner = Serve(0, folder, WorkflowsOfYears());
  owner->Own(true);
  const uint64_t tip = audit::Verify(newer)->tips[0].batch;
  const auto journal = OpenJournal(0);
  log::Tip at;
  while (at.number <= tip) {  // it takes over
    ASSERT_TRUE(journal
                    ->Read(at,
                           [&](const log::Tip& next, const log::Batch&) {
                             at = next;
                             return absl::OkStatus();
                           })
                    .ok());
  }
  names_ = fresh, partitions_ = kPartitions;
  export_ = newer;
  refused = Move().status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("to end as the export does"));
  EXPECT_EQ(CheckRegion(cluster_.bootstrap, names_.region(), kPartitions).batches, 0)
      << "nothing is written before all is known to be there";
}

TEST_F(MoveOnKafka, WhatIsNotWholeIsOwnedByNobody) {
  MakeOldRegion(200);
  MakeRegion(kPartitions);
  Report(Started(9, "2019-12-30T09:00:00Z"));
  ASSERT_TRUE(publisher_->Flush(kPatience));
  const absl::Status refused = Move().status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_THAT(std::string(refused.message()), HasSubstr("to be empty"));

  MakeRegion(kPartitions);
  const auto region =
      move::NewRegion::Open({.cluster = cluster_, .names = names_, .program = "test", .machine_clock = [] { return int64_t{0}; }});
  ASSERT_TRUE(region.ok()) << region.status();
  ASSERT_TRUE((*region)->TakeOver().ok());
  journal::v1::Record record;
  record.mutable_moved();
  ASSERT_TRUE((*region)->Write(0, move::WithoutNumber(record)).ok());
  ASSERT_TRUE((*region)->Finish().ok());
  // What was begun, and what was only taken over.
  for (const uint32_t partition : {0, 1}) {
    said_ = std::make_shared<Said>();
    const Folder folder;
    const auto owner = Serve(partition, folder);
    owner->Own(true);
    EXPECT_THAT(said_->Why("no longer owns", absl::StatusCode::kFailedPrecondition),
                HasSubstr(absl::StrCat("to be whole, but it ends at record ", 1 - partition)));
  }
}

}  // namespace
}  // namespace overdracht::workflow
