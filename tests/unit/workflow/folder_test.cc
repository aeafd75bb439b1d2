// A data folder is served as it was made, or not at all.
#include "services/workflow/folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

namespace overdracht::workflow {
namespace {

using ::testing::HasSubstr;

TEST(Folder, KeepsWhatItWasMadeWith) {
  std::string folder = (std::filesystem::temp_directory_path() / "folder_XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  for (int again = 0; again < 2; ++again) {
    EXPECT_TRUE(KeepClock(folder, ClockKind::kEvents).ok());
    EXPECT_TRUE(KeepPartitions(folder, 4).ok());
  }
  const absl::Status clock = KeepClock(folder, ClockKind::kWall), partitions = KeepPartitions(folder, 8);
  EXPECT_TRUE(absl::IsFailedPrecondition(clock));
  EXPECT_THAT(std::string(clock.message()), HasSubstr("expected --clock events"));
  EXPECT_TRUE(absl::IsFailedPrecondition(partitions));
  EXPECT_THAT(std::string(partitions.message()), HasSubstr("4, but its topics have 8"));
  std::filesystem::remove_all(folder);
  EXPECT_TRUE(absl::IsUnavailable(KeepPartitions(folder, 4)));
}

}  // namespace
}  // namespace overdracht::workflow
