// A batch: what is appended to the journal in one go, and its bytes. docs/formats.md has them field by field.
//
//   writing   BatchWriter: header, then record after record; Finish gives the bytes
//   reading   DecodeBatch: bytes -> Batch, every hash checked; what is wrong with them where they are not a batch
//
// A record is hashed once: its link covers its stored bytes and the link before it in its traject's chain, and the batch's hash covers
// the header and the links.
#ifndef OVERDRACHT_SERVICES_LOG_BATCH_H_
#define OVERDRACHT_SERVICES_LOG_BATCH_H_

#include <absl/functional/function_ref.h>
#include <absl/strings/string_view.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "services/base/sha256.h"

namespace overdracht::log {

using OwnerToken = std::array<uint8_t, 16>;

enum class BatchKind : uint8_t { kWork = 1, kTakeOver = 2 };

inline constexpr size_t kMaxBatchBytes = 16 << 20;

// The newest batch that a writer knew to count when it wrote.
struct Anchor {
  uint64_t offset = 0;
  base::Hash hash{};
  bool operator==(const Anchor&) const = default;
};

struct BatchHeader {
  BatchKind kind = BatchKind::kWork;
  uint64_t number = 0;
  uint64_t epoch = 0;
  OwnerToken owner{};
  base::Hash previous{};  // hash of the batch that it was made behind
  uint64_t input_from = 0;
  uint64_t input_to = 0;
  uint64_t first_record = 0;  // number of its first record; of a batch without records, of the next one
  Anchor anchor;
  int64_t written_us = 0;          // wall clock of the writer, for people; decided by nothing
  absl::string_view decided_by{};  // version of the program, at most 255 bytes
};

// A record as stored. `traject` and `bytes` are views into the batch's bytes.
struct StoredRecord {
  uint64_t number = 0;
  absl::string_view traject;  // 16 bytes, or empty
  base::Hash previous{};      // head of the traject's chain before it; zero for the first, and where there is no traject
  base::Hash link{};          // head of the traject's chain after it
  absl::string_view bytes;    // serialized journal.v1.Record
};

// A batch as read. It is good for as long as the bytes that it was decoded from.
struct Batch : BatchHeader {
  std::vector<StoredRecord> records;
  base::Hash hash{};
  absl::string_view stored;  // all of its bytes
};

// What is wrong with the bytes of a batch, and where.
struct BatchError {
  size_t byte = 0;    // where in the batch the part begins that is wrong
  size_t record = 0;  // index of the record that it lies in; 0 where it lies in none
  std::string why;
};

// The head of a traject's chain after a record with these bytes.
base::Hash LinkHash(absl::string_view traject, const base::Hash& previous, absl::string_view bytes);

// Never reads outside `stored`, whatever it holds. `batch` is reused; it is of no use after an error.
std::optional<BatchError> DecodeBatch(absl::string_view stored, Batch* batch);

// Makes the bytes of one batch.
class BatchWriter {
 public:
  explicit BatchWriter(const BatchHeader& header);

  // Appends the record numbered next_number(): `traject` 16 bytes or empty, `previous` the head of its chain (ignored without traject),
  // `bytes` the serialized Record. The new head of the chain, zero without traject.
  base::Hash Add(absl::string_view traject, const base::Hash& previous, absl::string_view bytes);
  // The same, of a record that is serialized where it comes to stand: `append` appends its bytes to those of the batch.
  base::Hash Add(absl::string_view traject, const base::Hash& previous, absl::FunctionRef<void(std::string* bytes)> append);

  // How far the input is decided after it, where that is further than its header says.
  void set_input_to(uint64_t input_to);

  uint64_t next_number() const { return first_record_ + links_.size(); }
  // Of the batch so far, with its hash.
  size_t size() const { return bytes_.size() + sizeof(base::Hash); }
  bool empty() const { return links_.empty(); }

  // To be called once, last.
  std::string Finish();

 private:
  std::string bytes_;
  size_t header_size_ = 0;
  uint64_t first_record_ = 0;
  std::vector<base::Hash> links_;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_BATCH_H_
