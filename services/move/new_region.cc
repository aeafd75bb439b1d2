#include "services/move/new_region.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>

#include "services/event/kafka_record.h"
#include "services/event/write.h"
#include "services/kafka/newest.h"
#include "services/move/destinations.h"
#include "services/topics/report_record.h"
#include "services/topics/settings.h"
#include "services/workflow/kafka/partition_place.h"
#include "services/workflow/partition.h"

namespace overdracht::move {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(30);
// So much more waits for the brokers than with a service that an item may be under way for longer.
constexpr kafka::PublisherOptions kManyItems{.give_up = absl::Seconds(60)};

// The ids of the items that a record tells.
void AddItems(uint32_t partition, const journal::v1::Record& record, std::map<std::string, Sum>* told) {
  for (int n = 0; n < record.notices_size(); ++n) {
    const std::string id = event::ItemId(partition, record.number(), n);
    for (const std::string& organisation : record.notices(n).to()) (*told)[organisation].Add(id);
  }
  const std::string reporter = workflow::ReporterOf(record);
  if (!reporter.empty()) (*told)[reporter].Add(event::ItemId(partition, record.number(), event::kAnswer));
}

}  // namespace

absl::StatusOr<std::unique_ptr<NewRegion>> NewRegion::Open(const Options& options) {
  const absl::StatusOr<uint32_t> partitions = topics::CheckRegion(options.cluster, options.names);
  if (!partitions.ok()) return partitions.status();
  std::unique_ptr<NewRegion> region(new NewRegion(options));
  for (uint32_t partition = 0; partition < *partitions; ++partition) {
    auto journal = workflow::PartitionPlace{options.cluster, options.names, partition}.OpenJournal();
    if (!journal.ok()) return journal.status();
    region->journals_.push_back(*std::move(journal));
  }
  if (absl::Status empty = region->HoldToEmpty(); !empty.ok()) return empty;
  return region;
}

// An organisation's own producer may begin early: its topic is read when its partner service starts.
absl::Status NewRegion::HoldToEmpty() const {
  const topics::Names& names = options_.names;
  const auto ends = kafka::ReadEnds(options_.cluster, absl::StrCat(names.region(), "."), kPatience);
  if (!ends.ok()) return ends.status();
  for (const auto& [topic, partitions] : *ends) {
    const uint64_t records = *std::max_element(partitions.begin(), partitions.end());
    if (records == 0 || absl::StartsWith(topic, names.IngressPrefix())) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("expected the topics of ", names.region(), " to be empty, but ", topic, " has ", records,
                     records == 1 ? " record" : " records", " in a partition: move to another name, or delete all topics ", names.region(),
                     ".… if nothing of them is needed, and make them anew (overdracht deploy kafka-init)"));
  }
  return absl::OkStatus();
}

absl::Status NewRegion::TakeOver() {
  absl::StatusOr<std::unique_ptr<kafka::Publisher>> publisher = kafka::Publisher::Open(options_.cluster, kManyItems);
  if (!publisher.ok()) return publisher.status();
  publisher_ = *std::move(publisher);
  for (uint32_t partition = 0; partition < journals_.size(); ++partition) {
    outboxes_.push_back(std::make_unique<workflow::OutboxTopics>(publisher_.get(), options_.cluster, options_.names, partition,
                                                                 [](const absl::Status&) {}));  // Settle says it
    // Then it knows which there are.
    if (const absl::Status newest = outboxes_.back()->Newest().status(); !newest.ok()) return newest;
  }
  for (uint32_t partition = 0; partition < journals_.size(); ++partition) {
    absl::StatusOr<std::unique_ptr<NewPartition>> taken = NewPartition::TakeOver({.journal = journals_[partition].get(),
                                                                                  .outboxes = outboxes_[partition].get(),
                                                                                  .program = options_.program,
                                                                                  .machine_clock = options_.machine_clock,
                                                                                  .most_bytes_per_batch = log::kMostKafkaBatchBytes});
    if (!taken.ok()) return taken.status();
    partitions_.push_back(*std::move(taken));
  }
  return absl::OkStatus();
}

absl::Status NewRegion::Finish() {
  for (const auto& partition : partitions_) {
    if (absl::Status finished = partition->Finish(); !finished.ok()) return finished;
  }
  return absl::OkStatus();
}

std::vector<audit::BatchTip> NewRegion::Tips() const {
  std::vector<audit::BatchTip> tips;
  for (const auto& partition : partitions_) {
    const log::Tip& tip = partition->tip();
    tips.push_back({static_cast<uint32_t>(tips.size()), tip.number, tip.last_record, tip.hash});
  }
  return tips;
}

absl::StatusOr<Contents> NewRegion::Read() const {
  Contents contents;
  Told told;
  for (uint32_t partition = 0; partition < partitions(); ++partition) {
    absl::flat_hash_map<std::string, base::Hash> heads;
    const absl::Status read = journals_[partition]->Read({}, [&](const log::Tip&, const log::Batch& batch) {
      for (const log::StoredRecord& stored : batch.records) {
        journal::v1::Record record;
        absl::Status sound = ReadRecord(partition, stored, &heads[std::string(stored.traject)], &record);
        if (!sound.ok()) return sound;
        contents.Add(record, *RestOf(stored.bytes));
        AddItems(partition, record, &told);
      }
      return absl::OkStatus();
    });
    if (!read.ok()) return read;
  }
  if (absl::Status same = HoldOutboxesTo(told); !same.ok()) return same;
  return contents;
}

absl::Status NewRegion::ReadRecord(uint32_t partition, const log::StoredRecord& stored, base::Hash* head,
                                   journal::v1::Record* record) const {
  const auto another = [&](absl::string_view expected) {
    return absl::DataLossError(absl::StrCat("expected ", expected, ", but record ", event::FormatPosition(partition, stored.number), " of ",
                                            options_.names.Journal(), " is another"));
  };
  if (!RestOf(stored.bytes) || !record->ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size())) ||
      record->number() != stored.number || record->traject() != stored.traject)
    return another("a record that says its own number and traject");
  if (!IsOfThePartition(*record) && topics::PartitionOf(TrajectOf(*record), partitions()) != partition)
    return another("records of this partition's trajecten");
  if (stored.previous != *head) return another("a record behind the last one of its traject");
  if (!stored.traject.empty()) *head = stored.link;
  return absl::OkStatus();
}

absl::Status NewRegion::HoldOutboxesTo(const Told& told) const {
  Told found;
  const std::string prefix = options_.names.OutboxPrefix();
  const auto take = [&](const std::string& topic, const kafka::PlacedRecord& placed) {
    const std::string* const id = event::FindAttribute(placed.record, "id");
    found[topic.substr(prefix.size())].Add(id == nullptr ? absl::string_view() : *id);
  };
  constexpr size_t kAll = std::numeric_limits<int64_t>::max();
  const auto read = kafka::ReadNewest(options_.cluster, prefix, kAll, kPatience, take);
  if (!read.ok()) return read.status();
  for (const auto& [organisation, items] : told) found.try_emplace(organisation);
  for (const auto& [organisation, there] : found) {
    const auto known = told.find(organisation);
    const Sum expected = known == told.end() ? Sum() : known->second;
    if (there == expected) continue;
    return absl::DataLossError(absl::StrCat("expected ", options_.names.Outbox(organisation), " to have the ", expected.count(),
                                            " items that the journal tells, but it has ", there.count(), ", or others"));
  }
  return absl::OkStatus();
}

}  // namespace overdracht::move
