// One partition of a verified export, record after record. Its memory is that of a batch.
#ifndef OVERDRACHT_SERVICES_MOVE_OLD_PARTITION_H_
#define OVERDRACHT_SERVICES_MOVE_OLD_PARTITION_H_

#include <memory>
#include <string>

#include "services/audit/audit.h"
#include "services/audit/export_file.h"
#include "services/move/order.h"

namespace overdracht::move {

class OldPartition {
 public:
  static absl::StatusOr<std::unique_ptr<OldPartition>> Open(const std::string& path, const audit::Verification& verified,
                                                            uint32_t partition);

  // DATA_LOSS: the file is not what was verified.
  absl::StatusOr<std::optional<Unnumbered>> Next();

 private:
  OldPartition(std::unique_ptr<audit::ExportFile> file, const base::Hash& end) : file_(std::move(file)), end_(end) {}
  // False: there is none.
  absl::StatusOr<bool> ReadBatch();

  const std::unique_ptr<audit::ExportFile> file_;
  const base::Hash end_;  // of the last batch that was verified
  log::Tip tip_;
  log::Batch batch_;
  size_t next_ = 0;  // of its records
};

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_OLD_PARTITION_H_
