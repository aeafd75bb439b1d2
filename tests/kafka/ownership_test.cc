// Partitions of a region on a real broker: whoever owns them, and however often that changes, what is reported is decided once, in its
// order, and told to whom it is for.
#include <absl/strings/str_cat.h>
#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "services/kafka/admin.h"
#include "services/kafka/publisher.h"
#include "services/log/kafka/kafka_log.h"
#include "services/topics/report_record.h"
#include "services/topics/settings.h"
#include "services/workflow/kafka/membership.h"
#include "services/workflow/kafka/owned_partition.h"
#include "tests/kafka/region_check.h"
#include "tests/support/kafka_broker.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

using overdracht::testing::CheckRegion;
using overdracht::testing::KafkaBroker;
using overdracht::testing::RegionCheck;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kPatience = absl::Seconds(60);

// One for all tests; each leaves it running.
KafkaBroker& Broker() {
  static KafkaBroker broker;
  return broker;
}

class Ownership : public ::testing::Test {
 protected:
  void MakeRegion(int partitions) {
    static int regions = 0;
    names_ = topics::Names(absl::StrCat("region-", ++regions));
    partitions_ = partitions;
    const auto admin = kafka::Admin::Open(cluster_);
    const auto made =
        topics::MakeTopics({.names = names_, .partitions = partitions, .organisations = {kZorg, kWijk, kGemeente}}, admin->get());
    ASSERT_TRUE(made.ok()) << made.status();
    publisher_ = *kafka::Publisher::Open(cluster_);
  }

  // A service of the partition, in a folder of its own.
  std::unique_ptr<OwnedPartition> Serve(uint32_t partition, const Folder& folder) {
    OwnedPartition::Options options;
    options.place = {.cluster = cluster_, .names = names_, .partition = partition};
    options.loop.data = folder.path();
    options.loop.clock = ClockKind::kEvents;
    options.loop.machine_clock = [] { return absl::ToUnixMicros(absl::Now()); };
    options.loop.program = "test";
    options.loop.make_watch = HoldToTheInvariants;
    options.definitions = BaseWorkflow();
    options.make_outbox = [this](const std::string& organisation) { return topics::MakeOutbox(cluster_, names_, organisation); };
    options.said = [](absl::string_view, const absl::Status&) {};
    return std::make_unique<OwnedPartition>(std::move(options));
  }

  void Report(const std::string& json) {
    region::Report report;
    report.event = event::ReadCloudEvent(json, [](absl::string_view) { return true; });
    report.caller = std::get<event::v1::Event>(report.event).organisation();
    const base::KafkaRecord record = topics::WriteReport(report, absl::StrCat("call-", ++calls_));
    ASSERT_TRUE(publisher_->Publish(names_.Events(), kafka::kByKey, record, [](const absl::StatusOr<uint64_t>&) {}).ok());
  }

  // Two reports on each of some trajecten, the first of them twice.
  void ReportSome(int from, int to) {
    for (int traject = from; traject < to; ++traject) {
      Report(Started(traject, "2017-01-02T09:00:00Z"));
      Report(Started(traject, "2017-01-02T09:00:00Z"));
      Report(Completed(traject, "2017-01-03T09:00:00Z", "inschrijving_woningzoekende", absl::StrCat("a-", traject)));
    }
    ASSERT_TRUE(publisher_->Flush(kPatience));
  }

  // Until the journals have come as far as the events.
  void AwaitDecisions() {
    for (int32_t partition = 0; partition < partitions_; ++partition) {
      const auto events = kafka::Reader::Open({.cluster = cluster_, .topic = names_.Events(), .partition = partition});
      const auto journal = log::KafkaLog::Open({.place = {.cluster = cluster_, .topic = names_.Journal(), .partition = partition}});
      const uint64_t end = (*events)->QueryEnds(kPatience)->end;
      log::Tip tip;
      const auto follow = [&tip](const log::Tip& at, const log::Batch&) {
        tip = at;
        return absl::OkStatus();
      };
      const absl::Time late = absl::Now() + kPatience;
      while (tip.input_to < end && absl::Now() < late) {
        (*journal)->Wait(tip, absl::Seconds(1));
        ASSERT_TRUE((*journal)->Read(tip, follow).ok());
      }
      ASSERT_EQ(tip.input_to, end) << "of partition " << partition;
    }
  }

  // Everything of `trajecten` trajecten stands where it has to, once. Nobody owns any more.
  void ExpectAll(int trajecten) {
    const RegionCheck check = CheckRegion(cluster_.bootstrap, names_.region(), static_cast<uint32_t>(partitions_));
    EXPECT_THAT(check.wrong, IsEmpty());
    EXPECT_THAT(check.reports, SizeIs(2 * trajecten));
    std::set<std::string> once;
    for (const auto& report : check.reports) {
      EXPECT_TRUE(report.accepted);
      EXPECT_TRUE(once.insert(report.id).second) << report.id;
    }
    EXPECT_GE(check.answers_again, static_cast<uint64_t>(trajecten));
  }

  const kafka::Cluster cluster_{.bootstrap = Broker().bootstrap()};
  topics::Names names_;
  int32_t partitions_ = 0;
  std::unique_ptr<kafka::Publisher> publisher_;
  int calls_ = 0;
};

TEST_F(Ownership, DecidesWhatIsReportedAndTellsIt) {
  MakeRegion(2);
  Folder one, other;
  std::unique_ptr<OwnedPartition> partitions[] = {Serve(0, one), Serve(1, other)};
  for (const auto& partition : partitions) partition->Own(true);
  ReportSome(0, 10);
  AwaitDecisions();
  for (auto& partition : partitions) partition.reset();
  ExpectAll(10);
}

TEST_F(Ownership, GoesOnWhereAnotherEnded) {
  MakeRegion(1);
  Folder one, other;
  std::unique_ptr<OwnedPartition> first = Serve(0, one), second = Serve(0, other);
  first->Own(true);
  ReportSome(0, 5);
  AwaitDecisions();
  first.reset();
  ReportSome(5, 10);
  second->Own(true);
  AwaitDecisions();
  second.reset();
  ExpectAll(10);
}

// The group may be wrong for a while: all believe that the partition is theirs.
TEST_F(Ownership, OfSeveralAtOnceDecidesNothingTwice) {
  MakeRegion(1);
  Folder folders[3];
  std::vector<std::unique_ptr<OwnedPartition>> services;
  for (const Folder& folder : folders) services.push_back(Serve(0, folder));
  for (int round = 0; round < 12; ++round) {
    services[round % 3]->Own(true);
    services[(round + 1) % 3]->Own(true);
    ReportSome(10 * round, 10 * round + 10);
    services[round % 3]->Own(false);
  }
  AwaitDecisions();
  services.clear();
  ExpectAll(120);
}

TEST_F(Ownership, OutlivesABrokerThatIsKilled) {
  MakeRegion(1);
  Folder folder;
  std::unique_ptr<OwnedPartition> service = Serve(0, folder);
  service->Own(true);
  ReportSome(0, 10);
  AwaitDecisions();
  Broker().Kill();
  Broker().Start();
  ReportSome(10, 20);
  AwaitDecisions();
  service.reset();
  ExpectAll(20);
}

TEST_F(Ownership, IsDividedAmongTheServicesThatAreThere) {
  MakeRegion(4);
  struct Service {
    absl::Mutex mutex;
    std::set<uint32_t> own;
    std::unique_ptr<Membership> membership;
    bool Owns(size_t many) {
      const auto has = [this, many] { return own.size() == many; };
      absl::MutexLock lock(&mutex);
      return mutex.AwaitWithTimeout(absl::Condition(&has), kPatience);
    }
  };
  Service services[2];
  const auto join = [&](Service* service) {
    auto membership = Membership::Join({.cluster = cluster_, .group = names_.Group(), .topic = names_.Events()},
                                       [service](const std::set<uint32_t>& own) {
                                         absl::MutexLock lock(&service->mutex);
                                         service->own = own;
                                       });
    ASSERT_TRUE(membership.ok()) << membership.status();
    service->membership = *std::move(membership);
  };
  join(&services[0]);
  EXPECT_TRUE(services[0].Owns(4));
  join(&services[1]);
  EXPECT_TRUE(services[0].Owns(2));
  EXPECT_TRUE(services[1].Owns(2));
  services[0].membership.reset();
  EXPECT_TRUE(services[1].Owns(4));
}

}  // namespace
}  // namespace overdracht::workflow
