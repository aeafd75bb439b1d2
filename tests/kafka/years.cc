#include "tests/kafka/years.h"

#include <absl/synchronization/blocking_counter.h>

#include <cstdio>

#include "services/base/check.h"
#include "tests/support/region.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

constexpr char kTestPrefix[] = "00000099";

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

}  // namespace

std::vector<region::Report> ReportsOfYears() {
  std::vector<region::Report> reports;
  for (const std::string& line : Lines()) {
    region::Report report;
    report.event = event::ReadCloudEvent(line, [](absl::string_view) { return true; });
    const auto* read = std::get_if<event::v1::Event>(&report.event);
    if (read == nullptr) continue;
    if (read->organisation().rfind(kTestPrefix, 0) == 0) report.caller = read->organisation();
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<workflow::v1::WorkflowDefinition> WorkflowsOfYears() {
  std::vector<workflow::v1::WorkflowDefinition> definitions;
  for (const auto& workflow : testing::ProjectWorkflows().All()) definitions.push_back(workflow->definition());
  return definitions;
}

LivedYears LiveOnTheEmbeddedLog(std::vector<region::Report> reports) {
  LivedYears lived;
  const Folder folder;
  Service service(folder);
  service.definitions = WorkflowsOfYears();
  service.Start();
  absl::BlockingCounter unanswered(static_cast<int>(reports.size()));
  for (region::Report& report : reports) {
    report.done = [&](const absl::StatusOr<Answer>& answer) {
      EXPECT_TRUE(answer.ok()) << answer.status();
      if (answer.ok() && answer->duplicate) ++lived.repeated;
      unanswered.DecrementCount();
    };
    OVERDRACHT_CHECK(service.loop().Submit(std::move(report), 1000).ok(), "the queue holds them all");
  }
  unanswered.Wait();
  EXPECT_TRUE(service.Advance(At(kEndOfYears)).ok());
  EXPECT_TRUE(service.Ask([&](Partition& partition) { lived.trajecten = TrajectenOf(&partition); }).ok());
  lived.records = RecordsOf(&service.journal());
  return lived;
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

journal::v1::Record ReadRecord(const std::string& stored) {
  journal::v1::Record record;
  OVERDRACHT_CHECK(record.ParseFromString(stored), "a record that cannot be read");
  return record;
}

std::map<std::string, engine::TrajectState> TrajectenOf(Partition* partition) {
  std::map<std::string, engine::TrajectState> trajecten;
  const auto ids = partition->Ids("", 1000);
  EXPECT_TRUE(ids.ok()) << ids.status();
  for (const std::string& id : *ids) trajecten.emplace(id, **partition->Find(id));
  return trajecten;
}

}  // namespace overdracht::workflow
