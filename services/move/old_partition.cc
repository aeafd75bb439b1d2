#include "services/move/old_partition.h"

#include <absl/strings/str_cat.h>

namespace overdracht::move {
namespace {

absl::Status Changed() { return absl::DataLossError("expected the export that was verified, but it has changed since"); }

}  // namespace

absl::StatusOr<std::unique_ptr<OldPartition>> OldPartition::Open(const std::string& path, const audit::Verification& verified,
                                                                 uint32_t partition) {
  absl::StatusOr<std::unique_ptr<audit::ExportFile>> file = audit::ExportFile::Open(path);
  if (!file.ok()) return file.status();
  (*file)->GoTo(partition, verified.extents[partition].begins);
  return std::unique_ptr<OldPartition>(new OldPartition(*std::move(file), verified.tips[partition].hash));
}

absl::StatusOr<std::optional<Unnumbered>> OldPartition::Next() {
  while (next_ == batch_.records.size()) {
    const absl::StatusOr<bool> there = ReadBatch();
    if (!there.ok()) return there.status();
    if (!*there) return std::nullopt;
  }
  const log::StoredRecord& stored = batch_.records[next_++];
  const std::optional<absl::string_view> rest = RestOf(stored.bytes);
  auto record = std::make_unique<journal::v1::Record>();
  if (!rest || !record->ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size())))
    return absl::DataLossError(absl::StrCat("record ", stored.number, " of the export cannot be read"));
  return Unnumbered{.record = std::move(record), .rest = std::string(*rest)};
}

absl::StatusOr<bool> OldPartition::ReadBatch() {
  next_ = 0;
  batch_.records.clear();
  switch (file_->Next()) {
    case audit::ExportFile::Part::kBatch:
      if (log::DecodeBatch(file_->batch(), &batch_) || log::Judge(tip_, batch_) != log::Verdict::kCounts) return Changed();
      tip_ = log::Follow(tip_, file_->at(), batch_);
      return true;
    case audit::ExportFile::Part::kPartitionEnd:
      if (tip_.hash != end_) return Changed();
      return false;
    default:
      return Changed();
  }
}

}  // namespace overdracht::move
