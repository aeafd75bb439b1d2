// A damaged cache is seen when it is read, and costs nothing but a start.
#include "services/workflow/cache.h"

#include <fstream>
#include <thread>

#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

void Spoil(const Folder& folder, const std::string& sql) {
  auto database = Database::Open(folder / "cache.db");
  ASSERT_TRUE(database.ok());
  ASSERT_TRUE((*database)->Execute(sql).ok());
}

// Three trajecten, and a service that was stopped after them; how they are listed.
std::vector<std::string> StartThree(const Folder& folder) {
  Service service(folder);
  service.Start();
  for (int i = 1; i <= 3; ++i) service.Publish(Started(i, "2017-01-02T09:00:00Z")).IgnoreError();
  std::vector<std::string> lines = service.List();
  service.Stop();
  return lines;
}

class DamagedCache : public ::testing::TestWithParam<const char*> {};

TEST_P(DamagedCache, IsMadeAnew) {
  Folder folder;
  const std::vector<std::string> lines = StartThree(folder);
  Spoil(folder, GetParam());
  Service service(folder);
  service.Start();
  // The first to meet it may be told to come again.
  for (int i = 1; i <= 3; ++i) {
    const std::string event = Completed(i, "2017-01-03T09:00:00Z", "verhuizing", "x");
    if (const std::string outcome = service.Outcome(event); outcome != "illegal_state") {
      EXPECT_EQ(outcome, "DATA_LOSS");
      EXPECT_EQ(service.Outcome(event), "illegal_state");
    }
  }
  service.Ask([](Partition& partition) { EXPECT_TRUE(partition.Outbox(kZorg, 0, false, 10).ok()); }).IgnoreError();
  EXPECT_EQ(service.List().size(), 3u);
  EXPECT_TRUE(service.ended().ok());
  // The trajecten are as they were but for the refusals.
  for (size_t i = 0; i < lines.size(); ++i) EXPECT_EQ(service.List()[i].substr(0, 200), lines[i].substr(0, 200));
}

// Questions alone bring it about, also when nobody reports anything.
TEST_P(DamagedCache, IsMadeAnewForWhoAsks) {
  Folder folder;
  const std::vector<std::string> lines = StartThree(folder);
  Spoil(folder, GetParam());
  Service service(folder);
  service.Start();
  service
      .Ask([](Partition& partition) {
        for (int i = 1; i <= 3; ++i) partition.Find(*base::ParseUuid(TrajectNumber(i))).status().IgnoreError();
      })
      .IgnoreError();
  EXPECT_EQ(service.List(), lines);
}

struct ToNobody : Outboxes {
  absl::StatusOr<std::vector<Told>> Newest() override { return newest; }
  void Tell(uint64_t, const base::Hash&, const std::vector<journal::v1::Record*>&) override {}
  absl::Status Settle() override { return absl::OkStatus(); }
  std::vector<Told> newest;
};

// Where the input has places the ownership ends, and not as one of a journal that has lost something: whoever owns next goes on.
TEST_P(DamagedCache, IsMadeAnewByTheNextOwner) {
  Folder folder;
  StartThree(folder);
  Spoil(folder, GetParam());
  ToNobody outboxes;
  int owned = 0;
  for (int owners = 0; owned == 0 && owners < 3; ++owners) {
    Service service(folder);
    service.options().outboxes = &outboxes;
    if (const absl::Status opened = service.TryToOpen(); !opened.ok()) {
      EXPECT_TRUE(absl::IsUnavailable(opened)) << opened;
      continue;
    }
    service.Open();
    for (int i = 1; i <= 3; ++i) {
      Report report = service.Read(Completed(i, "2017-01-03T09:00:00Z", "verhuizing", "x"));
      report.done = [&owned](const absl::StatusOr<Answer>& answer) { owned += answer.ok(); };
      const uint64_t to = service.loop().input_to() + static_cast<uint64_t>(i);
      ASSERT_TRUE(service.loop().Submit(Placed{.report = std::move(report), .to = to}, 100).ok());
    }
    service.Run();
    service.Stop();
    EXPECT_TRUE(service.ended().ok() || absl::IsUnavailable(service.ended())) << service.ended();
  }
  EXPECT_EQ(owned, 3);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, DamagedCache,
    ::testing::Values("UPDATE trajecten SET traject = CAST(substr(traject, 1, 40) || X'FF' || substr(traject, 42) AS BLOB)",
                      "UPDATE trajecten SET due = due + 1", "UPDATE trajecten SET memory = X''",
                      "UPDATE at SET at = CAST(X'01' || substr(at, 2) AS BLOB)", "UPDATE definitions SET definition = X'0A00'",
                      "UPDATE made_by SET program = X'00'", "UPDATE batches SET before = X''", "DELETE FROM batches"));

TEST(Cache, HoldsWhatWasCommittedAndNothingElse) {
  Folder folder;
  const std::string id(16, 'a');
  engine::TrajectState state;
  state.traject.set_id(id);
  state.traject.set_workflow("first");
  {
    auto cache = Cache::Open(folder / "cache.db");
    ASSERT_TRUE(cache.ok()) << cache.status();
    ASSERT_TRUE((*cache)->WriteTraject(id, state, 5).ok());
    ASSERT_TRUE((*cache)->Commit({.tip = {.offset = 3, .number = 3}, .clock_us = 7}).ok());
    state.traject.set_workflow("second");
    ASSERT_TRUE((*cache)->WriteTraject(id, state, 6).ok());
    (*cache)->Rollback();
    EXPECT_EQ((*cache)->ReadTraject(id).value()->traject.workflow(), "first");
  }
  auto cache = Cache::Open(folder / "cache.db");
  ASSERT_TRUE(cache.ok());
  const auto at = (*cache)->At();
  ASSERT_TRUE(at.ok() && at->has_value());
  EXPECT_EQ((*at)->tip.number, 3u);
  EXPECT_EQ((*at)->clock_us, 7);
  EXPECT_EQ((*cache)->ReadTraject(id).value()->traject.workflow(), "first");
}

// What was moved out of the WAL stands in the file, and the WAL that it came from is not found again: it would take the file back.
TEST(Cache, WhatWasMovedStaysMoved) {
  Folder folder;
  auto cache = Cache::Open(folder / "cache.db");
  ASSERT_TRUE(cache.ok()) << cache.status();
  engine::TrajectState state;
  for (int n = 0; n < 300; ++n) {
    state.traject.set_id(absl::StrCat("traject ", 10'000'000 + n));
    state.traject.set_workflow(std::string(8000, 'w'));
    ASSERT_TRUE((*cache)->WriteTraject(state.traject.id(), state, 5).ok());
  }
  ASSERT_TRUE((*cache)->Commit({.tip = {.number = 3}}).ok());
  const auto copied = [&](std::initializer_list<const char*> files) {
    for (const char* file : {"copy.db", "copy.db-wal"}) std::filesystem::remove(folder / file);
    for (const char* suffix : files)
      std::filesystem::copy_file(folder / absl::StrCat("cache.db", suffix), folder / absl::StrCat("copy.db", suffix));
    auto copy = Cache::Open(folder / "copy.db");
    const auto at = (*copy)->At();
    return at.ok() && at->has_value() ? (*at)->tip.number : 0;
  };
  EXPECT_EQ(copied({""}), 0u);
  ASSERT_TRUE((*cache)->MoveOn().ok());
  state.traject.set_workflow("later");
  ASSERT_TRUE((*cache)->WriteTraject(state.traject.id(), state, 6).ok());
  while ((*cache)->Busy()) std::this_thread::yield();
  EXPECT_EQ(copied({"", "-wal"}), 3u);
  std::string header(32, 'x');
  std::ifstream(folder / "cache.db-wal", std::ios::binary).read(header.data(), 32);
  EXPECT_EQ(header, std::string(32, '\0'));
  ASSERT_TRUE((*cache)->Commit({.tip = {.number = 4}}).ok());
  EXPECT_EQ(copied({""}), 3u);
  EXPECT_EQ(copied({"", "-wal"}), 4u);
  EXPECT_EQ((*cache)->ReadTraject(state.traject.id()).value()->traject.workflow(), "later");
}

}  // namespace
}  // namespace overdracht::workflow
