#include "services/workflow/failpoint.h"

#ifdef OVERDRACHT_TEST_HOOKS

#include <csignal>
#include <cstdlib>
#include <string>

namespace overdracht::workflow {

void Failpoint(const char* point) {
  static const std::string wanted = [] {
    const char* const text = std::getenv("OVERDRACHT_FAILPOINT");
    return std::string(text == nullptr ? "" : text);
  }();
  static const size_t colon = wanted.find(':');
  static long left = colon == std::string::npos ? 0 : std::strtol(wanted.c_str() + colon + 1, nullptr, 10);
  if (left <= 0 || wanted.compare(0, colon, point) != 0) return;
  if (--left == 0) std::raise(SIGKILL);
}

}  // namespace overdracht::workflow

#endif
