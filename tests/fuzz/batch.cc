// A batch of a journal, as anybody may have left it on a disk. Half of them have hashes that are right.
#include "services/base/check.h"
#include "services/log/chain.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/seal.h"

using namespace overdracht;

FUZZ(bytes) {
  log::Batch batch;
  if (const auto error = log::DecodeBatch(bytes, &batch)) {
    OVERDRACHT_CHECK(!error->why.empty() && error->byte <= bytes.size(), "it says what is wrong, and where");
    return;
  }
  OVERDRACHT_CHECK(batch.stored == bytes, "a batch is all of its bytes");
  (void)log::Judge({}, batch);
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t most, unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  if (seed % 2 == 0) fuzz::Sealer().SealBatch(data, size);
  return size;
}
