// DIR/overview.db: the overviews of organisations, folded up to some place of each one's outbox. Only a cache: deleting it costs the time
// to fold the outboxes again and nothing else.
//
// What a list can be filtered by is few: all trajecten of an organisation that agree in phase, status, responsible, overdue and has_tasks
// are one group, and there are hardly more groups than organisations. A list picks the groups that its filter lets through and merges them
// by id from an index, so a page costs a look-up for each group and each row of it, however many trajecten there are.
//
// Used by one thread at a time. A call that fails with DATA_LOSS: the file is damaged.
#ifndef OVERDRACHT_SERVICES_PARTNER_OVERVIEW_STORE_H_
#define OVERDRACHT_SERVICES_PARTNER_OVERVIEW_STORE_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "overdracht/api/v1/overview_service.pb.h"
#include "services/region/region.h"
#include "services/storage/database.h"

namespace overdracht::partner {

bool Passes(const api::v1::TrajectFilter& filter, const api::v1::TrajectOverview& overview);

class OverviewStore {
 public:
  // Opens the file, or makes it. One of another version, or that SQLite cannot read, is thrown away first.
  static absl::StatusOr<std::unique_ptr<OverviewStore>> Open(const std::string& path);

  // Up to where the organisation's outbox is folded: a number of a cursor.
  absl::StatusOr<uint64_t> Place(const std::string& organisation);
  // Folds the next page of the organisation's outbox: all of it, or nothing.
  absl::Status Add(const std::string& organisation, const region::OutboxPage& page);

  // Nothing: never heard of. `traject`: 16 bytes.
  absl::StatusOr<std::optional<api::v1::TrajectOverview>> Find(const std::string& organisation, absl::string_view traject);

  struct Page {
    std::vector<api::v1::TrajectOverview> trajecten;
    std::string last;   // the traject that the next page comes after
    bool more = false;  // there is a next page
    int64_t total = 0;  // on all pages
  };
  // Those after the traject `after` (16 bytes; empty: from the first on), sorted by id.
  absl::StatusOr<Page> List(const std::string& organisation, const api::v1::TrajectFilter& filter, absl::string_view after, int most);

 private:
  explicit OverviewStore(std::unique_ptr<storage::Database> database) : database_(std::move(database)) {}
  struct Kept;  // an overview as the file has it

  absl::Status Prepare();
  absl::StatusOr<int64_t> IdOf(const std::string& organisation);  // 0: unknown
  absl::StatusOr<int64_t> MakeId(const std::string& organisation);
  absl::Status AddLocked(const std::string& organisation, const region::OutboxPage& page);
  absl::StatusOr<Kept> Read(int64_t organisation, absl::string_view traject);
  absl::Status Write(int64_t organisation, absl::string_view traject, const Kept& kept);
  absl::StatusOr<int64_t> GroupOf(int64_t organisation, const api::v1::TrajectOverview& overview);
  absl::StatusOr<std::vector<int64_t>> GroupsThatPass(int64_t organisation, const api::v1::TrajectFilter& filter, int64_t* total);

  std::unique_ptr<storage::Database> database_;
  storage::Statement find_organisation_, add_organisation_, keep_place_, read_, write_, find_group_, add_group_, count_group_, read_groups_,
      next_in_group_;
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_OVERVIEW_STORE_H_
