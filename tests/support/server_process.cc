#include "tests/support/server_process.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "services/base/check.h"

extern char** environ;

namespace overdracht::testing {

ServerProcess::ServerProcess(std::vector<std::string> words) {
  int out[2];
  OVERDRACHT_CHECK(pipe(out) == 0, "no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, out[0]);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  OVERDRACHT_CHECK(posix_spawn(&pid_, words.front().c_str(), &actions, nullptr, arguments.data(), environ) == 0,
                   "the server cannot be started");
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  std::string said;
  char c = 0;
  while (read(out[0], &c, 1) == 1) {
    if (c != '\n') {
      said.push_back(c);
    } else if (absl::StartsWith(said, "ready ")) {
      break;
    } else {
      said.clear();
    }
  }
  output_ = out[0];
  for (absl::string_view word : absl::StrSplit(said, ' ')) {
    if (absl::ConsumePrefix(&word, "grpc=")) address_ = std::string(word);
    if (absl::ConsumePrefix(&word, "http=")) http_address_ = std::string(word);
  }
  OVERDRACHT_CHECK(!address_.empty(), "the server ended before it was ready");
}

ServerProcess::~ServerProcess() {
  End(SIGTERM);
  close(output_);
}

void ServerProcess::Kill() { End(SIGKILL); }

void ServerProcess::End(int signal) {
  if (pid_ == 0) return;
  kill(pid_, signal);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

std::string ServerProcess::HttpGet(const std::string& path) const {
  FILE* const pipe = popen(absl::StrCat("curl --silent --fail http://", http_address_, path).c_str(), "r");
  OVERDRACHT_CHECK(pipe != nullptr, "curl cannot be started");
  std::string body;
  char piece[4096];
  for (size_t size = fread(piece, 1, sizeof piece, pipe); size > 0; size = fread(piece, 1, sizeof piece, pipe)) body.append(piece, size);
  OVERDRACHT_CHECK(pclose(pipe) == 0, "a page that the server does not give");
  return body;
}

double ServerProcess::CpuSeconds() const {
  std::ifstream stat(absl::StrCat("/proc/", pid_, "/stat"));
  std::string text;
  std::getline(stat, text);
  const size_t after_name = text.rfind(')');  // the name may hold spaces
  if (after_name == std::string::npos) return 0;
  std::istringstream fields(text.substr(after_name + 2));
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

size_t ServerProcess::MemoryBytes() const {
  std::ifstream rollup(absl::StrCat("/proc/", pid_, "/smaps_rollup"));
  std::string line;
  size_t kilobytes = 0;
  while (std::getline(rollup, line)) {
    if (absl::StartsWith(line, "Private_Dirty:")) std::istringstream(line.substr(14)) >> kilobytes;
  }
  OVERDRACHT_CHECK(kilobytes > 0, "the process is there");
  return kilobytes << 10;
}

}  // namespace overdracht::testing
