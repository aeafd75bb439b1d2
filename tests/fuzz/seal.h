// Makes the hashes of a changed batch or export right again, in place: what lies behind a hash is reached by who can compute one, and only
// so by a fuzzer. The layout is that of docs/formats.md.
#ifndef OVERDRACHT_TESTS_FUZZ_SEAL_H_
#define OVERDRACHT_TESTS_FUZZ_SEAL_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "services/base/sha256.h"
#include "services/log/batch.h"

// libFuzzer's own changes.
extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t most);

namespace overdracht::fuzz {

class Sealer {
 public:
  // As far as it is a batch.
  void SealBatch(uint8_t* batch, size_t size) {
    constexpr size_t kPrevious = 37, kDecidedBy = 145, kHash = sizeof(base::Hash);
    if (size < kDecidedBy + 1 + kHash) return;
    Put(tip_, batch + kPrevious);
    const size_t end = size - kHash;
    const size_t header = kDecidedBy + 1 + batch[kDecidedBy];
    if (header > end) return;
    base::Hasher hasher("overdracht.batch.v1");
    hasher.Add(View(batch, header));
    for (size_t at = header; at < end;) {
      const size_t traject = batch[at++];
      if (end - at < traject + 2 * kHash + 4) break;
      const absl::string_view id = View(batch + at, traject);
      uint8_t* const previous = batch + at + traject;
      const size_t bytes = Number(previous + 2 * kHash);
      at += traject + 2 * kHash + 4;
      if (end - at < bytes) break;
      base::Hash& head = heads_[std::string(id)];
      if (id.empty()) head = {};
      Put(head, previous);
      head = log::LinkHash(id, head, View(batch + at, bytes));
      Put(head, previous + kHash);
      hasher.Add(head);
      at += bytes;
    }
    tip_ = hasher.Finish();
    Put(tip_, batch + end);
  }

  // As far as it is an export.
  void SealExport(uint8_t* file, size_t size) {
    constexpr size_t kMagic = 4, kEnd = 8 + 8 + sizeof(base::Hash);
    for (size_t at = kMagic + 4; at + 4 <= size;) {
      tip_ = {};
      at += 4;  // the number of the partition
      size_t length = 1;
      while (length > 0 && at + 4 <= size) {
        length = Number(file + at);
        at += 4;
        if (length > size - at) return;
        SealBatch(file + at, length);
        at += length;
      }
      if (size - at < kEnd) return;
      Put(tip_, file + at + 16);
      at += kEnd;
    }
  }

 private:
  static absl::string_view View(const uint8_t* at, size_t size) { return {reinterpret_cast<const char*>(at), size}; }
  static size_t Number(const uint8_t* at) { return size_t{at[0]} << 24 | size_t{at[1]} << 16 | size_t{at[2]} << 8 | at[3]; }
  static void Put(const base::Hash& hash, uint8_t* at) { std::copy(hash.begin(), hash.end(), at); }

  base::Hash tip_{};
  std::map<std::string, base::Hash> heads_;
};

}  // namespace overdracht::fuzz

#endif  // OVERDRACHT_TESTS_FUZZ_SEAL_H_
