// The contract of an EventLog, kept by the embedded one.
#include "services/log/embedded/embedded_log.h"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "tests/contract/event_log_contract.h"

namespace overdracht::log {
namespace {

class EmbeddedUnderTest : public LogUnderTest {
 public:
  EmbeddedUnderTest() {
    std::string name = (std::filesystem::temp_directory_path() / "log_XXXXXX").string();
    folder_ = mkdtemp(name.data());
    Open();
  }
  ~EmbeddedUnderTest() override {
    log_.inner.reset();
    std::filesystem::remove_all(folder_);
  }

  EventLog& log() override { return log_; }

  void Reopen() override {
    log_.inner.reset();
    Open();
  }

  // The file has one writer, and that goes through Append.
  void Put(absl::string_view bytes) override { (void)log_.inner->Append(log_.inner->tip(), bytes); }

  void LoseNewest() override {
    log_.inner.reset();
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path().c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, "DELETE FROM batch WHERE offset = (SELECT max(offset) FROM batch)", nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(database);
    Open();
  }

 private:
  std::string path() const { return folder_ + "/journal"; }
  void Open() {
    auto log = EmbeddedLog::Open(path());
    ASSERT_TRUE(log.ok()) << log.status();
    log_.inner = *std::move(log);
  }

  std::string folder_;
  Reopenable<EmbeddedLog> log_;
};

// The version of the format stands in the file.
TEST(EmbeddedLog, AJournalOfANewerFormatIsRefused) {
  std::string name = (std::filesystem::temp_directory_path() / "log_XXXXXX").string();
  const std::string folder = mkdtemp(name.data()), path = folder + "/journal.db";
  ASSERT_TRUE(EmbeddedLog::Open(path).ok());
  const auto mark = [&](const std::string& format) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(database, ("PRAGMA user_version=" + format).c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
  };
  mark("0");  // before there was one
  EXPECT_TRUE(EmbeddedLog::Open(path).ok());
  mark("2");
  const absl::Status refused = EmbeddedLog::Open(path).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_THAT(std::string(refused.message()),
              ::testing::AllOf(::testing::HasSubstr("of format 1 or older"), ::testing::HasSubstr("has format 2")));
  std::filesystem::remove_all(folder);
}

INSTANTIATE_TEST_SUITE_P(Embedded, EventLogContract, ::testing::Values(MakeLog([] { return std::make_unique<EmbeddedUnderTest>(); })),
                         [](const auto&) { return "Embedded"; });

}  // namespace
}  // namespace overdracht::log
