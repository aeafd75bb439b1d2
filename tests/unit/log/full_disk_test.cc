// A disk that is full, by a limit on the size of files, in a process of its own.
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/log/some_log.h"

namespace overdracht::log {
namespace {

#define EXPECT_OR_EXIT(condition, code)       \
  if (!(condition)) {                         \
    std::fprintf(stderr, "%s\n", #condition); \
    _exit(code);                              \
  }

rlim_t Limit(rlim_t bytes) {
  rlimit limit;
  getrlimit(RLIMIT_FSIZE, &limit);
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = bytes;
  setrlimit(RLIMIT_FSIZE, &limit);
  return before;
}

// Fills the disk, reads on, goes on where there is room again. Ends with 0.
void FillAndGoOn(const std::string& path) {
  const auto log = MustOpen(path);
  const auto owner = MustTakeOver(log.get());
  const rlim_t unlimited = Limit(1 << 20);
  absl::Status status;
  int counted = 0;
  for (; status.ok() && counted < 1000; ++counted) status = owner->Append(WorkOf(*owner, std::string(10'000, 'x')));
  --counted;
  EXPECT_OR_EXIT(absl::IsResourceExhausted(status), 1);
  EXPECT_OR_EXIT(counted > 10, 2);
  EXPECT_OR_EXIT(status.message().find("make room") != absl::string_view::npos, 9);  // says what to do
  const Tip tip = owner->tip();
  for (int again = 0; again < 3; ++again)
    EXPECT_OR_EXIT(absl::IsResourceExhausted(owner->Append(WorkOf(*owner, std::string(10'000, 'y')))), 3);
  uint64_t read = 0;
  EXPECT_OR_EXIT(log->Read({},
                           [&](const Tip& at, const Batch& batch) {
                             read += batch.records.size();
                             return absl::OkStatus();
                           })
                     .ok(),
                 4);
  EXPECT_OR_EXIT(read == static_cast<uint64_t>(counted), 5);
  EXPECT_OR_EXIT(log->tip() == tip && owner->tip() == tip, 6);
  Limit(unlimited);
  EXPECT_OR_EXIT(owner->Append(WorkOf(*owner, "there is room again")).ok(), 7);
  EXPECT_OR_EXIT(owner->tip().number == tip.number + 1, 8);
  _exit(0);
}

TEST(FullDisk, IsAnErrorAndNothingIsWritten) {
  TemporaryFolder folder;
  const std::string path = folder.File("journal");
  const pid_t child = fork();
  if (child == 0) FillAndGoOn(path);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status)) << "ended by signal " << WTERMSIG(status);
  EXPECT_EQ(WEXITSTATUS(status), 0);

  // What the process left behind when it ended without closing.
  const auto log = MustOpen(path);
  std::string last;
  EXPECT_TRUE(log->Read({},
                        [&](const Tip&, const Batch& batch) {
                          if (!batch.records.empty()) last = std::string(batch.records.back().bytes);
                          return absl::OkStatus();
                        })
                  .ok());
  EXPECT_EQ(last, "there is room again");
}

}  // namespace
}  // namespace overdracht::log
