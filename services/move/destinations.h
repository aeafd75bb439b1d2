// What is written to the new partitions, and to which:
//
//   where the region comes from   to all, before the first record and behind the last (RegionMoved)
//   what concerns a traject       to the traject's partition, as it stands in the old one
//   a workflow, the clock         to all: it holds for all trajecten
//   where an old one came from    nowhere: it is said of that region, and stays there
//
// A traject starts on the version of its workflow that is the newest in its partition. Partitions are given a version one after the other,
// so that a start may have been decided by an older one than the partition has that it meets: the version that it was decided by is
// deployed again in front of it, and whoever decides the new journal once more decides the same.
#ifndef OVERDRACHT_SERVICES_MOVE_DESTINATIONS_H_
#define OVERDRACHT_SERVICES_MOVE_DESTINATIONS_H_

#include <absl/functional/function_ref.h>
#include <absl/status/status.h>

#include <map>
#include <string>
#include <vector>

#include "services/move/order.h"

namespace overdracht::move {

class Destinations {
 public:
  // `from`: where the old partitions end.
  Destinations(uint32_t partitions, std::vector<journal::v1::MovedFrom> from) : from_(std::move(from)), deployed_(partitions) {}

  // Called in the order in which each partition has to have them. A failure ends what called it, and comes out of it.
  using Write = absl::FunctionRef<absl::Status(uint32_t partition, Unnumbered record)>;

  absl::Status Begin(Write write) const { return SayWhereFrom(false, write); }
  // FAILED_PRECONDITION: it is of a kind that this program does not know.
  absl::Status Take(OldRecord old, Write write);
  // Once all partitions are compared with the old ones.
  absl::Status Complete(Write write) const { return SayWhereFrom(true, write); }

 private:
  // By the workflow's id: the version that was deployed last.
  using Newest = std::map<std::string, const journal::v1::DefinitionDeployed*>;

  uint32_t partitions() const { return static_cast<uint32_t>(deployed_.size()); }
  absl::Status SayWhereFrom(bool complete, Write write) const;
  absl::Status WriteToAll(const Unnumbered& what, Write write) const;
  absl::Status TakeDefinition(const OldRecord& old, Write write);
  absl::Status Deploy(const std::string& id, const journal::v1::DefinitionDeployed* version, int64_t time_us, uint32_t partition,
                      Write write);

  const std::vector<journal::v1::MovedFrom> from_;
  std::map<std::string, journal::v1::DefinitionDeployed> versions_;
  std::map<size_t, Newest> old_;  // by old partition
  std::vector<Newest> deployed_;  // by new one
  int64_t clock_us_ = 0;          // the latest of all old ones
};

// Whether it is of the journal and not of the region: what a comparison of what moved leaves out.
bool IsOfThePartition(const journal::v1::Record& record);
// The traject that a record is about, 16 bytes, whether it was started or not.
const std::string& TrajectOf(const journal::v1::Record& record);

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_DESTINATIONS_H_
