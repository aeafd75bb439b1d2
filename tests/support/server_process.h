// A server in a process of its own, ended with the object, and what it costs. It says where it is by a line `ready grpc=<address> …`.
#ifndef OVERDRACHT_TESTS_SUPPORT_SERVER_PROCESS_H_
#define OVERDRACHT_TESTS_SUPPORT_SERVER_PROCESS_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

namespace overdracht::testing {

class ServerProcess {
 public:
  // The program and its arguments. Dies where it does not come up.
  explicit ServerProcess(std::vector<std::string> words);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  const std::string& address() const { return address_; }  // host:port
  // The body of a page of its HTTP port.
  std::string HttpGet(const std::string& path) const;

  // As a kill -9 does; it is gone when this returns.
  void Kill();

  // User and system time that it has used (0 when it is gone).
  double CpuSeconds() const;
  // Memory of its own that it holds now.
  size_t MemoryBytes() const;

 private:
  void End(int signal);

  pid_t pid_ = 0;  // 0: ended
  int output_ = -1;
  std::string address_;
  std::string http_address_;
};

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_SUPPORT_SERVER_PROCESS_H_
