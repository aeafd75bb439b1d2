// Partitions of a region on a real broker: whoever owns them, and however often that changes, what is reported is decided once, in its
// order, and told to whom it is for.
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>

#include <set>

#include "services/kafka/newest.h"
#include "services/log/owner.h"
#include "services/topics/item_record.h"
#include "services/workflow/kafka/membership.h"
#include "tests/kafka/region_check.h"
#include "tests/kafka/topics_of_region.h"

namespace overdracht::workflow {
namespace {

using overdracht::testing::CheckRegion;
using overdracht::testing::RegionCheck;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Ownership : public RegionOnKafka {
 protected:
  // Two reports on each of some trajecten, the first of them twice.
  void ReportSome(int from, int to) {
    for (int traject = from; traject < to; ++traject) {
      Report(Started(traject, "2017-01-02T09:00:00Z"));
      Report(Started(traject, "2017-01-02T09:00:00Z"));
      Report(Completed(traject, "2017-01-03T09:00:00Z", "inschrijving_woningzoekende", absl::StrCat("a-", traject)));
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
};

TEST_F(Ownership, EndsAtOnceWhenAnItemFailsAlsoWhenNothingElseComes) {
  MakeRegion(1, {kWijk, kGemeente});
  const auto admin = kafka::Admin::Open(cluster_);
  ASSERT_TRUE((*admin)->MakeTopics({{.name = names_.Outbox(kZorg), .settings = {{"max.message.bytes", "100"}}}}).ok());
  const Folder folder;
  const std::unique_ptr<OwnedPartition> partition = Serve(0, folder);
  partition->Own(true);
  Report(Started(0, "2017-01-02T09:00:00Z"));
  EXPECT_THAT(said_->Why("no longer owns", absl::StatusCode::kInvalidArgument), HasSubstr("MSG_SIZE_TOO_LARGE"));
}

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

// Whoever it was speaks for nobody here, so that no outbox of theirs brings the answer.
TEST_F(Ownership, RecordsWhatNobodyReportsAsTheEmbeddedLogAndAnswersWhoAsks) {
  MakeRegion(1);
  Folder folder, other;
  Service embedded(other);
  embedded.Start();
  std::unique_ptr<OwnedPartition> service = Serve(0, folder);
  service->Own(true);
  int traject = 0;
  for (const char* supplier : {"", "00000099000000999000"}) {
    region::Report report = embedded.Read(Started(++traject, "2017-01-02T09:00:00Z"), /*caller=*/"");
    report.supplier = supplier;
    Report(report);
    EXPECT_EQ(Service::Outcome(embedded.Publish(report)), "source_mismatch");
  }
  AwaitDecisions();
  service.reset();

  const auto journal = OpenJournal(0);
  std::vector<std::string> records[2];
  for (const auto& record : embedded.Records()) records[0].push_back(record.SerializeAsString());
  for (const auto& record : Service(folder, ClockKind::kEvents, journal.get()).Records()) records[1].push_back(record.SerializeAsString());
  EXPECT_EQ(records[0], records[1]);
  EXPECT_THAT(records[0], SizeIs(3)) << "the workflow, and two that are refused";

  std::vector<std::string> answers;
  const auto take = [&answers](const std::string&, const kafka::PlacedRecord& placed) {
    topics::ItemMarks marks;
    const auto item = topics::ReadItem(placed.record, &marks);
    ASSERT_TRUE(item.ok() && marks.unrecorded) << item.status();
    answers.push_back(absl::StrCat(marks.call, " ", item->answer().code(), " ", item->answer().position()));
  };
  const auto outbox = kafka::ReadNewest(cluster_, names_.Outbox(kZorg), 100, kPatience, take);
  ASSERT_TRUE(outbox.ok()) << outbox.status();
  EXPECT_THAT(answers, ElementsAre("call-1 SOURCE_MISMATCH 0:2", "call-2 SOURCE_MISMATCH 0:3"));
  EXPECT_THAT(CheckRegion(cluster_.bootstrap, names_.region(), 1).wrong, IsEmpty());
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

// Disks that came back from a copy, and nobody was there who remembers: but for what organisations were told.
class LostJournal : public Ownership {
 protected:
  // Some of what was told of is lost.
  void LoseTheEnd() {
    MakeRegion(1);
    Folder folder;
    std::unique_ptr<OwnedPartition> service = Serve(0, folder);
    service->Own(true);
    for (int traject = 0; traject < 5; ++traject) Report(Started(traject, "2017-01-02T09:00:00Z"));
    AwaitDecisions();
    service.reset();
    told_ = ReadTip();
    Broker().LoseNewest(names_.Journal());
    ASSERT_LT(ReadTip().last_record, told_.last_record) << "the batch that was lost has records";
  }

  log::Tip ReadTip() {
    log::Tip tip;
    const absl::Status read = OpenJournal(0)->Read({}, [&tip](const log::Tip& at, const log::Batch&) {
      tip = at;
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok()) << read;
    return tip;
  }

  void ExpectThatNobodyOwnsIt(const std::string& but) {
    Folder fresh;
    const std::unique_ptr<OwnedPartition> service = Serve(0, fresh);
    service->Own(true);
    EXPECT_THAT(said_->Why("no longer owns", absl::StatusCode::kDataLoss),
                AllOf(HasSubstr(absl::StrCat("batch ", told_.number, " (", base::Hex(told_.hash), ")")), HasSubstr(names_.OutboxPrefix()),
                      HasSubstr(but)));
  }

  log::Tip told_;  // of the batch that is lost
};

TEST_F(LostJournal, IsTakenOverByNobody) {
  LoseTheEnd();
  const log::Tip tip = ReadTip();
  ExpectThatNobodyOwnsIt(absl::StrCat("it ends with record ", tip.last_record, ", in batch ", tip.number));
  EXPECT_EQ(ReadTip(), tip) << "nothing was appended";
}

TEST_F(LostJournal, ThatHasGrownAgainIsTakenOverByNobody) {
  LoseTheEnd();
  const auto journal = OpenJournal(0);
  const auto ignore = [](const log::Tip&, const log::Batch&) { return absl::OkStatus(); };
  const auto owner = log::Owner::TakeOver(journal.get(), {}, 0, 1, "test", ignore);
  ASSERT_TRUE(owner.ok()) << owner.status();
  while ((*owner)->tip().last_record < told_.last_record) {
    log::BatchWriter batch = (*owner)->Begin((*owner)->tip().input_to, 1);
    journal::v1::Record record;
    record.set_number((*owner)->tip().last_record + 1);
    record.mutable_clock();
    batch.Add({}, {}, record.SerializeAsString());
    ASSERT_TRUE((*owner)->Append(batch.Finish()).ok());
  }
  ExpectThatNobodyOwnsIt(absl::StrCat("it holds it in batch ", ReadTip().number, " ("));
}

bool Becomes(const std::function<bool()>& holds) {
  for (const absl::Time late = absl::Now() + kPatience; !holds(); absl::SleepFor(absl::Milliseconds(5))) {
    if (absl::Now() >= late) return false;
  }
  return true;
}

TEST_F(Ownership, IsSeenFromOutside) {
  MakeRegion(1);
  Folder folders[2];
  std::unique_ptr<OwnedPartition> owner = Serve(0, folders[0]), follower = Serve(0, folders[1]);
  absl::Notification go_on;
  deciding_ = [&go_on] { go_on.WaitForNotification(); };
  owner->Own(true);
  ReportSome(0, 10);
  EXPECT_TRUE(Becomes([&] { return owner->figures().owned && owner->figures().owned->events_lag == 30; }));
  go_on.Notify();
  AwaitDecisions();
  EXPECT_TRUE(
      Becomes([&] { return owner->figures().owned->events_lag == 0 && owner->figures().owned->outbox_age == absl::ZeroDuration(); }));
  EXPECT_TRUE(Becomes([&] { return follower->figures().journal_lag == 0; }));
  const PartitionFigures seen = owner->figures();
  EXPECT_EQ(seen.counts.accepted, 30);
  EXPECT_EQ(seen.counts.duplicates, 10);
  EXPECT_GE(seen.counts.commit_s.count(), seen.counts.batches);
  EXPECT_FALSE(seen.journal_lag);
  EXPECT_FALSE(follower->figures().owned);

  // What is followed can be read, and nothing of it is there while it is owned.
  size_t trajecten = 0;
  EXPECT_TRUE(follower->WithFollowed([&](Partition* partition) { trajecten = partition->Ids("", 100)->size(); }));
  EXPECT_EQ(trajecten, 10);
  EXPECT_FALSE(owner->WithFollowed([](Partition*) {}));

  // Counts are of all ownerships.
  owner->Own(false);
  EXPECT_TRUE(Becomes([&] { return owner->figures().journal_lag.has_value() && !owner->figures().owned; }));
  owner->Own(true);
  ReportSome(10, 11);
  AwaitDecisions();
  EXPECT_TRUE(Becomes([&] { return owner->figures().counts.accepted == 33; }));
}

TEST_F(Ownership, EndsForGoodWhereTheJournalHasLostWhatIsKnown) {
  MakeRegion(1);
  Folder folder;
  std::unique_ptr<OwnedPartition> service = Serve(0, folder);
  service->Own(true);
  ReportSome(0, 3);
  AwaitDecisions();
  EXPECT_FALSE(service->figures().data_loss);
  service.reset();
  MakeRegion(1);  // with an empty journal
  service = Serve(0, folder);
  service->Own(true);
  EXPECT_TRUE(Becomes([&] { return service->figures().data_loss; }));
  EXPECT_FALSE(service->figures().owned);
}

// A journal that nobody has read is as long as what is heard of it.
TEST_F(Ownership, OfAFollowerIsAsFarBehindAsItHasNotRead) {
  MakeRegion(1);
  Folder folder;
  std::unique_ptr<OwnedPartition> owner = Serve(0, folder);
  owner->Own(true);
  ReportSome(0, 3);
  AwaitDecisions();
  owner.reset();
  const auto journal = OpenJournal(0);
  uint64_t batches = 0;
  log::Tip tip;
  const uint64_t unread = journal->Unread();
  ASSERT_TRUE(journal
                  ->Read({},
                         [&](const log::Tip& at, const log::Batch&) {
                           tip = at;
                           ++batches;
                           return absl::OkStatus();
                         })
                  .ok());
  EXPECT_GE(batches, 2);
  EXPECT_EQ(unread, batches);
  EXPECT_FALSE(journal->Wait(tip, absl::ZeroDuration()));
  EXPECT_EQ(journal->Unread(), 0);
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

TEST_F(Ownership, IsNoneForAServiceThatTheGroupDoesNotTakeInWhichIsSaid) {
  MakeRegion(1);
  absl::Mutex mutex;
  std::string why;
  const auto membership = Membership::Join({.cluster = cluster_,
                                            .group = names_.Group(),
                                            .topic = names_.Events(),
                                            .session = absl::Milliseconds(100),  // a tenth of what deploy/kafka/node.properties allows
                                            .said =
                                                [&](const absl::Status& said) {
                                                  absl::MutexLock lock(&mutex);
                                                  why = std::string(said.message());
                                                }},
                                           [](const std::set<uint32_t>& own) { EXPECT_THAT(own, IsEmpty()); });
  ASSERT_TRUE(membership.ok()) << membership.status();
  const auto is_said = [&why] { return !why.empty(); };
  absl::MutexLock lock(&mutex);
  EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&is_said), kPatience));
  EXPECT_THAT(why, HasSubstr("set group.min.session.timeout.ms to 100 or less"));
}

}  // namespace
}  // namespace overdracht::workflow
