// Snapshots of caches on a real broker: a service with an empty disk begins with one, or folds the journal where it must not.
#include "services/workflow/snapshots.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/kafka/region_check.h"
#include "tests/kafka/topics_of_region.h"

namespace overdracht::workflow {
namespace {

using overdracht::testing::CheckRegion;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SnapshotsOnKafka : public RegionOnKafka {
 protected:
  void SetUp() override {
    MakeRegion(1);
    snapshots_ = shared_.path();
  }

  SnapshotPlace Place() const { return {.folder = shared_.path(), .region = names_.region(), .partition = 0}; }

  std::unique_ptr<Snapshots> Write(OwnedPartition* partition, absl::Duration every, uint64_t bytes_per_second) {
    using Call = SnapshotSource::Call;
    return std::make_unique<Snapshots>(
        SnapshotOptions{.folder = shared_.path(), .region = names_.region(), .every = every, .bytes_per_second = bytes_per_second},
        std::vector<SnapshotSource>{{.partition = 0,
                                     .with_followed = [partition](const Call& call) { return partition->WithFollowed(call); },
                                     .with_owned = [partition](const Call& call) { return partition->WithOwned(call); }}},
        [said = said_](uint32_t, absl::string_view what, const absl::Status& why) { said->Add(what, why); });
  }

  // A snapshot of so many trajecten, by who owns them alone.
  void WriteOne(int trajecten) {
    Folder folder;
    const auto owner = Serve(0, folder);
    owner->Own(true);
    ReportSome(0, trajecten);
    AwaitDecisions();
    const auto writing = Write(owner.get(), absl::Milliseconds(200), 100'000'000);
    EXPECT_EQ(said_->Why("wrote a snapshot", absl::StatusCode::kOk), "");
  }

  void ReportSome(int from, int to) {
    for (int traject = from; traject < to; ++traject) {
      Report(Started(traject, "2017-01-02T09:00:00Z"));
      Report(Completed(traject, "2017-01-03T09:00:00Z", "inschrijving_woningzoekende", absl::StrCat("a-", traject)));
    }
  }

  // With an empty disk: it owns, decides more, and all is as it has to be.
  void ExpectToOwn(OwnedPartition* fresh, int trajecten) {
    fresh->Own(true);
    EXPECT_EQ(said_->Why("owns", absl::StatusCode::kOk), "");
    // What was reported before is known.
    Report(Started(0, "2017-01-02T09:00:00Z"));
    ReportSome(trajecten, trajecten + 3);
    AwaitDecisions();
    EXPECT_EQ(fresh->figures().counts.duplicates, 1);
    size_t ids = 0;
    EXPECT_TRUE(fresh->WithOwned([&ids](Partition* partition) { ids = partition->Ids("", 1000)->size(); }));
    EXPECT_EQ(ids, static_cast<size_t>(trajecten) + 3);
  }

  void ExpectAll(int trajecten) {
    const auto check = CheckRegion(cluster_.bootstrap, names_.region(), 1);
    EXPECT_THAT(check.wrong, IsEmpty());
    EXPECT_THAT(check.reports, SizeIs(2 * trajecten));
  }

  Folder shared_;
};

TEST_F(SnapshotsOnKafka, AreWhatAnEmptyDiskBeginsWith) {
  WriteOne(20);
  Folder folder;
  {
    const auto fresh = Serve(0, folder);
    EXPECT_EQ(said_->Why("restored", absl::StatusCode::kOk), "");
    ExpectToOwn(fresh.get(), 20);
    EXPECT_TRUE(fresh->figures().restore);
  }
  ExpectAll(23);
}

// Reports come all the time, and who follows folds them into what is copied.
TEST_F(SnapshotsOnKafka, AreWrittenByWhoFollowsWhatGrows) {
  Folder folders[3];
  int trajecten = 0;
  {
    const auto owner = Serve(0, folders[0]), follower = Serve(0, folders[1]);
    owner->Own(true);
    ReportSome(0, 150);
    AwaitDecisions();
    const auto writing = Write(follower.get(), absl::Hours(1), 1'000'000);
    int reported = 150;
    for (const absl::Time late = absl::Now() + kPatience; !std::filesystem::exists(Place().path()) && absl::Now() < late;) {
      ReportSome(reported, reported + 2);
      reported += 2;
      AwaitDecisions();
    }
    EXPECT_EQ(said_->Why("wrote a snapshot", absl::StatusCode::kOk), "");
    EXPECT_GE(reported, 152) << "some were reported while it was written";
    trajecten = reported;
  }
  const auto fresh = Serve(0, folders[2]);
  EXPECT_EQ(said_->Why("restored", absl::StatusCode::kOk), "");
  ExpectToOwn(fresh.get(), trajecten);
}

TEST_F(SnapshotsOnKafka, ThatAreDamagedAreNotRestored) {
  WriteOne(20);
  std::fstream file(Place().path(), std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(5 * 4096 + 77);
  file.put('\x5a').put('\xa5').flush();
  Folder folder;
  {
    const auto fresh = Serve(0, folder);
    EXPECT_THAT(said_->Why("not restored", absl::StatusCode::kFailedPrecondition), HasSubstr("the snapshot is damaged"));
    ExpectToOwn(fresh.get(), 20);
    EXPECT_FALSE(fresh->figures().restore);
    EXPECT_FALSE(fresh->figures().data_loss);
  }
  ExpectAll(23);
}

// A region that was made anew under the same name, with the folder of the old one.
TEST_F(SnapshotsOnKafka, OfAnotherRegionAreNotRestored) {
  WriteOne(20);
  const std::string others = Place().path();
  MakeRegion(1);
  WriteOne(2);
  std::filesystem::copy_file(others, Place().path(), std::filesystem::copy_options::overwrite_existing);
  Folder folder;
  {
    const auto fresh = Serve(0, folder);
    EXPECT_THAT(said_->Why("not restored", absl::StatusCode::kFailedPrecondition), HasSubstr("the snapshot is of partition 0 of region"));
    ExpectToOwn(fresh.get(), 2);
  }
  ExpectAll(5);
}

// What was known to count, as a cache that is there would say.
TEST_F(SnapshotsOnKafka, OfWhatTheJournalHasLostAreAWitness) {
  WriteOne(5);
  Broker().LoseNewest(names_.Journal());
  Broker().LoseNewest(names_.Journal());
  Folder folder;
  const auto fresh = Serve(0, folder);
  EXPECT_THAT(said_->Why("no longer follows", absl::StatusCode::kDataLoss), HasSubstr("and its snapshot where there is one"));
}

}  // namespace
}  // namespace overdracht::workflow
