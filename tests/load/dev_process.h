// `overdracht dev` in a process of its own, on a temporary folder, for as long as it is there; and what it costs.
#ifndef OVERDRACHT_TESTS_LOAD_DEV_PROCESS_H_
#define OVERDRACHT_TESTS_LOAD_DEV_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace overdracht::testing {

class DevProcess {
 public:
  // Dies where it does not come up.
  explicit DevProcess(const std::string& binary, const std::vector<std::string>& more = {});
  ~DevProcess();
  DevProcess(const DevProcess&) = delete;

  const std::string& grpc() const { return grpc_; }  // host:port
  const std::string& http() const { return http_; }
  const std::string& data() const { return data_; }

  // Bytes of memory of its own that it holds now.
  size_t Memory() const;
  // Seconds of CPU that it has used.
  double Cpu() const;

 private:
  std::string folder_, data_, grpc_, http_;
  pid_t process_ = -1;
};

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_LOAD_DEV_PROCESS_H_
