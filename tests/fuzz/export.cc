// An export that an auditor was given by somebody.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "services/audit/audit.h"
#include "tests/fuzz/fuzz.h"

using namespace overdracht;

FUZZ(bytes) {
  static const std::string& path = *[] {
    auto* const name = new std::string("/tmp/overdracht-fuzz.XXXXXX");
    close(mkstemp(name->data()));
    return name;
  }();
  static const int once = std::atexit([] { unlink(path.c_str()); });
  (void)once;
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  std::fwrite(bytes.data(), 1, bytes.size(), file);
  std::fclose(file);
  (void)audit::Verify(path);
}
