// DIR/unreadable.db: what came in and could not be read as an event, with its bytes. For the region's operator only: kept 30 days, never
// exported. Used by the loop's thread only.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_UNREADABLE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_UNREADABLE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <memory>
#include <string>

#include "overdracht/journal/v1/refusal.pb.h"
#include "services/base/time.h"
#include "services/storage/database.h"

namespace overdracht::workflow {

using storage::Database;
using storage::Statement;

class Unreadable {
 public:
  // One that is damaged is thrown away, and made anew.
  static absl::StatusOr<std::unique_ptr<Unreadable>> Open(const std::string& path, base::Micros now);
  // Throws the file away; nobody may have it open.
  static absl::Status Drop(const std::string& path) { return Database::Remove(path); }

  // Kept once Commit returned OK. `after_record`: the last record of the journal then, its position among what could be read.
  absl::Status Add(base::Micros now, uint64_t after_record, absl::string_view caller, const journal::v1::Refusal& refusal,
                   absl::string_view bytes);
  absl::Status Commit();
  void Rollback();

 private:
  explicit Unreadable(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  static absl::StatusOr<std::unique_ptr<Unreadable>> OpenFile(const std::string& path, base::Micros now);
  absl::Status Forget(base::Micros now);

  std::unique_ptr<Database> database_;
  Statement add_, forget_, size_;
  base::Micros forgot_at_ = 0;
  int64_t stored_bytes_ = 0;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_UNREADABLE_H_
