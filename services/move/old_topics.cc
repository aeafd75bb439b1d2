#include "services/move/old_topics.h"

#include <absl/strings/str_cat.h>

#include "services/kafka/newest.h"
#include "services/workflow/kafka/partition_place.h"

namespace overdracht::move {
namespace {

constexpr absl::Duration kForItsEnds = absl::Seconds(30);

absl::Status HoldToJournal(const OldTopics& old, const audit::BatchTip& expected) {
  const auto journal = workflow::PartitionPlace{old.cluster, old.names, expected.partition}.OpenJournal();
  if (!journal.ok()) return journal.status();
  log::Tip tip;
  const absl::Status read = (*journal)->Read({}, [&](const log::Tip& at, const log::Batch&) {
    tip = at;
    return absl::OkStatus();
  });
  if (!read.ok() || (tip.number == expected.batch && tip.hash == expected.hash)) return read;
  return absl::FailedPreconditionError(absl::StrCat("expected ", old.names.Journal(), " to end as the export does, partition ",
                                                    expected.partition, " with batch ", expected.batch, ", but it ends with batch ",
                                                    tip.number, ": see that no workflow service of it runs, and export it again"));
}

}  // namespace

absl::Status HoldToTopics(const audit::Verification& verified, const OldTopics& old) {
  const std::string events = old.names.Events();
  const absl::StatusOr<std::map<std::string, std::vector<uint64_t>>> found = kafka::ReadEnds(old.cluster, events, kForItsEnds);
  if (!found.ok()) return found.status();
  const auto ends = found->find(events);
  if (ends == found->end())
    return absl::NotFoundError(absl::StrCat("expected the topic ", events, ", but it is not there, or may not be seen"));
  if (ends->second.size() != verified.extents.size()) {
    return absl::FailedPreconditionError(absl::StrCat("expected the export of ", old.names.region(), ", with ", ends->second.size(),
                                                      " partitions, but it has ", verified.extents.size()));
  }
  for (size_t partition = 0; partition < ends->second.size(); ++partition) {
    const uint64_t decided = verified.extents[partition].input_to, end = ends->second[partition];
    if (decided == end) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "expected the export to have decided all of ", events, ", but of partition ", partition, " it has ", decided, " and there are ",
        end, ": start the workflow services again until overdracht_events_lag is 0, stop them, and export it again"));
  }
  for (const audit::BatchTip& tip : verified.tips) {
    if (absl::Status same = HoldToJournal(old, tip); !same.ok()) return same;
  }
  return absl::OkStatus();
}

}  // namespace overdracht::move
