#include "tests/load/dev_process.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "services/base/check.h"

namespace overdracht::testing {

DevProcess::DevProcess(const std::string& binary, const std::vector<std::string>& more) {
  folder_ = (std::filesystem::temp_directory_path() / "overdracht-load.XXXXXX").string();
  OVERDRACHT_CHECK(mkdtemp(folder_.data()) != nullptr, "a temporary folder");
  data_ = folder_ + "/data";
  std::vector<std::string> words = {binary, "dev", "--data", data_, "--grpc-port", "0", "--http-port", "0"};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  int said[2];
  OVERDRACHT_CHECK(pipe(said) == 0, "a pipe");
  process_ = fork();
  if (process_ == 0) {
    dup2(said[1], STDOUT_FILENO);
    close(said[0]);
    close(said[1]);
    execv(binary.c_str(), arguments.data());
    _exit(127);
  }
  close(said[1]);
  std::FILE* const out = fdopen(said[0], "r");
  char line[1024];
  while (grpc_.empty() && std::fgets(line, sizeof(line), out) != nullptr) {
    if (!absl::StartsWith(line, "ready ")) continue;
    for (absl::string_view word : absl::StrSplit(absl::StripSuffix(line, "\n"), ' ')) {
      if (absl::ConsumePrefix(&word, "grpc=")) grpc_ = std::string(word);
      if (absl::ConsumePrefix(&word, "http=")) http_ = std::string(word);
    }
  }
  std::fclose(out);
  OVERDRACHT_CHECK(!grpc_.empty(), "dev is ready");
}

DevProcess::~DevProcess() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

size_t DevProcess::Memory() const {
  std::ifstream status(absl::StrCat("/proc/", process_, "/smaps_rollup"));
  std::string line;
  size_t kilobytes = 0;
  while (std::getline(status, line)) {
    if (absl::StartsWith(line, "Private_Dirty:")) std::istringstream(line.substr(14)) >> kilobytes;
  }
  OVERDRACHT_CHECK(kilobytes > 0, "the process is there");
  return kilobytes << 10;
}

double DevProcess::Cpu() const {
  std::ifstream stat(absl::StrCat("/proc/", process_, "/stat"));
  std::string all((std::istreambuf_iterator<char>(stat)), {});
  const std::vector<std::string> words = absl::StrSplit(all.substr(all.rfind(')') + 2), ' ');
  return (std::stod(words[11]) + std::stod(words[12])) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace overdracht::testing
