// The file of an export: the whole journal, its batches verbatim (docs/formats.md).
//
//   "OVX" 1, number of partitions
//   each partition: its number, then batches (length, bytes), then length 0, the number of batches and records and the last batch's hash
//
// The end of each partition says how much there was, so that a file that was cut off cannot pass for a short one.
#ifndef OVERDRACHT_SERVICES_AUDIT_EXPORT_FILE_H_
#define OVERDRACHT_SERVICES_AUDIT_EXPORT_FILE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "services/log/event_log.h"

namespace overdracht::audit {

// The parts of an export, in order, one at a time; its memory is that of the largest batch.
class ExportFile {
 public:
  static absl::StatusOr<std::unique_ptr<ExportFile>> Open(const std::string& path);

  enum class Part {
    kPartition,     // partition() begins
    kBatch,         // batch()
    kPartitionEnd,  // Ends()
    kFileEnd,
    kBroken,  // why(); nothing can be read after it
  };
  Part Next();

  // How many the file says it holds; known from the first Next on.
  uint32_t partitions() const { return partitions_; }
  uint32_t partition() const { return partition_; }
  // Good until the next call of Next.
  absl::string_view batch() const { return batch_; }
  // Whether a partition that was read up to `tip` ended as the file says; to be asked at kPartitionEnd.
  bool EndsAt(const log::Tip& tip) const;
  // Where in the file the present part begins, and the next one.
  uint64_t at() const { return at_; }
  uint64_t next() const { return read_; }
  const std::string& why() const { return why_; }
  uint64_t size() const { return size_; }

  // Goes on with the batch of a partition that begins at `at`, as said by at() before.
  void GoTo(uint32_t partition, uint64_t at);

 private:
  enum class Expected { kHeader, kPartition, kBatch, kNothing };

  Part Broken(std::string why);
  Part BeginFile();
  Part BeginPartition();
  Part NextBatch();
  // False: the file ends before.
  bool Take(size_t size, std::string* bytes);
  template <typename Integer>
  bool Take(Integer* value);

  struct CloseFile {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  std::unique_ptr<std::FILE, CloseFile> file_;
  uint64_t size_ = 0;
  Expected expected_ = Expected::kHeader;
  uint32_t partitions_ = 0;
  uint32_t partition_ = 0;
  uint32_t next_partition_ = 0;
  uint64_t read_ = 0;
  uint64_t at_ = 0;
  std::string batch_;
  uint64_t end_batches_ = 0;
  uint64_t end_records_ = 0;
  std::string end_hash_;
  std::string why_;
};

// One partition of an export as a log that can only be read. Offsets are places in the file.
class ExportReader : public log::EventLog {
 public:
  static absl::StatusOr<std::unique_ptr<ExportReader>> Open(const std::string& path, uint32_t partition);

  absl::StatusOr<log::Tip> Append(const log::Tip& tip, absl::string_view batch) override;
  absl::Status Read(const log::Tip& tip, Visit visit) override;
  bool Wait(const log::Tip& tip, absl::Duration timeout) override { return false; }

 private:
  ExportReader(std::string path, uint32_t partition) : path_(std::move(path)), partition_(partition) {}
  const std::string path_;
  const uint32_t partition_;
};

// How many partitions an export says it holds.
absl::StatusOr<uint32_t> CountPartitions(const std::string& path);

}  // namespace overdracht::audit

#endif  // OVERDRACHT_SERVICES_AUDIT_EXPORT_FILE_H_
