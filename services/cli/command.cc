#include "services/cli/command.h"

#include <cstdio>

namespace overdracht::cli {

int NotFinished(const std::string& why) {
  std::fprintf(stderr, "overdracht: %s\n", why.c_str());
  return kNotFinished;
}

int Usage(const std::string& why) {
  std::fprintf(stderr, "overdracht: %s\n", why.c_str());
  return kUsage;
}

}  // namespace overdracht::cli
