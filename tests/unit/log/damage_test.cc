// What the embedded log says about a file that was changed behind its back: refused, with the place.
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <fstream>

#include "tests/unit/log/some_log.h"

namespace overdracht::log {
namespace {

using ::testing::HasSubstr;

class Damage : public ::testing::Test {
 protected:
  // Five batches: the take-over and four of work.
  void SetUp() override {
    const auto log = MustOpen(path());
    const auto owner = MustTakeOver(log.get());
    for (const char* record : {"one", "two", "three", "four"}) ASSERT_TRUE(owner->Append(WorkOf(*owner, record)).ok());
    tip_ = owner->tip();
  }

  std::string path() const { return folder_.File("journal"); }

  void Change(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  // Of opening and reading everything.
  absl::Status Status(const Tip& tip = {}) {
    const auto log = EmbeddedLog::Open(path());
    return log.ok() ? (*log)->Read(tip, FoldNothing) : log.status();
  }

  void ExpectLost(const absl::Status& status, absl::string_view place) {
    EXPECT_TRUE(absl::IsDataLoss(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(place)));
  }

  std::string ReadFile(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void WriteFile(const std::string& path, absl::string_view bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), bytes.size());
  }

  TemporaryFolder folder_;
  Tip tip_;
};

TEST_F(Damage, NothingIsWrongAtFirst) { EXPECT_TRUE(Status().ok()) << Status(); }

TEST_F(Damage, AFlippedByteIsNamed) {
  std::string bytes;
  {
    const auto log = MustOpen(path());
    ASSERT_TRUE(log->Read({},
                          [&](const Tip& at, const Batch& batch) {
                            if (at.number == 3) bytes = std::string(batch.stored);
                            return absl::OkStatus();
                          })
                    .ok());
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string bad = bytes;
    bad[at] ^= 0x10;
    Change(absl::StrCat("UPDATE batch SET bytes = x'", base::Hex(bad), "' WHERE offset = 3"));
    ExpectLost(Status(), "batch at offset 3");
  }
  Change(absl::StrCat("UPDATE batch SET bytes = x'", base::Hex(bytes), "' WHERE offset = 3"));
  EXPECT_TRUE(Status().ok());
}

TEST_F(Damage, AFlippedByteInTheFileIsFound) {
  const std::string file = ReadFile(path());
  for (const char* record : {"one", "two", "three", "four"}) {
    std::string bad = file;
    bad[bad.find(record)] ^= 1;
    WriteFile(path(), bad);
    ExpectLost(Status(), "batch at offset");
  }
}

TEST_F(Damage, ABatchThatIsGoneIsNamed) {
  Change("DELETE FROM batch WHERE offset = 3");
  ExpectLost(Status(), "batch at offset 3");
}

TEST_F(Damage, TheFirstBatchesThatAreGoneAreNamed) {
  Change("DELETE FROM batch WHERE offset <= 2");
  ExpectLost(Status(), "batch at offset 1");
}

TEST_F(Damage, BatchesThatChangedPlacesAreNamed) {
  Change(
      "UPDATE batch SET offset = -3 WHERE offset = 3; UPDATE batch SET offset = 3 WHERE offset = 4; UPDATE batch SET offset = 4 WHERE "
      "offset = -3");
  ExpectLost(Status(), "batch at offset 3");
}

TEST_F(Damage, ATailThatWasCutIsSeenByWhoRemembersIt) {
  Change("DELETE FROM batch WHERE offset = 5");
  EXPECT_TRUE(Status().ok()) << "nobody remembers: it cannot be seen";
  ExpectLost(Status(tip_), "offset 5");
}

TEST_F(Damage, AFileCutInTwoIsRefused) {
  const std::string file = ReadFile(path());
  // Of less than a page SQLite makes an empty database, so that only a remembered tip shows it.
  for (const size_t size : {size_t{0}, size_t{1}}) {
    WriteFile(path(), absl::string_view(file).substr(0, size));
    EXPECT_TRUE(absl::IsDataLoss(Status(tip_))) << size << ": " << Status(tip_);
  }
  for (const size_t size : {size_t{100}, file.size() / 2, file.size() - 100}) {
    WriteFile(path(), absl::string_view(file).substr(0, size));
    EXPECT_TRUE(absl::IsDataLoss(Status())) << size << ": " << Status();
  }
  WriteFile(path(), std::string(file.size(), 'x'));
  EXPECT_TRUE(absl::IsDataLoss(Status())) << Status();
}

// A process that was killed leaves a WAL. What stands in it whole counts; a torn tail was never confirmed, and whoever knows better sees
// it.
TEST_F(Damage, ATornWalGivesWhatIsWhole) {
  const std::string copy = folder_.File("copy");
  Tip confirmed;
  {
    const auto log = MustOpen(path());
    const auto owner = MustTakeOver(log.get());
    ASSERT_TRUE(owner->Append(WorkOf(*owner, "five")).ok());
    confirmed = owner->tip();
    WriteFile(copy, ReadFile(path()));
    WriteFile(copy + "-wal", ReadFile(path() + "-wal"));
  }
  const std::string file = ReadFile(copy), wal = ReadFile(copy + "-wal");
  ASSERT_GT(wal.size(), 1000);
  uint64_t least = confirmed.number;
  for (size_t size = wal.size(); size > 0; size -= std::min<size_t>(size, 137)) {
    WriteFile(copy, file);
    WriteFile(copy + "-wal", absl::string_view(wal).substr(0, size));
    const auto log = MustOpen(copy);
    ASSERT_NE(log, nullptr);
    EXPECT_TRUE(log->Read({}, FoldNothing).ok());
    EXPECT_LE(log->tip().number, least);
    least = log->tip().number;
    const absl::Status known = log->Read(confirmed, FoldNothing);
    EXPECT_EQ(log->tip() == confirmed, known.ok());
    EXPECT_TRUE(known.ok() || absl::IsDataLoss(known)) << known;
  }
  EXPECT_EQ(least, tip_.number) << "what stands in the file itself is never lost";
}

TEST_F(Damage, AFileThatAnotherHasOpenIsRefused) {
  const auto log = MustOpen(path());
  const auto second = EmbeddedLog::Open(path());
  EXPECT_FALSE(second.ok());
}

}  // namespace
}  // namespace overdracht::log
