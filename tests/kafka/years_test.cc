// A region's three years (tests/region) through Kafka: the journal has the same records as on the embedded log, byte for byte, whoever
// decided them, and the outboxes are what it says.
#include <absl/synchronization/notification.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>

#include "tests/kafka/region_check.h"
#include "tests/kafka/topics_of_region.h"
#include "tests/support/region.h"

namespace overdracht::workflow {
namespace {

using overdracht::testing::CheckRegion;
using overdracht::testing::RegionCheck;
using ::testing::IsEmpty;

constexpr absl::string_view kTestPrefix = "00000099";
constexpr char kEnd[] = "2020-01-01T00:00:00Z";

std::vector<std::string> Lines() {
  std::vector<std::string> lines;
  FILE* const pipe = popen("xz -dc " OVERDRACHT_SOURCE_DIR "/tests/region/almelo-2017.jsonl.xz", "r");
  char* line = nullptr;
  size_t size = 0;
  for (ssize_t length = getline(&line, &size, pipe); length >= 0; length = getline(&line, &size, pipe)) {
    lines.emplace_back(line, static_cast<size_t>(length) - 1);
  }
  free(line);
  EXPECT_EQ(pclose(pipe), 0) << "expected xz";
  return lines;
}

// Those that can be read, as `publish` speaks for them.
std::vector<region::Report> Reports(const std::vector<std::string>& lines) {
  std::vector<region::Report> reports;
  for (const std::string& line : lines) {
    region::Report report;
    report.event = event::ReadCloudEvent(line, [](absl::string_view) { return true; });
    const auto* read = std::get_if<event::v1::Event>(&report.event);
    if (read == nullptr) continue;
    if (read->organisation().rfind(std::string(kTestPrefix), 0) == 0) report.caller = read->organisation();
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<workflow::v1::WorkflowDefinition> Definitions() {
  std::vector<workflow::v1::WorkflowDefinition> definitions;
  for (const auto& workflow : testing::ProjectWorkflows().All()) definitions.push_back(workflow->definition());
  return definitions;
}

std::vector<std::string> RecordsOf(log::EventLog* journal) {
  std::vector<std::string> records;
  const absl::Status read = journal->Read({}, [&](const log::Tip&, const log::Batch& batch) {
    for (const log::StoredRecord& stored : batch.records) records.emplace_back(stored.bytes);
    return absl::OkStatus();
  });
  EXPECT_TRUE(read.ok()) << read;
  return records;
}

class Years : public RegionOnKafka {
 protected:
  std::vector<std::string> Embedded() {
    Folder folder;
    Service service(folder);
    service.definitions = Definitions();
    service.Start();
    for (region::Report& report : Reports(lines_)) EXPECT_TRUE(service.Publish(std::move(report)).ok());
    EXPECT_TRUE(service.Advance(At(kEnd)).ok());
    return RecordsOf(&service.journal());
  }

  static void Advance(const OwnedPartition& owner) {
    absl::Notification moved;
    const auto submit = [&](Loop* loop) {
      EXPECT_TRUE(
          loop->Submit(workflow::Advance{.to_us = At(kEnd), .done = [&](const absl::StatusOr<base::Micros>&) { moved.Notify(); }}, 100)
              .ok());
    };
    const absl::Time late = absl::Now() + kPatience;
    while (!owner.WithLoop(submit) && absl::Now() < late) absl::SleepFor(absl::Milliseconds(10));
    ASSERT_TRUE(moved.WaitForNotificationWithTimeout(kPatience));
  }

  const std::vector<std::string> lines_ = Lines();
};

TEST_F(Years, AreTheSameAsOnTheEmbeddedLogWhoeverOwns) {
  const std::vector<std::string> embedded = Embedded();
  MakeRegion(1);
  for (region::Report& report : Reports(lines_)) Report(std::move(report));
  Folder one, other;
  std::unique_ptr<OwnedPartition> owners[] = {Serve(0, one, Definitions()), Serve(0, other, Definitions())};
  for (int i = 0; i < 8; ++i) {
    owners[i % 2]->Own(true);
    absl::SleepFor(absl::Milliseconds(500));  // anywhere in its work
    owners[i % 2]->Own(false);
  }
  owners[0]->Own(true);
  AwaitDecisions();
  Advance(*owners[0]);
  for (auto& owner : owners) owner.reset();
  const std::vector<std::string> on_kafka = RecordsOf(OpenJournal(0).get());
  EXPECT_EQ(on_kafka.size(), embedded.size());
  const auto [differs, as] = std::mismatch(on_kafka.begin(), on_kafka.end(), embedded.begin(), embedded.end());
  EXPECT_TRUE(differs == on_kafka.end()) << "at record " << differs - on_kafka.begin() + 1;
  const RegionCheck check = CheckRegion(cluster_.bootstrap, names_.region(), 1);
  EXPECT_THAT(check.wrong, IsEmpty());
}

}  // namespace
}  // namespace overdracht::workflow
