#include <absl/strings/str_cat.h>

#include "services/audit/audit.h"
#include "services/audit/export_file.h"

namespace overdracht::audit {

absl::Status Restore(const std::string& path, log::EventLog* log, Progress progress) {
  absl::StatusOr<std::unique_ptr<ExportFile>> file = ExportFile::Open(path);
  if (!file.ok()) return file.status();
  log::Tip tip;
  for (;;) {
    switch ((*file)->Next()) {
      case ExportFile::Part::kPartition:
        if ((*file)->partitions() == 1) break;
        return absl::FailedPreconditionError(absl::StrCat("expected an export of one partition, but it has ", (*file)->partitions()));
      case ExportFile::Part::kBatch: {
        absl::StatusOr<log::Tip> next = log->Append(tip, (*file)->batch());
        if (!next.ok()) return next.status();
        tip = *next;
        progress((*file)->at(), (*file)->size());
        break;
      }
      case ExportFile::Part::kPartitionEnd:
        if ((*file)->EndsAt(tip)) break;
        return absl::DataLossError(absl::StrCat(path, ": its end does not say what was read"));
      case ExportFile::Part::kFileEnd:
        return absl::OkStatus();
      case ExportFile::Part::kBroken:
        return absl::DataLossError(absl::StrCat(path, ": ", (*file)->why()));
    }
  }
}

}  // namespace overdracht::audit
