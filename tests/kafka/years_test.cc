// A region's three years (tests/region) through Kafka, against the same on the embedded log: on one partition the journal has the same
// records byte for byte, whoever decided them; on four each traject has.
#include "tests/kafka/years.h"

#include <absl/synchronization/notification.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "services/base/uuid.h"
#include "tests/kafka/region_check.h"
#include "tests/kafka/topics_of_region.h"

namespace overdracht::workflow {
namespace {

using overdracht::testing::CheckRegion;
using overdracht::testing::RegionCheck;
using ::testing::IsEmpty;
using RecordsOfTrajecten = std::map<std::string, std::vector<std::string>>;  // by id (text)

base::Micros TimeOf(const region::Report& report) { return std::get<event::v1::Event>(report.event).time_us(); }

std::vector<region::Report> ReportsByTime() {
  std::vector<region::Report> reports = ReportsOfYears();
  std::stable_sort(reports.begin(), reports.end(), [](const auto& one, const auto& other) { return TimeOf(one) < TimeOf(other); });
  return reports;
}

// Without what belongs to the partition: numbers, the workflows that each is given, and how far its clock was moved by what left no other
// record. What is reported in another's name moves no clock, and so has the time of whatever was decided before it there.
RecordsOfTrajecten ByTraject(const std::vector<std::string>& stored) {
  RecordsOfTrajecten trajecten;
  for (const std::string& bytes : stored) {
    journal::v1::Record record = ReadRecord(bytes);
    if (record.has_definition() || record.has_clock()) continue;
    if (record.refusal().code() == journal::v1::REFUSAL_CODE_SOURCE_MISMATCH) record.clear_time_us();
    record.clear_number();
    const std::string& traject = record.has_event() ? record.event().traject() : record.traject();
    trajecten[base::FormatUuid(traject)].push_back(record.ShortDebugString());
  }
  return trajecten;
}

std::map<std::string, std::string> HashesOf(const std::map<std::string, engine::TrajectState>& trajecten) {
  std::map<std::string, std::string> hashes;
  for (const auto& [id, state] : trajecten) hashes[base::FormatUuid(id)] = engine::StateHash(state.traject);
  return hashes;
}

class Years : public RegionOnKafka {
 protected:
  // Has the owner do it, and waits until `done` is told.
  static void Do(const OwnedPartition& owner, const std::function<Input(absl::Notification* done)>& what) {
    absl::Notification done;
    const auto submit = [&](Loop* loop) { EXPECT_TRUE(loop->Submit(what(&done), 100).ok()); };
    const absl::Time late = absl::Now() + kPatience;
    while (!owner.WithLoop(submit) && absl::Now() < late) absl::SleepFor(absl::Milliseconds(10));
    ASSERT_TRUE(done.WaitForNotificationWithTimeout(kPatience));
  }

  static void AdvanceToTheEnd(const OwnedPartition& owner) {
    Do(owner, [](absl::Notification* done) {
      return Advance{.to_us = At(kEndOfYears), .done = [done](const absl::StatusOr<base::Micros>&) { done->Notify(); }};
    });
  }

  static std::map<std::string, engine::TrajectState> Trajecten(const OwnedPartition& owner) {
    std::map<std::string, engine::TrajectState> trajecten;
    Do(owner, [&trajecten](absl::Notification* done) {
      return Question{[&trajecten, done](absl::StatusOr<Partition*> partition) {
        EXPECT_TRUE(partition.ok()) << partition.status();
        if (partition.ok()) trajecten = TrajectenOf(*partition);
        done->Notify();
      }};
    });
    return trajecten;
  }
};

TEST_F(Years, AreTheSameAsOnTheEmbeddedLogWhoeverOwns) {
  const std::vector<std::string> embedded = LiveOnTheEmbeddedLog(ReportsOfYears()).records;
  MakeRegion(1);
  for (region::Report& report : ReportsOfYears()) Report(std::move(report));
  Folder one, other;
  std::unique_ptr<OwnedPartition> owners[] = {Serve(0, one, WorkflowsOfYears()), Serve(0, other, WorkflowsOfYears())};
  for (int i = 0; i < 8; ++i) {
    owners[i % 2]->Own(true);
    absl::SleepFor(absl::Milliseconds(500));  // anywhere in its work
    owners[i % 2]->Own(false);
  }
  owners[0]->Own(true);
  AwaitDecisions();
  AdvanceToTheEnd(*owners[0]);
  for (auto& owner : owners) owner.reset();
  const std::vector<std::string> on_kafka = RecordsOf(OpenJournal(0).get());
  EXPECT_EQ(on_kafka.size(), embedded.size());
  const auto [differs, as] = std::mismatch(on_kafka.begin(), on_kafka.end(), embedded.begin(), embedded.end());
  EXPECT_TRUE(differs == on_kafka.end()) << "at record " << differs - on_kafka.begin() + 1;
  const RegionCheck check = CheckRegion(cluster_.bootstrap, names_.region(), 1);
  EXPECT_THAT(check.wrong, IsEmpty());
}

// In the order of time: then every clock stands at a report's own time when it is decided, and no other traject's report has moved it past.
TEST_F(Years, OfEachTrajectAreTheSameOnFourPartitionsInTheOrderOfTime) {
  constexpr uint32_t kPartitions = 4;
  const LivedYears embedded = LiveOnTheEmbeddedLog(ReportsByTime());
  MakeRegion(kPartitions);
  for (region::Report& report : ReportsByTime()) Report(std::move(report));
  const Folder folders[kPartitions];
  std::vector<std::unique_ptr<OwnedPartition>> owners;
  for (uint32_t partition = 0; partition < kPartitions; ++partition) {
    owners.push_back(Serve(partition, folders[partition], WorkflowsOfYears()));
    owners.back()->Own(true);
  }
  AwaitDecisions();
  std::map<std::string, engine::TrajectState> trajecten;
  for (const auto& owner : owners) {
    AdvanceToTheEnd(*owner);
    const auto of_partition = Trajecten(*owner);
    EXPECT_GT(of_partition.size(), 10) << "in partition " << owner->partition();
    trajecten.insert(of_partition.begin(), of_partition.end());
  }
  owners.clear();
  EXPECT_EQ(HashesOf(trajecten), HashesOf(embedded.trajecten));

  std::vector<std::string> records;
  for (int32_t partition = 0; partition < partitions_; ++partition) {
    for (std::string& record : RecordsOf(OpenJournal(partition).get())) records.push_back(std::move(record));
  }
  const RecordsOfTrajecten expected = ByTraject(embedded.records), actual = ByTraject(records);
  EXPECT_EQ(actual.size(), expected.size());
  for (const auto& [traject, of_traject] : expected) {
    const auto found = actual.find(traject);
    ASSERT_TRUE(found != actual.end()) << "nothing was decided of traject " << traject;
    EXPECT_EQ(found->second, of_traject) << "of traject " << traject;
  }
  const RegionCheck check = CheckRegion(cluster_.bootstrap, names_.region(), kPartitions);
  EXPECT_THAT(check.wrong, IsEmpty());
  EXPECT_EQ(check.answers_again, embedded.repeated);
}

}  // namespace
}  // namespace overdracht::workflow
