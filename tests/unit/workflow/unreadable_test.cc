// What cannot be read is kept for a while beside the journal. Where that file is damaged reports are decided all the same.
#include "services/workflow/unreadable.h"

#include <fstream>

#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

constexpr char kNoEvent[] = "no event";

// A service that kept one, and was stopped.
void KeepOne(const Folder& folder) {
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.Outcome(kNoEvent), "malformed");
  service.Stop();
}

void Overwrite(const std::string& path, int64_t from, size_t bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(from);
  file << std::string(bytes, '\xAA');
}

int64_t Ask(Database* database, const std::string& sql) {
  auto answer = database->Prepare(sql);
  EXPECT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(*answer->Step());
  return answer->Integer(0);
}

int64_t Kept(const Folder& folder) {
  auto database = Database::Open(folder / "unreadable.db");
  return Ask(database->get(), "SELECT COUNT(*) FROM unreadable");
}

TEST(DamagedUnreadable, IsMadeAnewAtAStart) {
  Folder folder;
  KeepOne(folder);
  Overwrite(folder / "unreadable.db", 0, 4096);
  KeepOne(folder);
  EXPECT_EQ(Kept(folder), 1);
}

// A page that a start does not look at: what has to be kept meets it.
TEST(DamagedUnreadable, IsMadeAnewByWhatIsToBeKeptThere) {
  Folder folder;
  KeepOne(folder);
  {
    auto database = Database::Open(folder / "unreadable.db");
    const int64_t page = Ask(database->get(), "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_sequence'");
    const int64_t size = Ask(database->get(), "PRAGMA page_size");
    database->reset();
    Overwrite(folder / "unreadable.db", (page - 1) * size, static_cast<size_t>(size));
  }
  Service service(folder);
  service.Start();
  ASSERT_EQ(service.Outcome(Started(1, "2017-01-02T09:00:00Z")), "accepted");
  const std::vector<std::string> lines = service.List();
  EXPECT_EQ(service.Outcome(kNoEvent), "UNAVAILABLE");
  EXPECT_EQ(service.Outcome(kNoEvent), "malformed");
  EXPECT_EQ(service.List(), lines);
  service.Stop();
  EXPECT_TRUE(service.ended().ok()) << service.ended();
  EXPECT_EQ(Kept(folder), 1);
}

struct InTopics : Outboxes {
  absl::StatusOr<std::vector<Told>> Newest() override { return std::vector<Told>(); }
  void Tell(uint64_t, const base::Hash&, const std::vector<journal::v1::Record*>&) override {}
  absl::Status Settle() override { return absl::OkStatus(); }
};

// Whoever feeds the loop keeps what is no event: in a topic.
TEST(DamagedUnreadable, IsNothingToWhoReadsPlacedInput) {
  Folder folder;
  KeepOne(folder);
  Overwrite(folder / "unreadable.db", 0, 4096);
  InTopics outboxes;
  Service service(folder);
  service.options().outboxes = &outboxes;
  EXPECT_TRUE(service.TryToOpen().ok());
  std::string begin(4096, ' ');
  std::ifstream(folder / "unreadable.db", std::ios::binary).read(begin.data(), static_cast<std::streamsize>(begin.size()));
  EXPECT_EQ(begin, std::string(4096, '\xAA')) << "nobody looked at it";
}

}  // namespace
}  // namespace overdracht::workflow
