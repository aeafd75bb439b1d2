// State is the fold of the journal: wherever the service stops, with its caches or without them, it goes on as if it had not.
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

// Two trajecten through voor, with terms, refusals, duplicates and a clock that goes on.
std::vector<std::string> Story() {
  return {
      Started(1, "2017-01-02T09:00:00Z"),
      Completed(1, "2017-01-03T09:00:00Z", "inschrijving_woningzoekende", "a"),
      Started(2, "2017-01-04T09:00:00Z"),
      Completed(2, "2017-01-05T09:00:00Z", "verhuizing", "a"),
      Completed(3, "2017-01-19T09:00:00Z", "actieplan", "a"),
      Completed(1, "2017-02-19T09:00:00Z", "actieplan", "a"),
      Completed(2, "2017-03-01T09:00:00Z", "actieplan", "b"),
      Event(kWijk, TrajectNumber(1), "2017-03-02T09:00:00Z", "signals.reported", R"({"signal":"s-1","kind":"client"})", "c"),
      Event(kZorg, TrajectNumber(1), "2017-03-03T09:00:00Z", "tasks.completed", R"({"task":"signaal_opvolgen:s-1"})", "d"),
      Event(kGemeente, TrajectNumber(2), "2017-08-03T09:00:00Z", "trajecten.stopped", R"({"reason":"moved_away"})", "e"),
  };
}

struct Seen {
  std::vector<std::string> outcomes;
  std::vector<std::string> lines;
  std::vector<std::string> records;
};

Seen Look(Service& service, std::vector<std::string> outcomes) {
  Seen seen{.outcomes = std::move(outcomes), .lines = service.List(), .records = {}};
  for (const auto& record : service.Records()) seen.records.push_back(record.SerializeAsString());
  return seen;
}

Seen Unbroken() {
  Folder folder;
  Service service(folder);
  service.Start();
  std::vector<std::string> outcomes;
  for (const std::string& event : Story()) outcomes.push_back(service.Outcome(event));
  return Look(service, outcomes);
}

// `between` is done to the folder while nobody holds it.
Seen BrokenAfter(size_t events, const std::function<void(const Folder&)>& between) {
  Folder folder;
  std::vector<std::string> outcomes;
  const std::vector<std::string> story = Story();
  {
    Service service(folder);
    service.Start();
    for (size_t i = 0; i < events; ++i) outcomes.push_back(service.Outcome(story[i]));
    service.Stop();
  }
  between(folder);
  Service service(folder);
  service.Start();
  for (size_t i = events; i < story.size(); ++i) outcomes.push_back(service.Outcome(story[i]));
  return Look(service, outcomes);
}

void ExpectSame(const Seen& expected, const Seen& actual, size_t events) {
  EXPECT_EQ(expected.outcomes, actual.outcomes) << "stopped after " << events;
  EXPECT_EQ(expected.lines, actual.lines) << "stopped after " << events;
  EXPECT_EQ(expected.records, actual.records) << "stopped after " << events;
}

void DeleteCache(const Folder& folder) {
  for (const char* file : {"cache.db", "cache.db-wal"}) std::filesystem::remove(folder / file);
}

TEST(Restart, AtEveryPointWithTheCache) {
  const Seen expected = Unbroken();
  ASSERT_EQ(expected.lines.size(), 2u);
  for (size_t events = 0; events <= Story().size(); ++events) ExpectSame(expected, BrokenAfter(events, [](const Folder&) {}), events);
}

TEST(Restart, AtEveryPointWithoutTheCache) {
  const Seen expected = Unbroken();
  for (size_t events = 0; events <= Story().size(); ++events) ExpectSame(expected, BrokenAfter(events, DeleteCache), events);
}

TEST(Restart, WithACacheThatIsBehindTheJournal) {
  const Seen expected = Unbroken();
  Folder folder;
  const std::vector<std::string> story = Story();
  std::vector<std::string> outcomes;
  for (size_t i = 0; i < story.size(); ++i) {
    if (i == 5) {
      // The cache of now comes back later, as if none had been written since.
      std::filesystem::copy(folder / "cache.db", folder / "cache.before", std::filesystem::copy_options::overwrite_existing);
    }
    Service service(folder);
    service.Start();
    outcomes.push_back(service.Outcome(story[i]));
    service.Stop();
  }
  DeleteCache(folder);
  std::filesystem::copy(folder / "cache.before", folder / "cache.db");
  Service service(folder);
  service.Start();
  ExpectSame(expected, Look(service, outcomes), story.size());
}

TEST(Restart, WithACacheOfAnotherJournal) {
  Folder other;
  {
    Service service(other);
    service.Start();
    service.Publish(Started(8, "2018-01-02T09:00:00Z")).IgnoreError();
    service.Stop();
  }
  const auto swap = [&](const Folder& folder) {
    DeleteCache(folder);
    std::filesystem::copy(other / "cache.db", folder / "cache.db");
  };
  ExpectSame(Unbroken(), BrokenAfter(4, swap), 4);
}

TEST(Restart, AJournalThatLostItsEndIsRefused) {
  Folder folder;
  const std::vector<std::string> story = Story();
  const auto copy = [&](const char* from, const char* to) {
    std::filesystem::copy(folder / from, folder / to, std::filesystem::copy_options::overwrite_existing);
  };
  for (size_t i = 0; i < story.size(); ++i) {
    if (i == 5) copy("journal.db", "journal.before");
    Service service(folder);
    service.Start();
    service.Publish(story[i]).IgnoreError();
    service.Stop();
  }
  copy("journal.before", "journal.db");
  for (int i = 0; i < 2; ++i) {
    Service service(folder);
    const absl::Status refused = service.TryToOpen();
    EXPECT_TRUE(absl::IsDataLoss(refused)) << refused;
    EXPECT_THAT(std::string(refused.message()), ::testing::ContainsRegex("which cache.db has seen, but it ends after batch [0-9]+; put"));
  }
  DeleteCache(folder);
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.Outcome(story[6]), "accepted") << "what was lost can be sent again";
}

TEST(Restart, WithFewTrajectenInMemory) {
  Folder folder;
  std::vector<std::string> lines;
  {
    Service service(folder);
    service.options().partition.hot_trajecten = 2;
    service.options().partition.records_per_checkpoint = 3;
    service.Start();
    for (int i = 1; i <= 20; ++i) service.Publish(Started(i, "2017-01-02T09:00:00Z")).IgnoreError();
    for (int i = 1; i <= 20; ++i) EXPECT_EQ(service.Outcome(Completed(i, "2017-01-03T09:00:00Z", "actieplan", "a")), "accepted");
    for (int i = 1; i <= 20; ++i) EXPECT_EQ(service.Outcome(Completed(i, "2017-01-03T09:00:00Z", "actieplan", "a")), "again accepted");
    lines = service.List();
    EXPECT_EQ(lines.size(), 20u);
    service.Stop();
  }
  DeleteCache(folder);
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.List(), lines);
}

}  // namespace
}  // namespace overdracht::workflow
