// An export that an auditor was given by somebody, who may have made its hashes right; and heads that were kept of one.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "services/audit/audit.h"
#include "services/audit/replay.h"
#include "services/base/check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/seal.h"

using namespace overdracht;

namespace {

// A file with these bytes that stands on no disk.
const std::string& FileOf(absl::string_view bytes) {
  static const int file = memfd_create("export", 0);
  static const std::string& path = *new std::string("/proc/self/fd/" + std::to_string(file));
  const bool written = ftruncate(file, 0) == 0 && pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size());
  OVERDRACHT_CHECK(written, "there is room for an input");
  return path;
}

}  // namespace

FUZZ(bytes) {
  const std::string& path = FileOf(bytes);
  (void)audit::ReadHeads(path);
  const auto verified = audit::Verify(path);
  OVERDRACHT_CHECK(verified.ok(), "a copy that was changed is no error");
  OVERDRACHT_CHECK(verified->divergence.has_value() == verified->root.empty(), "it is vouched for, or it is said where it diverges");
  if (verified->divergence) return;
  (void)audit::Replay(path, {});
  (void)audit::Replay(path, {.traject = {}, .until = {}, .compare = true});
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  if (seed % 2 == 0) fuzz::Sealer().SealExport(data, size);
  return size;
}
