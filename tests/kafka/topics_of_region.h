// A region of its own on a real broker, for tests: reports go into its topic of events, and services of it own its partitions.
#ifndef OVERDRACHT_TESTS_KAFKA_TOPICS_OF_REGION_H_
#define OVERDRACHT_TESTS_KAFKA_TOPICS_OF_REGION_H_

#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/kafka/admin.h"
#include "services/kafka/publisher.h"
#include "services/topics/report_record.h"
#include "services/topics/settings.h"
#include "services/workflow/kafka/owned_partition.h"
#include "tests/support/kafka_broker.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {

inline constexpr absl::Duration kPatience = absl::Seconds(120);

// One for all tests of a program; each leaves it running.
inline testing::KafkaBroker& Broker() {
  static testing::KafkaBroker broker;
  return broker;
}

// What the services of a region say.
class Said {
 public:
  void Add(absl::string_view what, const absl::Status& why) {
    absl::MutexLock lock(&mutex_);
    said_.emplace_back(what, why);
  }
  // Waits until one says this for such a reason: the reason.
  std::string Why(absl::string_view what, absl::StatusCode code) {
    std::optional<std::string> why;
    const auto is_said = [&] {
      for (const auto& [each, status] : said_) {
        if (each == what && status.code() == code) why = std::string(status.message());
      }
      return why.has_value();
    };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&is_said), kPatience);
    return why.value_or("nobody said it");
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::pair<std::string, absl::Status>> said_;
};

// How far a journal has come with its events.
class JournalFollower {
 public:
  explicit JournalFollower(std::unique_ptr<log::KafkaLog> journal) : journal_(std::move(journal)) {}

  // Until it has come so far; how far it has.
  uint64_t Await(uint64_t input_to) {
    const auto follow = [this](const log::Tip& at, const log::Batch&) {
      tip_ = at;
      return absl::OkStatus();
    };
    const absl::Time late = absl::Now() + kPatience;
    while (tip_.input_to < input_to && absl::Now() < late) {
      journal_->Wait(tip_, absl::Seconds(1));
      EXPECT_TRUE(journal_->Read(tip_, follow).ok());
    }
    return tip_.input_to;
  }

 private:
  const std::unique_ptr<log::KafkaLog> journal_;
  log::Tip tip_;
};

class RegionOnKafka : public ::testing::Test {
 protected:
  void MakeRegion(int partitions, std::vector<std::string> organisations = {kZorg, kWijk, kGemeente}) {
    static int regions = 0;
    names_ = topics::Names(absl::StrCat("region-", ++regions));
    partitions_ = partitions;
    const auto admin = kafka::Admin::Open(cluster_);
    const auto made =
        topics::MakeTopics({.names = names_, .partitions = partitions, .organisations = std::move(organisations)}, admin->get());
    ASSERT_TRUE(made.ok()) << made.status();
    publisher_ = *kafka::Publisher::Open(cluster_);
  }

  // A service of the partition, in a folder of its own, with the clock `events`.
  std::unique_ptr<OwnedPartition> Serve(uint32_t partition, const Folder& folder,
                                        std::vector<workflow::v1::WorkflowDefinition> definitions = BaseWorkflow()) {
    OwnedPartition::Options options;
    options.place = {.cluster = cluster_, .names = names_, .partition = partition};
    options.loop.data = folder.path();
    options.loop.clock = ClockKind::kEvents;
    options.loop.machine_clock = [] { return absl::ToUnixMicros(absl::Now()); };
    options.loop.program = "test";
    options.loop.make_watch = [this] {
      return [this, hold = HoldToTheInvariants()](const auto&... decision) {
        deciding_();
        hold(decision...);
      };
    };
    options.loop.journal_catches_up = absl::Seconds(1);  // of one broker: no new leader catches up
    options.definitions = std::move(definitions);
    if (!snapshots_.empty()) options.snapshot = SnapshotPlace{.folder = snapshots_, .region = names_.region(), .partition = partition};
    options.said = [said = said_](absl::string_view what, const absl::Status& why) { said->Add(what, why); };
    return std::make_unique<OwnedPartition>(std::move(options));
  }

  void Report(region::Report report) {
    const base::KafkaRecord record = topics::WriteReport(report, {.call = absl::StrCat("call-", ++calls_), .organisation = kZorg});
    ASSERT_TRUE(publisher_->Publish(names_.Events(), kafka::kByKey, record, [](const absl::StatusOr<uint64_t>&) {}).ok());
  }
  void Report(const std::string& json) {
    region::Report report;
    report.event = event::ReadCloudEvent(json, [](absl::string_view) { return true; });
    report.caller = std::get<event::v1::Event>(report.event).organisation();
    Report(std::move(report));
  }

  // Until the journals have come as far as the events.
  void AwaitDecisions() {
    ASSERT_TRUE(publisher_->Flush(kPatience));
    for (int32_t partition = 0; partition < partitions_; ++partition) {
      const auto events = kafka::Reader::Open({.cluster = cluster_, .topic = names_.Events(), .partition = partition});
      const uint64_t end = (*events)->QueryEnds(kPatience)->end;
      EXPECT_EQ(JournalFollower(OpenJournal(partition)).Await(end), end) << "of partition " << partition;
    }
  }

  std::unique_ptr<log::KafkaLog> OpenJournal(int32_t partition) const {
    auto journal = PartitionPlace{cluster_, names_, static_cast<uint32_t>(partition)}.OpenJournal();
    EXPECT_TRUE(journal.ok()) << journal.status();
    return *std::move(journal);
  }

  const kafka::Cluster cluster_{.bootstrap = Broker().bootstrap()};
  topics::Names names_;
  int32_t partitions_ = 0;
  std::string snapshots_;  // the folder of snapshots; empty: there are none
  std::unique_ptr<kafka::Publisher> publisher_;
  std::shared_ptr<Said> said_ = std::make_shared<Said>();
  int calls_ = 0;
  std::function<void()> deciding_ = [] {};  // at each decision on a traject, on the loop's thread
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_TESTS_KAFKA_TOPICS_OF_REGION_H_
