#include "services/partner/overview/store.h"

#include <absl/strings/str_cat.h>

#include <map>
#include <queue>
#include <utility>

#include "services/base/uuid.h"
#include "services/partner/overview/fold.h"

namespace overdracht::partner {

using api::v1::TrajectFilter;
using api::v1::TrajectOverview;
using storage::Database;
using storage::Statement;

namespace {

// Changes with the tables.
constexpr int kTables = 1;

constexpr char kSchema[] =
    "CREATE TABLE organisations (id INTEGER PRIMARY KEY, oin BLOB NOT NULL UNIQUE, place INTEGER NOT NULL);"
    "CREATE TABLE groups (id INTEGER PRIMARY KEY, organisation INTEGER NOT NULL, phase BLOB NOT NULL, status INTEGER NOT "
    "NULL,"
    " responsible BLOB NOT NULL, overdue INTEGER NOT NULL, has_tasks INTEGER NOT NULL, trajecten INTEGER NOT NULL,"
    " UNIQUE (organisation, phase, status, responsible, overdue, has_tasks));"
    "CREATE TABLE overviews (organisation INTEGER NOT NULL, traject BLOB NOT NULL, in_group INTEGER NOT NULL,"
    " overview BLOB NOT NULL, UNIQUE (organisation, traject));"
    "CREATE INDEX overviews_by_group ON overviews (in_group, traject)";

int Version() { return kTables * 1000 + kFoldVersion; }

}  // namespace

struct OverviewStore::Kept {
  TrajectOverview overview;
  int64_t group = 0;  // 0: in none yet
};

bool Passes(const TrajectFilter& filter, const TrajectOverview& overview) {
  return (filter.phase().empty() || filter.phase() == overview.phase()) &&
         (filter.status() == notice::v1::STATUS_UNSPECIFIED || filter.status() == overview.status()) &&
         (filter.responsible().empty() || filter.responsible() == overview.responsible()) &&
         (!filter.has_overdue() || filter.overdue() == overview.overdue()) &&
         (!filter.has_has_tasks() || filter.has_tasks() == overview.has_tasks());
}

absl::StatusOr<std::unique_ptr<OverviewStore>> OverviewStore::Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Database>> database = Database::OpenCache(path, Version(), kSchema);
  if (!database.ok()) return database.status();
  if (absl::Status status = (*database)->Execute("PRAGMA cache_size=-16384"); !status.ok()) return status;
  std::unique_ptr<OverviewStore> store(new OverviewStore(*std::move(database)));
  if (absl::Status status = store->Prepare(); !status.ok()) return status;
  return store;
}

absl::Status OverviewStore::Prepare() {
  return database_->Prepare({
      {&find_organisation_, "SELECT id, place FROM organisations WHERE oin = ?"},
      {&add_organisation_, "INSERT INTO organisations (oin, place) VALUES (?, 0) RETURNING id"},
      {&keep_place_, "UPDATE organisations SET place = ? WHERE id = ?"},
      {&read_, "SELECT in_group, overview FROM overviews WHERE organisation = ? AND traject = ?"},
      {&write_,
       "INSERT INTO overviews VALUES (?, ?, ?, ?)"
       " ON CONFLICT DO UPDATE SET in_group = excluded.in_group, overview = excluded.overview"},
      {&find_group_,
       "SELECT id FROM groups WHERE organisation = ? AND phase = ? AND status = ? AND responsible = ? AND overdue = ?"
       " AND has_tasks = ?"},
      {&add_group_,
       "INSERT INTO groups (organisation, phase, status, responsible, overdue, has_tasks, trajecten)"
       " VALUES (?, ?, ?, ?, ?, ?, 0) RETURNING id"},
      {&count_group_, "UPDATE groups SET trajecten = trajecten + ? WHERE id = ?"},
      {&read_groups_,
       "SELECT id, phase, status, responsible, overdue, has_tasks, trajecten FROM groups"
       " WHERE organisation = ? AND trajecten > 0"},
      {&next_in_group_, "SELECT traject FROM overviews WHERE in_group = ? AND traject > ? ORDER BY traject LIMIT 1"},
  });
}

absl::StatusOr<int64_t> OverviewStore::IdOf(const std::string& organisation) {
  const absl::StatusOr<bool> found = find_organisation_.Reset().Bind(organisation).Step();
  if (!found.ok()) return found.status();
  const int64_t id = *found ? find_organisation_.Integer(0) : 0;
  find_organisation_.Reset();
  return id;
}

absl::StatusOr<int64_t> OverviewStore::MakeId(const std::string& organisation) {
  const absl::StatusOr<int64_t> id = IdOf(organisation);
  if (!id.ok() || *id != 0) return id;
  const absl::StatusOr<bool> added = add_organisation_.Reset().Bind(organisation).Step();
  if (!added.ok()) return added.status();
  const int64_t made = add_organisation_.Integer(0);
  add_organisation_.Reset();
  return made;
}

absl::StatusOr<uint64_t> OverviewStore::Place(const std::string& organisation) {
  const absl::StatusOr<bool> found = find_organisation_.Reset().Bind(organisation).Step();
  if (!found.ok()) return found.status();
  const uint64_t place = *found ? static_cast<uint64_t>(find_organisation_.Integer(1)) : 0;
  find_organisation_.Reset();
  return place;
}

absl::Status OverviewStore::Add(const std::string& organisation, const region::OutboxPage& page) {
  if (absl::Status status = database_->Execute("BEGIN"); !status.ok()) return status;
  absl::Status status = AddLocked(organisation, page);
  if (status.ok()) status = database_->Execute("COMMIT");
  if (!status.ok() && database_->InTransaction()) (void)database_->Execute("ROLLBACK");
  return status;
}

absl::Status OverviewStore::AddLocked(const std::string& organisation, const region::OutboxPage& page) {
  const absl::StatusOr<int64_t> id = MakeId(organisation);
  if (!id.ok()) return id.status();
  std::map<std::string, Kept> changed;
  for (const api::v1::OutboxItem& item : page.items) {
    const std::optional<std::string> traject = base::ParseUuid(item.traject());
    if (!traject || !Tells(item)) continue;
    auto [it, is_new] = changed.try_emplace(*traject);
    if (is_new) {
      absl::StatusOr<Kept> kept = Read(*id, *traject);
      if (!kept.ok()) return kept.status();
      it->second = *std::move(kept);
    }
    Fold(item, &it->second.overview);
  }
  for (const auto& [traject, kept] : changed) {
    if (absl::Status status = Write(*id, traject, kept); !status.ok()) return status;
  }
  return keep_place_.Reset().Bind(static_cast<int64_t>(page.after)).Bind(*id).Run();
}

absl::StatusOr<OverviewStore::Kept> OverviewStore::Read(int64_t organisation, absl::string_view traject) {
  const absl::StatusOr<bool> found = read_.Reset().Bind(organisation).Bind(traject).Step();
  if (!found.ok()) return found.status();
  Kept kept;
  if (!*found) return kept;
  kept.group = read_.Integer(0);
  const absl::string_view bytes = read_.Bytes(1);
  const bool parsed = kept.overview.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
  read_.Reset();
  if (!parsed) return absl::DataLossError("expected an overview in overview.db, but it cannot be read");
  return kept;
}

absl::Status OverviewStore::Write(int64_t organisation, absl::string_view traject, const Kept& kept) {
  const absl::StatusOr<int64_t> group = GroupOf(organisation, kept.overview);
  if (!group.ok()) return group.status();
  if (*group != kept.group) {
    for (const auto& [one, by] : {std::pair(kept.group, -1), std::pair(*group, 1)}) {
      if (one == 0) continue;
      if (absl::Status status = count_group_.Reset().Bind(by).Bind(one).Run(); !status.ok()) return status;
    }
  }
  return write_.Reset().Bind(organisation).Bind(traject).Bind(*group).Bind(kept.overview.SerializeAsString()).Run();
}

absl::StatusOr<int64_t> OverviewStore::GroupOf(int64_t organisation, const TrajectOverview& overview) {
  for (Statement* statement : {&find_group_, &add_group_}) {
    const absl::StatusOr<bool> found = statement->Reset()
                                           .Bind(organisation)
                                           .Bind(overview.phase())
                                           .Bind(overview.status())
                                           .Bind(overview.responsible())
                                           .Bind(overview.overdue())
                                           .Bind(overview.has_tasks())
                                           .Step();
    if (!found.ok()) return found.status();
    const int64_t id = *found ? statement->Integer(0) : 0;
    statement->Reset();
    if (*found) return id;
  }
  return absl::InternalError("expected a group that was just made, but there is none");
}

absl::StatusOr<std::optional<TrajectOverview>> OverviewStore::Find(const std::string& organisation, absl::string_view traject) {
  const absl::StatusOr<int64_t> id = IdOf(organisation);
  if (!id.ok()) return id.status();
  absl::StatusOr<Kept> kept = Read(*id, traject);
  if (!kept.ok()) return kept.status();
  if (kept->group == 0) return std::nullopt;
  return std::move(kept->overview);
}

absl::StatusOr<std::vector<int64_t>> OverviewStore::GroupsThatPass(int64_t organisation, const TrajectFilter& filter, int64_t* total) {
  std::vector<int64_t> groups;
  read_groups_.Reset().Bind(organisation);
  while (true) {
    const absl::StatusOr<bool> row = read_groups_.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    TrajectOverview like;
    like.set_phase(std::string(read_groups_.Bytes(1)));
    like.set_status(static_cast<notice::v1::Status>(read_groups_.Integer(2)));
    like.set_responsible(std::string(read_groups_.Bytes(3)));
    like.set_overdue(read_groups_.Integer(4) != 0);
    like.set_has_tasks(read_groups_.Integer(5) != 0);
    if (!Passes(filter, like)) continue;
    groups.push_back(read_groups_.Integer(0));
    *total += read_groups_.Integer(6);
  }
  read_groups_.Reset();
  return groups;
}

absl::StatusOr<OverviewStore::Page> OverviewStore::List(const std::string& organisation, const TrajectFilter& filter,
                                                        absl::string_view after, int most) {
  const absl::StatusOr<int64_t> id = IdOf(organisation);
  if (!id.ok()) return id.status();
  Page page;
  const absl::StatusOr<std::vector<int64_t>> groups = GroupsThatPass(*id, filter, &page.total);
  if (!groups.ok()) return groups.status();

  // The next traject of each group, the smallest first.
  using Next = std::pair<std::string, int64_t>;
  std::priority_queue<Next, std::vector<Next>, std::greater<>> next;
  const auto look = [&](int64_t group, absl::string_view behind) {
    const absl::StatusOr<bool> found = next_in_group_.Reset().Bind(group).Bind(behind).Step();
    if (found.ok() && *found) next.emplace(std::string(next_in_group_.Bytes(0)), group);
    next_in_group_.Reset();
    return found.status();
  };
  for (int64_t group : *groups) {
    if (absl::Status status = look(group, after); !status.ok()) return status;
  }
  while (!next.empty() && page.trajecten.size() < static_cast<size_t>(most)) {
    const auto [traject, group] = next.top();
    next.pop();
    absl::StatusOr<Kept> kept = Read(*id, traject);
    if (!kept.ok()) return kept.status();
    page.trajecten.push_back(std::move(kept->overview));
    page.last = traject;
    if (absl::Status status = look(group, traject); !status.ok()) return status;
  }
  page.more = !next.empty();
  return page;
}

}  // namespace overdracht::partner
