// Export, and reading an export as a log. What is wrong with broken ones: tests/verifier.
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "services/audit/audit.h"
#include "services/audit/export_file.h"
#include "tests/unit/log/some_log.h"

namespace overdracht::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExportTest : public ::testing::Test {
 protected:
  // A log with a take-over and one batch for each record.
  std::unique_ptr<log::EmbeddedLog> Log(const std::string& name, const std::vector<std::string>& records) {
    auto log = log::MustOpen(folder_.File(name));
    const auto owner = log::MustTakeOver(log.get());
    for (const std::string& record : records) EXPECT_TRUE(owner->Append(log::WorkOf(*owner, record)).ok());
    return log;
  }

  // Record after record from a tip, and the tips.
  std::vector<std::string> Read(log::EventLog& log, const log::Tip& from = {}) {
    std::vector<std::string> records;
    tips_.clear();
    const absl::Status status = log.Read(from, [&](const log::Tip& at, const log::Batch& batch) {
      tips_.push_back(at);
      for (const log::StoredRecord& record : batch.records) records.push_back(absl::StrCat(record.number, ":", record.bytes));
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    return records;
  }

  std::string Bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  log::TemporaryFolder folder_;
  const std::string path_ = folder_.File("export");
  std::vector<log::Tip> tips_;
};

TEST_F(ExportTest, IsReadLikeTheLog) {
  const auto first = Log("0", {"a", "b", "c"}), second = Log("1", {}), third = Log("2", {"x", "y"});
  uint64_t told = 0;
  ASSERT_TRUE(Export({first.get(), second.get(), third.get()}, path_, [&](uint64_t done, uint64_t) { told = done; }).ok());
  EXPECT_EQ(told, 8);
  EXPECT_EQ(*CountPartitions(path_), 3);
  EXPECT_THAT(Read(**ExportReader::Open(path_, 1)), IsEmpty());
  EXPECT_THAT(Read(**ExportReader::Open(path_, 2)), ElementsAre("1:x", "2:y"));
  const auto reader = *ExportReader::Open(path_, 0);
  EXPECT_THAT(Read(*reader), ElementsAre("1:a", "2:b", "3:c"));
  // From each of its tips.
  const std::vector<log::Tip> tips = tips_;
  ASSERT_EQ(tips.size(), 4);
  EXPECT_THAT(Read(*reader, tips[1]), ElementsAre("2:b", "3:c"));
  EXPECT_THAT(Read(*reader, tips[3]), IsEmpty());
  EXPECT_FALSE(ExportReader::Open(path_, 3).ok());
}

TEST_F(ExportTest, ATipThatIsNotThereIsDataLoss) {
  const auto log = Log("0", {"a", "b"});
  ASSERT_TRUE(Export({log.get()}, path_).ok());
  const auto reader = *ExportReader::Open(path_, 0);
  Read(*reader);
  log::Tip other = tips_[1];
  other.hash[0] ^= 1;
  EXPECT_TRUE(absl::IsDataLoss(reader->Read(other, log::FoldNothing)));
  EXPECT_FALSE(reader->Append(tips_.back(), "x").ok());
  EXPECT_FALSE(reader->Wait({}, absl::InfiniteDuration()));
}

TEST_F(ExportTest, AReaderRefusesWhatAVerifierDoes) {
  const auto log = Log("0", {"a", "b"});
  ASSERT_TRUE(Export({log.get()}, path_).ok());
  const std::string good = Bytes(path_);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] ^= 4;
    std::ofstream(path_, std::ios::binary) << bad;
    const auto reader = ExportReader::Open(path_, 0);
    const absl::Status status = reader.ok() ? (*reader)->Read({}, log::FoldNothing) : reader.status();
    // How many partitions follow this one is not its business.
    EXPECT_TRUE(!status.ok() || (4 <= at && at < 8)) << at;
  }
  std::ofstream(path_, std::ios::binary) << good.substr(0, good.size() / 2);
  EXPECT_THAT(std::string((*ExportReader::Open(path_, 0))->Read({}, log::FoldNothing).message()), HasSubstr("cut off"));
}

TEST_F(ExportTest, AFileAppearsWhenItIsComplete) {
  const auto log = Log("0", {"a", "b"});
  EXPECT_FALSE(Export({log.get()}, folder_.File("no/folder/export")).ok());
  // A log that breaks off: what was there before stays.
  std::ofstream(path_) << "an earlier one";
  class Breaks : public log::EventLog {
   public:
    explicit Breaks(log::EventLog* log) : log_(log) {}
    absl::StatusOr<log::Tip> Append(const log::Tip& tip, absl::string_view batch) override { return log_->Append(tip, batch); }
    absl::Status Read(const log::Tip& tip, Visit visit) override {
      const absl::Status read = log_->Read(tip, visit);
      return read.ok() ? absl::DataLossError("broken") : read;
    }
    bool Wait(const log::Tip&, absl::Duration) override { return false; }
    log::EventLog* log_;
  };
  Breaks breaks(log.get());
  EXPECT_EQ(Export({&breaks}, path_), absl::DataLossError("broken"));
  EXPECT_EQ(Bytes(path_), "an earlier one");
  ASSERT_TRUE(Export({log.get()}, path_).ok());
  EXPECT_THAT(Bytes(path_).substr(0, 3), "OVX");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
    files += entry.path().filename().string().rfind("export", 0) == 0;
  EXPECT_EQ(files, 1) << "nothing unfinished is left";
}

TEST_F(ExportTest, VerifyTellsAFileThatCannotBeReadFromOneThatWasChanged) {
  EXPECT_TRUE(absl::IsNotFound(Verify(folder_.File("nothing")).status()));
  EXPECT_TRUE(absl::IsNotFound(Verify(folder_.path()).status()));
  std::ofstream(path_) << "not an export";
  const auto found = Verify(path_);
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->divergence.has_value());
  EXPECT_EQ(found->divergence->position, "0:1");
  std::ofstream(folder_.File("heads")) << "{\"traject\":1}\n";
  EXPECT_TRUE(absl::IsInvalidArgument(Verify(path_, folder_.File("heads")).status()));
}

}  // namespace
}  // namespace overdracht::audit
