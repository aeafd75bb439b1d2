#include "services/log/batch.h"

#include <absl/strings/str_cat.h>

#include <cstring>

namespace overdracht::log {
namespace {

using base::Hash;

// The fourth byte is the version of the format.
constexpr absl::string_view kMagic("OVB\x01", 4);
constexpr size_t kInputToAt = 77;     // where the end of the input stands
constexpr size_t kCountAt = 141;      // and the number of records
constexpr size_t kFixedHeader = 146;  // up to and including the length of decided_by
constexpr size_t kSmallestRecord = 1 + 32 + 32 + 4;
constexpr size_t kTrajectBytes = 16;

// Big endian.
template <typename Integer>
void Fill(Integer value, char* out) {
  for (int shift = 8 * (sizeof(Integer) - 1); shift >= 0; shift -= 8) *out++ = static_cast<char>(value >> shift);
}

template <typename Integer>
void Put(Integer value, std::string* out) {
  out->append(sizeof(Integer), '\0');
  Fill(value, &(*out)[out->size() - sizeof(Integer)]);
}

template <size_t size>
void Put(const std::array<uint8_t, size>& bytes, std::string* out) {
  out->append(reinterpret_cast<const char*>(bytes.data()), size);
}

// Takes fields off the front of bytes. What is not there reads as zero and is remembered.
class Cursor {
 public:
  explicit Cursor(absl::string_view bytes) : bytes_(bytes) {}

  template <typename Integer>
  Integer Take() {
    Integer value = 0;
    for (const char byte : TakeBytes(sizeof(Integer))) value = static_cast<Integer>(value << 8 | static_cast<uint8_t>(byte));
    return value;
  }

  template <size_t size>
  void Take(std::array<uint8_t, size>* out) {
    const absl::string_view bytes = TakeBytes(size);
    if (bytes.size() == size) std::memcpy(out->data(), bytes.data(), size);
  }

  absl::string_view TakeBytes(size_t size) {
    if (size > bytes_.size() - at_) {
      cut_ = true;
      return {};
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  size_t at() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }
  bool cut() const { return cut_; }

 private:
  absl::string_view bytes_;
  size_t at_ = 0;
  bool cut_ = false;
};

Hash BatchHash(absl::string_view header, const std::vector<StoredRecord>& records) {
  base::Hasher hasher("overdracht.batch.v1");
  hasher.Add(header);
  for (const StoredRecord& record : records) hasher.Add(record.link);
  return hasher.Finish();
}

// The header; the number of records that it announces.
std::optional<BatchError> TakeHeader(Cursor* cursor, Batch* batch, uint32_t* count) {
  if (cursor->TakeBytes(kMagic.size()) != kMagic) return BatchError{0, 0, "expected a batch of format 1, but it begins otherwise"};
  const uint8_t kind = cursor->Take<uint8_t>();
  batch->kind = static_cast<BatchKind>(kind);
  batch->number = cursor->Take<uint64_t>();
  batch->epoch = cursor->Take<uint64_t>();
  cursor->Take(&batch->owner);
  cursor->Take(&batch->previous);
  batch->input_from = cursor->Take<uint64_t>();
  batch->input_to = cursor->Take<uint64_t>();
  batch->first_record = cursor->Take<uint64_t>();
  batch->anchor.offset = cursor->Take<uint64_t>();
  cursor->Take(&batch->anchor.hash);
  batch->written_us = static_cast<int64_t>(cursor->Take<uint64_t>());
  *count = cursor->Take<uint32_t>();
  batch->decided_by = cursor->TakeBytes(cursor->Take<uint8_t>());
  if (cursor->cut()) return BatchError{cursor->at(), 0, "the batch ends within its header"};
  if (kind != 1 && kind != 2) return BatchError{kMagic.size(), 0, absl::StrCat("expected a batch of kind 1 or 2, but it is ", kind)};
  if (*count > cursor->left() / kSmallestRecord)
    return BatchError{kCountAt, 0, absl::StrCat("the batch is too short for ", *count, " records")};
  return std::nullopt;
}

std::optional<BatchError> TakeRecord(size_t index, Cursor* cursor, StoredRecord* record) {
  const size_t begin = cursor->at();
  const uint8_t traject_size = cursor->Take<uint8_t>();
  if (traject_size != 0 && traject_size != kTrajectBytes) return BatchError{begin, index, "the id of the traject is not 16 bytes long"};
  record->traject = cursor->TakeBytes(traject_size);
  cursor->Take(&record->previous);
  cursor->Take(&record->link);
  record->bytes = cursor->TakeBytes(cursor->Take<uint32_t>());
  if (cursor->cut()) return BatchError{begin, index, "the batch ends within the record"};
  if (traject_size == 0 && record->previous != Hash{})
    return BatchError{begin, index, "a record of no traject follows none, but it names one"};
  if (LinkHash(record->traject, record->previous, record->bytes) != record->link) {
    return BatchError{begin, index, "the record's hash is not that of its bytes"};
  }
  return std::nullopt;
}

}  // namespace

Hash LinkHash(absl::string_view traject, const Hash& previous, absl::string_view bytes) {
  return base::Hasher("overdracht.record.v1").Add(traject).Add(previous).Add(bytes).Finish();
}

std::optional<BatchError> DecodeBatch(absl::string_view stored, Batch* batch) {
  if (stored.size() < sizeof(Hash)) return BatchError{0, 0, "the batch is shorter than a hash"};
  if (stored.size() > kMaxBatchBytes) return BatchError{0, 0, absl::StrCat("the batch is longer than ", kMaxBatchBytes, " bytes")};
  Cursor cursor(stored.substr(0, stored.size() - sizeof(Hash)));
  uint32_t count = 0;
  if (auto error = TakeHeader(&cursor, batch, &count)) return error;
  const size_t header_size = cursor.at();
  batch->records.resize(count);
  for (uint32_t i = 0; i < count; ++i) {
    batch->records[i].number = batch->first_record + i;
    if (auto error = TakeRecord(i, &cursor, &batch->records[i])) return error;
  }
  if (cursor.left() != 0) return BatchError{cursor.at(), 0, absl::StrCat(cursor.left(), " bytes follow the last record")};
  batch->hash = BatchHash(stored.substr(0, header_size), batch->records);
  batch->stored = stored;
  if (base::Hasher::View(batch->hash) != stored.substr(cursor.at())) {
    return BatchError{0, 0, "the batch's hash is not that of its header and records"};
  }
  return std::nullopt;
}

BatchWriter::BatchWriter(const BatchHeader& header) : first_record_(header.first_record) {
  bytes_.append(kMagic.data(), kMagic.size());
  Put(static_cast<uint8_t>(header.kind), &bytes_);
  Put(header.number, &bytes_);
  Put(header.epoch, &bytes_);
  Put(header.owner, &bytes_);
  Put(header.previous, &bytes_);
  Put(header.input_from, &bytes_);
  Put(header.input_to, &bytes_);
  Put(header.first_record, &bytes_);
  Put(header.anchor.offset, &bytes_);
  Put(header.anchor.hash, &bytes_);
  Put(static_cast<uint64_t>(header.written_us), &bytes_);
  Put(uint32_t{0}, &bytes_);
  const absl::string_view decided_by = header.decided_by.substr(0, 255);
  Put(static_cast<uint8_t>(decided_by.size()), &bytes_);
  bytes_.append(decided_by.data(), decided_by.size());
  header_size_ = bytes_.size();
}

Hash BatchWriter::Add(absl::string_view traject, const Hash& previous, absl::string_view bytes) {
  return Add(traject, previous, [bytes](std::string* out) { out->append(bytes.data(), bytes.size()); });
}

Hash BatchWriter::Add(absl::string_view traject, const Hash& previous, absl::FunctionRef<void(std::string* bytes)> append) {
  const Hash before = traject.empty() ? Hash{} : previous;
  Put(static_cast<uint8_t>(traject.size()), &bytes_);
  bytes_.append(traject.data(), traject.size());
  Put(before, &bytes_);
  // The hash and the length of what comes after them are filled in once it is there.
  const size_t link_at = bytes_.size(), begin = link_at + sizeof(Hash) + sizeof(uint32_t);
  bytes_.append(begin - link_at, '\0');
  append(&bytes_);
  const absl::string_view record = absl::string_view(bytes_).substr(begin);
  const Hash link = links_.emplace_back(LinkHash(traject, before, record));
  std::memcpy(&bytes_[link_at], link.data(), link.size());
  Fill(static_cast<uint32_t>(record.size()), &bytes_[begin - sizeof(uint32_t)]);
  return traject.empty() ? Hash{} : link;
}

void BatchWriter::set_input_to(uint64_t input_to) { Fill(input_to, &bytes_[kInputToAt]); }

std::string BatchWriter::Finish() {
  Fill(static_cast<uint32_t>(links_.size()), &bytes_[kCountAt]);
  base::Hasher hasher("overdracht.batch.v1");
  hasher.Add(absl::string_view(bytes_).substr(0, header_size_));
  for (const Hash& link : links_) hasher.Add(link);
  Put(hasher.Finish(), &bytes_);
  return std::move(bytes_);
}

}  // namespace overdracht::log
