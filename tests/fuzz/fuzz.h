// One decoder that sees bytes from outside, as libFuzzer calls it: FUZZ(bytes) { … }. What must not happen ends the process.
#ifndef OVERDRACHT_TESTS_FUZZ_FUZZ_H_
#define OVERDRACHT_TESTS_FUZZ_FUZZ_H_

#include <absl/strings/string_view.h>

#include <cstddef>
#include <cstdint>

// NOLINTNEXTLINE
#define FUZZ(bytes)                                                         \
  static void FuzzOne(absl::string_view bytes);                             \
  extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) { \
    FuzzOne(absl::string_view(reinterpret_cast<const char*>(data), size));  \
    return 0;                                                               \
  }                                                                         \
  static void FuzzOne(absl::string_view bytes)

#endif  // OVERDRACHT_TESTS_FUZZ_FUZZ_H_
