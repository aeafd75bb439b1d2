#include "services/move/move.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <utility>

#include "services/base/uuid.h"
#include "services/move/destinations.h"
#include "services/move/old_partition.h"

namespace overdracht::move {
namespace {

constexpr uint64_t kSometimes = 1000;  // records

// What the exports were found to hold.
struct OldRegion {
  std::vector<audit::Verification> exports;
  uint64_t records = 0;
};

absl::StatusOr<OldRegion> Verify(const Options& options, Progress at) {
  OldRegion old;
  absl::flat_hash_set<audit::TrajectId> trajecten;
  for (const std::string& file : options.exports) {
    absl::StatusOr<audit::Verification> verified =
        audit::Verify(file, "", [&](uint64_t done, uint64_t total) { at("verify", done, total); });
    if (!verified.ok()) return verified.status();
    if (verified->divergence)
      return absl::DataLossError(
          absl::StrCat(file, " is not verified: at ", verified->divergence->position, ", ", verified->divergence->why));
    for (const audit::Head& head : verified->heads) {
      if (trajecten.insert(head.traject).second) continue;
      return absl::FailedPreconditionError(absl::StrCat("expected each traject in one export, but ",
                                                        base::FormatUuid({head.traject.data(), head.traject.size()}),
                                                        " is in another one before ", file));
    }
    old.records += verified->records;
    old.exports.push_back(*std::move(verified));
  }
  return old;
}

// As far as it can be told: nothing may have been reported there since it was moved.
bool IsOfKafka(const audit::Verification& verified) {
  return std::any_of(verified.extents.begin(), verified.extents.end(), [](const auto& extent) { return extent.input_to > 0; });
}

absl::Status HoldToOldTopics(const Options& options, const OldRegion& old) {
  const bool all = options.old_topics.size() == old.exports.size();
  std::vector<const audit::Verification*> of_kafka;
  for (const audit::Verification& verified : old.exports) {
    if (all || IsOfKafka(verified)) of_kafka.push_back(&verified);
  }
  if (of_kafka.size() != options.old_topics.size()) {
    return absl::InvalidArgumentError(absl::StrCat("expected --old-topics for each export of a region on Kafka, which are ",
                                                   of_kafka.size(), ", but there are ", options.old_topics.size()));
  }
  for (size_t i = 0; i < of_kafka.size(); ++i) {
    if (absl::Status all = HoldToTopics(*of_kafka[i], options.old_topics[i]); !all.ok()) return all;
  }
  return absl::OkStatus();
}

std::vector<journal::v1::MovedFrom> EndsOf(const OldRegion& old) {
  std::vector<journal::v1::MovedFrom> ends;
  for (const audit::Verification& verified : old.exports) {
    for (const audit::BatchTip& tip : verified.tips) {
      journal::v1::MovedFrom& end = ends.emplace_back();
      end.set_partition(tip.partition);
      end.set_batch(tip.batch);
      if (tip.batch > 0) end.set_hash(std::string(base::Hasher::View(tip.hash)));
    }
  }
  return ends;
}

// Each old partition, with what is read of it noted in `contents`.
absl::StatusOr<std::vector<NextRecord>> OpenAll(const Options& options, const OldRegion& old, Contents* contents) {
  std::vector<NextRecord> partitions;
  for (size_t i = 0; i < old.exports.size(); ++i) {
    for (const audit::BatchTip& tip : old.exports[i].tips) {
      absl::StatusOr<std::unique_ptr<OldPartition>> opened = OldPartition::Open(options.exports[i], old.exports[i], tip.partition);
      if (!opened.ok()) return opened.status();
      partitions.push_back([partition = std::shared_ptr<OldPartition>(*std::move(opened)), contents] {
        absl::StatusOr<std::optional<Unnumbered>> next = partition->Next();
        if (next.ok() && *next) contents->Add(*(*next)->record, (*next)->rest);
        return next;
      });
    }
  }
  return partitions;
}

absl::Status WriteAll(Order* order, uint64_t total, Destinations* destinations, Destinations::Write write, Progress at) {
  for (uint64_t done = 0;; ++done) {
    absl::StatusOr<std::optional<OldRecord>> next = order->Next();
    if (!next.ok()) return next.status();
    if (!*next) return absl::OkStatus();
    if (absl::Status written = destinations->Take(**std::move(next), write); !written.ok()) return written;
    if (done % kSometimes == 0) at("move", done, total);
  }
}

absl::Status Compare(const Contents& old, const NewRegion& region) {
  const absl::StatusOr<Contents> found = region.Read();
  if (!found.ok()) return found.status();
  if (const std::optional<std::string> difference = old.DifferenceTo(*found)) return absl::DataLossError(*difference);
  return absl::OkStatus();
}

absl::Status Fill(NewRegion* region, Order* order, const OldRegion& old, const Contents& contents, Progress at) {
  if (absl::Status taken = region->TakeOver(); !taken.ok()) return taken;
  Destinations destinations(region->partitions(), EndsOf(old));
  const auto write = [region](uint32_t partition, Unnumbered record) { return region->Write(partition, std::move(record)); };
  // Soon, and before anything else: one that was broken off is known by it in every partition.
  if (absl::Status begun = destinations.Begin(write); !begun.ok()) return begun;
  if (absl::Status begun = region->Finish(); !begun.ok()) return begun;
  if (absl::Status written = WriteAll(order, old.records, &destinations, write, at); !written.ok()) return written;
  if (absl::Status finished = region->Finish(); !finished.ok()) return finished;
  if (absl::Status same = Compare(contents, *region); !same.ok()) return same;
  if (absl::Status complete = destinations.Complete(write); !complete.ok()) return complete;
  return region->Finish();
}

// ABORTED, whatever it was: what another status says holds before anything is written.
absl::Status BrokenOff(const absl::Status& why, const topics::Names& names) {
  return absl::AbortedError(absl::StrCat(why.message(), "; the move to ", names.region(),
                                         " did not come to its end: see that no service of it has run, delete its topics ", names.region(),
                                         ".…, make them anew (overdracht deploy kafka-init), and move the region again"));
}

Statement StatementOf(const Options& options, const OldRegion& old, const Contents& contents, const NewRegion& region) {
  Statement statement{
      .from = {}, .to = region.Tips(), .records = contents.records(), .trajecten = contents.trajecten(), .items = contents.items()};
  for (size_t i = 0; i < old.exports.size(); ++i) {
    for (const audit::BatchTip& tip : old.exports[i].tips) statement.from.push_back({.file = options.exports[i], .end = tip});
  }
  return statement;
}

}  // namespace

absl::StatusOr<Statement> MoveRegion(const Options& options, Progress at) {
  const absl::StatusOr<OldRegion> old = Verify(options, at);
  if (!old.ok()) return old.status();
  if (absl::Status all = HoldToOldTopics(options, *old); !all.ok()) return all;
  absl::StatusOr<std::unique_ptr<NewRegion>> region = NewRegion::Open(options.to);
  if (!region.ok()) return region.status();
  Contents contents;
  absl::StatusOr<std::vector<NextRecord>> partitions = OpenAll(options, *old, &contents);
  if (!partitions.ok()) return partitions.status();
  Order order(*std::move(partitions));
  if (absl::Status filled = Fill(region->get(), &order, *old, contents, at); !filled.ok()) return BrokenOff(filled, options.to.names);
  return StatementOf(options, *old, contents, **region);
}

}  // namespace overdracht::move
