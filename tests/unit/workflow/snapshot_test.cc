// A snapshot is a cache as any other, or it is none.
#include "services/workflow/snapshot.h"

#include <absl/time/clock.h>

#include <fstream>
#include <sstream>

#include "services/workflow/snapshots.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(60);

std::string ReadFile(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

void WriteFile(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

std::vector<std::string> FilesOf(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry.path().filename());
  return files;
}

std::vector<std::string> ListOf(Partition* partition) {
  std::vector<std::string> lines;
  const auto ids = partition->Ids("", 1000);
  EXPECT_TRUE(ids.ok()) << ids.status();
  for (const std::string& id : *ids) lines.push_back(TrajectLine((*partition->Find(id))->traject));
  return lines;
}

// ---- Copies ----------------------------------------------------------------------------------------------------------------------------

engine::TrajectState Wide(int n, char with) {
  engine::TrajectState state;
  state.traject.set_id(absl::StrCat("traject ", 10'000'000 + n));
  state.traject.set_workflow(std::string(8000, with));
  return state;
}

std::vector<std::string> AllTrajecten(Cache* cache) {
  std::vector<std::string> all;
  const std::vector<std::string> ids = *cache->ReadIds("", 10'000);
  for (const std::string& id : ids) all.push_back((*cache->ReadTraject(id))->traject.SerializeAsString());
  return all;
}

TEST(CacheCopy, HoldsWhatIsCommittedMeanwhile) {
  Folder folder;
  auto cache = *Cache::Open(folder / "cache.db");
  for (int n = 0; n < 300; ++n) ASSERT_TRUE(cache->WriteTraject(Wide(n, 'a').traject.id(), Wide(n, 'a'), n).ok());
  ASSERT_TRUE(cache->Commit({.tip = {.number = 1}}).ok());
  absl::StatusOr<std::optional<CachedAt>> copied = std::nullopt;
  uint64_t committed = 1;
  int steps = 0;
  while (copied.ok() && !*copied && steps < 1000) {
    copied = cache->CopyOn(folder / "copy.db", 20);
    if (++steps % 3 != 0 || !copied.ok() || *copied) continue;
    // What is copied already, what is not, and what is new; and what is taken back.
    for (int n : {steps, 299 - steps, 300 + steps}) {
      ASSERT_TRUE(cache->WriteTraject(Wide(n, 'b').traject.id(), Wide(n, 'b'), 1000 + n).ok());
    }
    ASSERT_TRUE(cache->Commit({.tip = {.number = ++committed}}).ok());
    ASSERT_TRUE(cache->MoveOn().ok());
    if (steps != 30) continue;
    ASSERT_TRUE(cache->WriteTraject(Wide(0, 'c').traject.id(), Wide(0, 'c'), 1).ok());
    cache->Rollback();
  }
  ASSERT_TRUE(copied.ok()) << copied.status();
  ASSERT_TRUE(copied->has_value());
  EXPECT_GT(steps, 30);
  EXPECT_EQ((*copied)->tip.number, committed);
  auto copy = *Cache::Open(folder / "copy.db");
  EXPECT_EQ((*copy->At())->tip.number, committed);
  EXPECT_EQ(AllTrajecten(copy.get()), AllTrajecten(cache.get()));
  const auto timers = [](Cache* of) {
    std::vector<base::Micros> due;
    EXPECT_TRUE(of->ReadTimers(0, "", [&](absl::string_view, base::Micros at) {
                    due.push_back(at);
                    return true;
                  }).ok());
    return due;
  };
  EXPECT_EQ(timers(copy.get()), timers(cache.get()));
}

TEST(CacheCopy, WaitsForTheCommitWhereChangesAreOpen) {
  Folder folder;
  auto cache = *Cache::Open(folder / "cache.db");
  ASSERT_TRUE(cache->Commit({.tip = {.number = 1}}).ok());
  ASSERT_TRUE(cache->WriteTraject(Wide(0, 'a').traject.id(), Wide(0, 'a'), 1).ok());
  // What waits adds up: one page is not all of it.
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(cache->CopyOn(folder / "copy.db", 1)->has_value());
  EXPECT_TRUE(cache->CopyWaits());
  ASSERT_TRUE(cache->Commit({.tip = {.number = 2}}).ok());
  EXPECT_FALSE(cache->CopyWaits());
  const auto copied = cache->CopyOn(folder / "copy.db", 1);
  ASSERT_TRUE(copied.ok() && copied->has_value());
  EXPECT_EQ((*copied)->tip.number, 2u);
  EXPECT_EQ(AllTrajecten(Cache::Open(folder / "copy.db")->get()), AllTrajecten(cache.get()));
}

// ---- Snapshots and their restore -------------------------------------------------------------------------------------------------------

// A partition that was followed for a while, and what stands in its journal.
struct Followed {
  explicit Followed(int trajecten, int first = 1) : service(folder) {
    service.Start();
    Report(first, trajecten);
  }
  void Report(int first, int trajecten) {
    for (int i = first; i < first + trajecten; ++i) EXPECT_EQ(service.Outcome(Started(i, "2017-01-02T09:00:00Z")), "accepted");
  }
  // As a service has it that follows.
  std::unique_ptr<Partition> Open(const Folder& in) { return OpenIn(in).value(); }
  absl::StatusOr<std::unique_ptr<Partition>> OpenIn(const Folder& in) {
    return Partition::Open(in / "cache.db", &service.journal(), PartitionLimits());
  }

  Folder folder;
  Service service;
};

class SnapshotTest : public ::testing::Test {
 protected:
  // As Snapshots does, at once.
  SnapshotLine Write(Partition* partition, const SnapshotPlace& place) {
    EXPECT_TRUE(partition->Checkpoint().ok());
    const auto copied = partition->CopyOn(place.path() + ".new", 1 << 20);
    EXPECT_TRUE(copied.ok() && copied->has_value());
    SnapshotLine line{.region = place.region,
                      .partition = place.partition,
                      .batch = (*copied)->tip.number,
                      .journal = base::Hex((**partition->TipBefore(1)).hash)};
    partition->EndCopy();
    EXPECT_TRUE(SealSnapshot(place.path() + ".new", line, [](size_t) { return true; }).ok());
    EXPECT_TRUE(PublishSnapshot(place.path() + ".new", place, line).ok());
    return line;
  }

  // Refused for this reason, and nothing is left behind.
  void ExpectRefused(const SnapshotPlace& place, log::EventLog* journal, const std::string& why) {
    Folder fresh;
    const absl::Status restored = RestoreSnapshot(place, journal, fresh / "cache.db");
    EXPECT_EQ(restored.code(), absl::StatusCode::kFailedPrecondition) << restored;
    EXPECT_THAT(std::string(restored.message()), HasSubstr(why));
    EXPECT_THAT(FilesOf(fresh.path()), IsEmpty());
  }

  Folder shared_;
  SnapshotPlace place_{.folder = shared_.path(), .region = "almelo", .partition = 3};
};

TEST_F(SnapshotTest, IsTheCacheOfWhoHasNone) {
  Followed followed(5);
  Folder one, other;
  auto partition = followed.Open(one);
  const std::vector<std::string> before = ListOf(partition.get());
  const SnapshotLine line = Write(partition.get(), place_);
  EXPECT_EQ(line.batch, partition->tip().number);
  EXPECT_EQ(ReadSnapshotLine(place_.path())->batch, line.batch);

  EXPECT_TRUE(absl::IsNotFound(RestoreSnapshot({shared_.path(), "almelo", 4}, &followed.service.journal(), other / "cache.db")));
  ASSERT_EQ(RestoreSnapshot(place_, &followed.service.journal(), other / "cache.db"), absl::OkStatus());
  {
    const auto cache = *Cache::Open(other / "cache.db");
    EXPECT_EQ((*cache->At())->tip.number, line.batch) << "nothing was folded";
  }
  EXPECT_TRUE(absl::IsNotFound(RestoreSnapshot(place_, &followed.service.journal(), other / "cache.db"))) << "now it has one";
  followed.Report(6, 2);
  auto restored = followed.Open(other);
  EXPECT_EQ(ListOf(restored.get()).size(), 7u);
  EXPECT_EQ(followed.service.List(), ListOf(restored.get()));
  EXPECT_EQ(before.size(), 5u);
}

TEST_F(SnapshotTest, ThatIsDamagedAnywhereIsNone) {
  Followed followed(3);
  Folder one;
  Write(followed.Open(one).get(), place_);
  const std::string good = ReadFile(place_.path());
  const size_t line = good.rfind("\noverdracht-snapshot");
  std::vector<size_t> places;
  for (size_t at = 0; at < line; at += 1499) places.push_back(at);
  for (size_t at = line; at < good.size(); ++at) places.push_back(at);
  for (size_t at : places) {
    SCOPED_TRACE(at);
    std::string bad = good;
    bad[at] ^= 1;
    WriteFile(place_.path(), bad);
    ExpectRefused(place_, &followed.service.journal(), "the snapshot ");
  }
  for (size_t length : {size_t{0}, size_t{1}, size_t{4096}, good.size() / 2, line, line + 1, good.size() - 2, good.size() - 1}) {
    SCOPED_TRACE(length);
    WriteFile(place_.path(), good.substr(0, length));
    ExpectRefused(place_, &followed.service.journal(), "is damaged");
  }
  WriteFile(place_.path(), good + good.substr(line));
  ExpectRefused(place_, &followed.service.journal(), "is damaged");
  WriteFile(place_.path(), good);
  Folder fresh;
  EXPECT_EQ(RestoreSnapshot(place_, &followed.service.journal(), fresh / "cache.db"), absl::OkStatus());
}

TEST_F(SnapshotTest, OfAnotherIsRefused) {
  Followed followed(3), another(3);
  Folder one;
  Write(followed.Open(one).get(), place_);
  ExpectRefused(place_, &another.service.journal(), "is of another journal");
  const SnapshotPlace other_partition{shared_.path(), "almelo", 4}, other_region{shared_.path(), "twente", 3};
  for (const SnapshotPlace& place : {other_partition, other_region}) {
    std::filesystem::copy_file(place_.path(), place.path());
    ExpectRefused(place, &followed.service.journal(), "is of partition 3 of region almelo");
  }
}

TEST_F(SnapshotTest, OfAnotherVersionIsRefused) {
  Followed followed(3);
  Folder one;
  auto partition = followed.Open(one);
  const std::string journal = base::Hex((**partition->TipBefore(1)).hash);
  ASSERT_TRUE(partition->Checkpoint().ok());
  ASSERT_TRUE((*partition->CopyOn(place_.path(), 1 << 20)).has_value());
  ASSERT_TRUE((*Database::Open(place_.path()))->Execute("UPDATE made_by SET program = X'00'").ok());
  const SnapshotLine line{.region = "almelo", .partition = 3, .batch = partition->tip().number, .journal = journal};
  ASSERT_TRUE(SealSnapshot(place_.path(), line, [](size_t) { return true; }).ok());
  ExpectRefused(place_, &followed.service.journal(), "is of another version of the program");
  // Nor does a cache of another version keep one from being restored.
  Write(partition.get(), place_);
  Folder other;
  { followed.Open(other); }
  ASSERT_TRUE((*Database::Open(other / "cache.db"))->Execute("UPDATE made_by SET program = X'00'").ok());
  EXPECT_EQ(RestoreSnapshot(place_, &followed.service.journal(), other / "cache.db"), absl::OkStatus());
}

// The meaning of a cache that is ahead of its journal: the only witness of what is lost.
TEST_F(SnapshotTest, AheadOfItsJournalIsAWitness) {
  Followed followed(3);
  Folder shorter, empty, one, restored[2];
  followed.service.Stop();
  std::filesystem::copy_file(followed.folder / "journal.db", shorter / "journal.db");
  followed.service.Start();
  followed.Report(4, 2);
  Write(followed.Open(one).get(), place_);
  const Folder* const lost[] = {&shorter, &empty};
  for (int i = 0; i < 2; ++i) {
    auto journal = *log::EmbeddedLog::Open(*lost[i] / "journal.db");
    ASSERT_EQ(RestoreSnapshot(place_, journal.get(), restored[i] / "cache.db"), absl::OkStatus());
    const auto partition = Partition::Open(restored[i] / "cache.db", journal.get(), PartitionLimits());
    EXPECT_TRUE(absl::IsDataLoss(partition.status())) << partition.status();
  }
}

TEST_F(SnapshotTest, OfTheNewestBatchStays) {
  Followed followed(3), another(1);
  Folder one, two;
  auto partition = followed.Open(one);
  const SnapshotLine newest = Write(partition.get(), place_);
  SnapshotLine older = newest;
  older.batch = newest.batch - 1;
  WriteFile(place_.path() + ".new", "x");
  EXPECT_TRUE(PublishSnapshot(place_.path() + ".new", place_, older).ok());
  EXPECT_EQ(ReadSnapshotLine(place_.path())->batch, newest.batch);
  EXPECT_EQ(FilesOf(shared_.path()).size(), 1u);
  // Of another journal, or damaged, it does not stay.
  ASSERT_LT(another.Open(two)->tip().number, newest.batch);
  EXPECT_EQ(ReadSnapshotLine(place_.path())->journal, newest.journal);
  const SnapshotLine others = Write(another.Open(two).get(), place_);
  EXPECT_EQ(ReadSnapshotLine(place_.path())->journal, others.journal);
}

// ---- Written while the service works ---------------------------------------------------------------------------------------------------

class SnapshotsTest : public SnapshotTest {
 protected:
  std::unique_ptr<Snapshots> Start(absl::Duration every = absl::Hours(1), uint64_t bytes_per_second = 1'000'000'000) {
    const auto with = [this](bool SnapshotsTest::*is, int* asked) {
      return [this, is, asked](const SnapshotSource::Call& call) {
        absl::MutexLock lock(&mutex_);
        if (!(this->*is)) return false;
        ++*asked;
        call(partition_.get());
        return true;
      };
    };
    return std::make_unique<Snapshots>(
        SnapshotOptions{.folder = shared_.path(), .region = "almelo", .every = every, .bytes_per_second = bytes_per_second},
        std::vector<SnapshotSource>{{.partition = 3,
                                     .with_followed = with(&SnapshotsTest::is_followed_, &followers_asked_),
                                     .with_owned = with(&SnapshotsTest::is_owned_, &owners_asked_)}},
        [this](uint32_t, absl::string_view what, const absl::Status& why) {
          absl::MutexLock lock(&mutex_);
          said_.push_back(absl::StrCat(what, why.ok() ? "" : ": ", why.message()));
        });
  }
  bool AwaitSaid(size_t many) {
    const auto is_said = [this, many] { return said_.size() >= many; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&is_said), kPatience);
  }

  std::string FirstSaid() {
    absl::MutexLock lock(&mutex_);
    return said_.front();
  }

  Followed followed_{5};
  Folder one_;
  absl::Mutex mutex_;
  std::unique_ptr<Partition> partition_ = followed_.Open(one_);
  bool is_followed_ = true, is_owned_ = false;
  int followers_asked_ = 0, owners_asked_ = 0;
  std::vector<std::string> said_;
};

TEST_F(SnapshotsTest, AreWrittenAgainAndAgain) {
  ASSERT_TRUE(partition_->Checkpoint().ok());
  const auto snapshots = Start(absl::Milliseconds(50));
  ASSERT_TRUE(AwaitSaid(3));
  EXPECT_EQ(FirstSaid(), "wrote a snapshot");
  Folder fresh;
  EXPECT_EQ(RestoreSnapshot(place_, &followed_.service.journal(), fresh / "cache.db"), absl::OkStatus());
  EXPECT_GE(snapshots->figures().written_bytes, 3 * std::filesystem::file_size(place_.path()) / 2);
  EXPECT_LT(snapshots->figures().age.at(3), kPatience);
}

TEST_F(SnapshotsTest, AreNoFasterThanTheyMay) {
  ASSERT_TRUE(partition_->Checkpoint().ok());
  const absl::Time begin = absl::Now();
  const auto snapshots = Start(absl::Hours(1), 200'000);
  ASSERT_TRUE(AwaitSaid(1));
  const auto bytes = static_cast<double>(std::filesystem::file_size(place_.path()));
  EXPECT_GT(bytes, 40'000);
  // Written, and read again.
  EXPECT_GT(absl::ToDoubleSeconds(absl::Now() - begin), 0.9 * 2 * (bytes - 10'000) / 200'000);
  EXPECT_GT(followers_asked_, bytes / 10'000) << "so much at once";
}

TEST_F(SnapshotsTest, LeaveAnotherThatIsWrittenAlone) {
  ASSERT_TRUE(partition_->Checkpoint().ok());
  const std::string unfinished = place_.path() + ".7-7.new";
  WriteFile(unfinished, "half of one");
  {
    const auto snapshots = Start(absl::Milliseconds(20));
    const auto has_looked = [this] { return followers_asked_ >= 5; };
    absl::MutexLock lock(&mutex_);
    ASSERT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&has_looked), kPatience));
    EXPECT_THAT(FilesOf(shared_.path()), ElementsAre("almelo.3.db.7-7.new"));
  }
  // Its writer has not come to an end.
  std::filesystem::last_write_time(unfinished, std::filesystem::file_time_type::clock::now() - std::chrono::minutes(11));
  const auto snapshots = Start();
  ASSERT_TRUE(AwaitSaid(1));
  EXPECT_THAT(FilesOf(shared_.path()), ElementsAre("almelo.3.db"));
}

TEST_F(SnapshotsTest, AreTheOwnersOnlyWhenNobodyFollows) {
  ASSERT_TRUE(partition_->Checkpoint().ok());
  is_owned_ = true;
  {
    const auto snapshots = Start(absl::Milliseconds(50));
    ASSERT_TRUE(AwaitSaid(2));
    EXPECT_EQ(owners_asked_, 0);
  }
  std::filesystem::remove(place_.path());
  {
    absl::MutexLock lock(&mutex_);
    is_followed_ = false;
    said_.clear();
  }
  const absl::Time begin = absl::Now();
  const auto snapshots = Start(absl::Milliseconds(300));
  ASSERT_TRUE(AwaitSaid(1));
  EXPECT_EQ(FirstSaid(), "wrote a snapshot");
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(600));
}

TEST_F(SnapshotsTest, AreGivenUpWhenTheyAreStopped) {
  ASSERT_TRUE(partition_->Checkpoint().ok());
  {
    const auto snapshots = Start(absl::Hours(1), 5'000);
    const auto is_under_way = [this] { return followers_asked_ >= 3; };
    absl::MutexLock lock(&mutex_);
    ASSERT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&is_under_way), kPatience));
    EXPECT_EQ(FilesOf(shared_.path()).size(), 1u);
  }
  EXPECT_THAT(FilesOf(shared_.path()), IsEmpty());
  EXPECT_THAT(said_, IsEmpty());
}

TEST_F(SnapshotsTest, SayWhyThereIsNone) {
  ASSERT_TRUE(partition_->Checkpoint().ok());
  std::filesystem::create_directory(place_.path());  // nothing can be put there
  std::filesystem::last_write_time(place_.path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(3));
  const auto snapshots = Start();
  ASSERT_TRUE(AwaitSaid(1));
  EXPECT_THAT(said_.front(), HasSubstr("wrote no snapshot: "));
  EXPECT_THAT(FilesOf(shared_.path()), ElementsAre("almelo.3.db"));
  EXPECT_EQ(snapshots->figures().written_bytes, 0u);
}

}  // namespace
}  // namespace overdracht::workflow
