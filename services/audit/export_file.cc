#include "services/audit/export_file.h"

#include <absl/strings/str_cat.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace overdracht::audit {
namespace {

constexpr absl::string_view kMagic("OVX\x01", 4);
constexpr size_t kBufferBytes = 1 << 18;

absl::Status Damaged(uint64_t at, absl::string_view why) { return absl::DataLossError(absl::StrCat("byte ", at, " of the export: ", why)); }

}  // namespace

absl::StatusOr<std::unique_ptr<ExportFile>> ExportFile::Open(const std::string& path) {
  auto file = std::make_unique<ExportFile>();
  file->file_.reset(std::fopen(path.c_str(), "rb"));
  struct stat status {};
  if (file->file_ == nullptr || fstat(fileno(file->file_.get()), &status) != 0)
    return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  if (S_ISDIR(status.st_mode)) return absl::NotFoundError(absl::StrCat(path, ": is a folder"));
  (void)std::setvbuf(file->file_.get(), nullptr, _IOFBF, kBufferBytes);
  file->size_ = static_cast<uint64_t>(status.st_size);
  return file;
}

bool ExportFile::Take(size_t size, std::string* bytes) {
  bytes->resize(size);
  const size_t read = std::fread(bytes->data(), 1, size, file_.get());
  read_ += read;
  return read == size;
}

template <typename Integer>
bool ExportFile::Take(Integer* value) {
  unsigned char bytes[sizeof(Integer)];
  const size_t read = std::fread(bytes, 1, sizeof bytes, file_.get());
  read_ += read;
  *value = 0;
  for (const unsigned char byte : bytes) *value = static_cast<Integer>(*value << 8 | byte);
  return read == sizeof bytes;
}

ExportFile::Part ExportFile::Broken(std::string why) {
  expected_ = Expected::kNothing;
  why_ = std::move(why);
  return Part::kBroken;
}

ExportFile::Part ExportFile::Next() {
  if (expected_ == Expected::kHeader) {
    if (const Part part = BeginFile(); part == Part::kBroken) return part;
  }
  at_ = read_;
  switch (expected_) {
    case Expected::kPartition:
      return BeginPartition();
    case Expected::kBatch:
      return NextBatch();
    case Expected::kHeader:
    case Expected::kNothing:
      break;
  }
  return Broken("nothing is read after what is broken");
}

ExportFile::Part ExportFile::BeginFile() {
  std::string magic;
  if (!Take(kMagic.size(), &magic) || magic != kMagic) return Broken("expected an export of format 1, but it begins otherwise");
  if (!Take(&partitions_) || partitions_ == 0) return Broken("expected the number of partitions, but it is not there");
  expected_ = Expected::kPartition;
  return Part::kPartition;
}

ExportFile::Part ExportFile::BeginPartition() {
  if (next_partition_ == partitions_) {
    if (std::fgetc(file_.get()) != EOF) return Broken("bytes follow the last partition");
    return Part::kFileEnd;
  }
  partition_ = next_partition_++;
  uint32_t number = 0;
  if (!Take(&number)) return Broken("the file was cut off: a partition is not there");
  if (number != partition_) return Broken(absl::StrCat("expected partition ", partition_, ", but it is another one"));
  expected_ = Expected::kBatch;
  return Part::kPartition;
}

ExportFile::Part ExportFile::NextBatch() {
  uint32_t length = 0;
  if (!Take(&length)) return Broken("the file was cut off: the end of the partition is not there");
  if (length == 0) {
    if (!Take(&end_batches_) || !Take(&end_records_) || !Take(sizeof(base::Hash), &end_hash_)) {
      return Broken("the file was cut off within the end of the partition");
    }
    expected_ = Expected::kPartition;
    return Part::kPartitionEnd;
  }
  if (length > log::kMaxBatchBytes) return Broken(absl::StrCat("a batch is longer than ", log::kMaxBatchBytes, " bytes"));
  if (!Take(length, &batch_)) return Broken("the file was cut off within a batch");
  return Part::kBatch;
}

bool ExportFile::EndsAt(const log::Tip& tip) const {
  return end_batches_ == tip.number && end_records_ == tip.last_record && end_hash_ == base::Hasher::View(tip.hash);
}

void ExportFile::GoTo(uint32_t partition, uint64_t at) {
  partition_ = partition;
  next_partition_ = partition + 1;
  expected_ = Expected::kBatch;
  read_ = at;
  (void)std::fseek(file_.get(), static_cast<long>(at), SEEK_SET);  // what is read there shows it
}

absl::StatusOr<std::unique_ptr<ExportReader>> ExportReader::Open(const std::string& path, uint32_t partition) {
  absl::StatusOr<uint32_t> partitions = CountPartitions(path);
  if (!partitions.ok()) return partitions.status();
  if (partition >= *partitions) return absl::NotFoundError(absl::StrCat(path, ": holds ", *partitions, " partitions"));
  return std::unique_ptr<ExportReader>(new ExportReader(path, partition));
}

absl::StatusOr<log::Tip> ExportReader::Append(const log::Tip&, absl::string_view) {
  return absl::FailedPreconditionError("an export can only be read");
}

absl::Status ExportReader::Read(const log::Tip& tip, Visit visit) {
  absl::StatusOr<std::unique_ptr<ExportFile>> opened = ExportFile::Open(path_);
  if (!opened.ok()) return opened.status();
  ExportFile& file = **opened;
  if (tip.number > 0) file.GoTo(partition_, tip.offset);
  log::Tip at = tip;
  log::Batch batch;
  bool at_tip = tip.number > 0;
  while (true) {
    const ExportFile::Part part = file.Next();
    if (part == ExportFile::Part::kBroken) return Damaged(file.at(), file.why());
    if (file.partition() != partition_ || part == ExportFile::Part::kPartition) continue;
    if (part != ExportFile::Part::kBatch)
      return file.EndsAt(at) ? absl::OkStatus() : Damaged(file.at(), "the partition does not end as its end says");
    if (const auto error = log::DecodeBatch(file.batch(), &batch))
      return Damaged(file.at(), absl::StrCat("byte ", error->byte, " of the batch: ", error->why));
    if (at_tip) {
      if (batch.hash != tip.hash) return Damaged(file.at(), "there is another batch than was read there");
      at_tip = false;
      continue;
    }
    if (const log::Verdict verdict = log::Judge(at, batch); verdict != log::Verdict::kCounts)
      return Damaged(file.at(), log::Reason(verdict));
    at = log::Follow(at, file.at(), batch);
    if (absl::Status status = visit(at, batch); !status.ok()) return status;
  }
}

absl::StatusOr<uint32_t> CountPartitions(const std::string& path) {
  absl::StatusOr<std::unique_ptr<ExportFile>> file = ExportFile::Open(path);
  if (!file.ok()) return file.status();
  if ((*file)->Next() == ExportFile::Part::kBroken) return absl::DataLossError(absl::StrCat(path, ": ", (*file)->why()));
  return (*file)->partitions();
}

}  // namespace overdracht::audit
