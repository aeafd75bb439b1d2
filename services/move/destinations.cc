#include "services/move/destinations.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "services/topics/report_record.h"

namespace overdracht::move {

using journal::v1::DefinitionDeployed;
using journal::v1::Record;

bool IsOfThePartition(const Record& record) { return record.has_definition() || record.has_clock() || record.has_moved(); }

const std::string& TrajectOf(const Record& record) { return record.traject().empty() ? record.event().traject() : record.traject(); }

absl::Status Destinations::Take(OldRecord old, Write write) {
  const Record& record = *old.what.record;
  clock_us_ = std::max(clock_us_, record.time_us());
  if (record.has_moved()) return absl::OkStatus();
  if (record.has_definition()) return TakeDefinition(old, write);
  if (record.has_clock()) return WriteToAll(old.what, write);
  if (!record.has_event() && !record.has_term())
    return absl::FailedPreconditionError(absl::StrCat("expected records of kinds that this program knows, but record ", record.number(),
                                                      " is none: a newer program has to move it"));
  const uint32_t partition = topics::PartitionOf(TrajectOf(record), partitions());
  if (record.event().has_trajecten_started()) {
    const std::string& id = record.event().trajecten_started().workflow();
    const Newest& known = old_[old.from];
    if (const auto decided_by = known.find(id); decided_by != known.end()) {
      if (absl::Status deployed = Deploy(id, decided_by->second, record.time_us(), partition, write); !deployed.ok()) return deployed;
    }
  }
  return write(partition, std::move(old.what));
}

absl::Status Destinations::TakeDefinition(const OldRecord& old, Write write) {
  const Record& record = *old.what.record;
  const std::string& id = record.definition().definition().id();
  const DefinitionDeployed* const version =
      &versions_.emplace(absl::StrCat(id, "@", record.definition().version()), record.definition()).first->second;
  old_[old.from][id] = version;
  for (uint32_t partition = 0; partition < partitions(); ++partition) {
    if (absl::Status deployed = Deploy(id, version, record.time_us(), partition, write); !deployed.ok()) return deployed;
  }
  return absl::OkStatus();
}

absl::Status Destinations::Deploy(const std::string& id, const DefinitionDeployed* version, int64_t time_us, uint32_t partition,
                                  Write write) {
  const DefinitionDeployed*& newest = deployed_[partition][id];
  if (newest == version) return absl::OkStatus();
  newest = version;
  Record record;
  record.set_time_us(time_us);
  *record.mutable_definition() = *version;
  return write(partition, WithoutNumber(std::move(record)));
}

absl::Status Destinations::SayWhereFrom(bool complete, Write write) const {
  Record record;
  record.set_time_us(clock_us_);
  record.mutable_moved()->mutable_from()->Add(from_.begin(), from_.end());
  record.mutable_moved()->set_complete(complete);
  return WriteToAll(WithoutNumber(std::move(record)), write);
}

absl::Status Destinations::WriteToAll(const Unnumbered& what, Write write) const {
  for (uint32_t partition = 0; partition < partitions(); ++partition) {
    absl::Status written = write(partition, {.record = std::make_unique<Record>(*what.record), .rest = what.rest});
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

}  // namespace overdracht::move
