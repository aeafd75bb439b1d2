// A region moves to new topics on Kafka, with another number of partitions, on another cluster, under another name, or from the embedded
// log:
//
//   verify    its exports: nothing of them was changed, and they have all that there is
//   open      the new topics: they are empty
//   write     every record to where it belongs now (order.h, destinations.h, new_partition.h)
//   compare   what stands there with what was to be moved (contents.h)
//   complete  a last record in each partition, without which nobody takes it over (workflow/moved.h)
//
// What is broken off before that is not gone on with: the new topics are deleted, and it begins anew. The old ones are only read.
// docs/adr/20261128-a-region-moves-by-its-exports.md says why so.
#ifndef OVERDRACHT_SERVICES_MOVE_MOVE_H_
#define OVERDRACHT_SERVICES_MOVE_MOVE_H_

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <map>
#include <string>
#include <vector>

#include "services/audit/heads.h"
#include "services/move/new_region.h"
#include "services/move/old_topics.h"

namespace overdracht::move {

struct Options {
  std::vector<std::string> exports;   // files
  std::vector<OldTopics> old_topics;  // of those exports that are of a region on Kafka, in their order
  NewRegion::Options to;
};

// What there was, and what there is now.
struct Statement {
  struct From {
    std::string file;
    audit::BatchTip end;
  };
  std::vector<From> from;  // each old partition
  std::vector<audit::BatchTip> to;
  uint64_t records = 0;  // that moved
  size_t trajecten = 0;
  // By organisation: how many its outbox has. The next one stands behind these, so it is the cursor of who has all of them.
  std::map<std::string, uint64_t> items;
};

// Told every so often what is done, and how much of it, in bytes or records.
using Progress = absl::FunctionRef<void(const char* stage, uint64_t done, uint64_t total)>;

// INVALID_ARGUMENT: as many old topics are named as are needed. FAILED_PRECONDITION, DATA_LOSS: refused, as an export is not sound or not
// all there is, or the new topics are not empty, and nothing was written; or what came of it is not what there was. Any other: it could not
// finish. The message says where the new topics have to be deleted.
absl::StatusOr<Statement> MoveRegion(const Options& options, Progress at);

}  // namespace overdracht::move

#endif  // OVERDRACHT_SERVICES_MOVE_MOVE_H_
