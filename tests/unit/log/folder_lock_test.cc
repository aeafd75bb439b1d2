#include "services/log/embedded/folder_lock.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/log/some_log.h"

namespace overdracht::log {
namespace {

TEST(FolderLock, IsHeldByOne) {
  TemporaryFolder folder;
  const std::string path = folder.File("data");
  EXPECT_EQ(*FolderLock::Holder(path), std::nullopt);
  {
    auto lock = FolderLock::Acquire(path);
    ASSERT_TRUE(lock.ok()) << lock.status();
    EXPECT_TRUE(absl::IsAlreadyExists(FolderLock::Acquire(path).status()));
    EXPECT_EQ(*FolderLock::Holder(path), "");
    ASSERT_TRUE(lock->Announce("grpc=127.0.0.1:7440").ok());
    EXPECT_EQ(*FolderLock::Holder(path), "grpc=127.0.0.1:7440");
    ASSERT_TRUE(lock->Announce("x").ok());
    EXPECT_EQ(*FolderLock::Holder(path), "x");
  }
  EXPECT_EQ(*FolderLock::Holder(path), std::nullopt);
  auto next = FolderLock::Acquire(path);
  ASSERT_TRUE(next.ok());
  EXPECT_EQ(*FolderLock::Holder(path), "") << "what an earlier holder announced is not true of this one";
}

TEST(FolderLock, IsFreedByAKill) {
  TemporaryFolder folder;
  int held[2];
  ASSERT_EQ(pipe(held), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto lock = FolderLock::Acquire(folder.path());
    (void)!write(held[1], lock.ok() ? "y" : "n", 1);
    pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(held[0], &answer, 1), 1);
  EXPECT_EQ(answer, 'y');
  EXPECT_TRUE(absl::IsAlreadyExists(FolderLock::Acquire(folder.path()).status()));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(FolderLock::Acquire(folder.path()).ok());
}

TEST(FolderLock, AFolderThatCannotBeMadeIsAnError) {
  TemporaryFolder folder;
  const std::string file = folder.File("file");
  fclose(fopen(file.c_str(), "w"));
  EXPECT_FALSE(FolderLock::Acquire(file + "/below").ok());
  EXPECT_EQ(*FolderLock::Holder(file + "/below"), std::nullopt);
}

}  // namespace
}  // namespace overdracht::log
