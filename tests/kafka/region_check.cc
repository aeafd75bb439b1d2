#include "tests/kafka/region_check.h"

#include <absl/strings/str_cat.h>

#include <map>
#include <set>

#include "services/base/check.h"
#include "services/base/uuid.h"
#include "services/event/envelope.h"
#include "services/event/write.h"
#include "services/kafka/reader.h"
#include "services/topics/item_record.h"
#include "services/topics/names.h"
#include "services/workflow/kafka/partition_place.h"
#include "services/workflow/partition.h"

namespace overdracht::testing {
namespace {

using Item = std::pair<uint32_t, std::string>;  // partition and sequence

struct Region {
  kafka::Cluster cluster;
  topics::Names names;

  // What the journal says each organisation is told: the item without its cursor.
  std::map<std::string, std::map<Item, std::string>> told;
  RegionCheck check;

  void Wrong(std::string what) { check.wrong.push_back(std::move(what)); }
};

std::string BytesOf(api::v1::OutboxItem item) {
  item.clear_cursor();
  std::string bytes;
  item.SerializeToString(&bytes);
  return bytes;
}

void Tell(const std::string& organisation, uint32_t partition, const api::v1::OutboxItem& item, Region* region) {
  const bool added = region->told[organisation].emplace(Item{partition, item.cursor()}, BytesOf(item)).second;
  OVERDRACHT_CHECK(added, "two items of a journal have one sequence");
}

void TakeRecord(uint32_t partition, const log::StoredRecord& stored, Region* region) {
  journal::v1::Record record;
  OVERDRACHT_CHECK(record.ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size())), "a record that cannot be read");
  ++region->check.records;
  for (int n = 0; n < record.notices_size(); ++n) {
    for (const std::string& organisation : record.notices(n).to()) {
      Tell(organisation, partition, event::ItemOf(partition, record, n), region);
    }
  }
  if (const std::string reporter = workflow::ReporterOf(record); !reporter.empty())
    Tell(reporter, partition, event::ItemOf(partition, record, event::kAnswer), region);
  if (!record.has_event()) return;
  region->check.reports.push_back({.position = event::FormatPosition(partition, record.number()),
                                   .source = event::SourceOf(record.event()),
                                   .id = record.event().id(),
                                   .subject = base::FormatUuid(record.event().traject()),
                                   .accepted = !record.has_refusal()});
}

void ReadJournal(uint32_t partition, Region* region) {
  const auto journal = workflow::PartitionPlace{region->cluster, region->names, partition}.OpenJournal();
  OVERDRACHT_CHECK(journal.ok(), journal.status().ToString());
  const absl::Status read = (*journal)->Read({}, [&](const log::Tip&, const log::Batch& batch) {
    ++region->check.batches;
    for (const log::StoredRecord& stored : batch.records) TakeRecord(partition, stored, region);
    return absl::OkStatus();
  });
  OVERDRACHT_CHECK(read.ok(), read.ToString());
}

void ReadOutbox(const std::string& organisation, std::map<Item, std::string> told, Region* region) {
  auto reader = kafka::Reader::Open({.cluster = region->cluster, .topic = region->names.Outbox(organisation), .partition = 0});
  if (!reader.ok()) return region->Wrong(absl::StrCat(organisation, ": ", std::string(reader.status().message())));
  std::map<uint32_t, std::string> newest;  // of each partition
  std::set<Item> seen;
  const absl::Status read = (*reader)->ReadAll([&](kafka::PlacedRecord& placed) {
    const std::string at = absl::StrCat(organisation, " at ", placed.offset, ": ");
    topics::ItemMarks marks;
    const absl::StatusOr<api::v1::OutboxItem> item = topics::ReadItem(placed.record, &marks);
    if (!item.ok()) return region->Wrong(absl::StrCat(at, std::string(item.status().message())));
    if (marks.unrecorded) return;
    const uint32_t partition = static_cast<uint32_t>(std::stoul(item->id()));
    const Item key{partition, item->sequence().empty() ? item->cursor() : item->sequence()};
    if (marks.duplicate) {
      ++region->check.answers_again;
      if (seen.count(key) == 0) region->Wrong(at + "an answer given once more before it was given");
      return;
    }
    const auto expected = told.find(key);
    if (expected == told.end()) return region->Wrong(at + "an item that the journal does not have");
    api::v1::OutboxItem plain = *item;
    plain.clear_sequence();
    if (BytesOf(plain) != expected->second) region->Wrong(at + "another item than the journal's");
    ++region->check.items;
    if (!seen.insert(key).second) {
      ++region->check.again;
    } else if (key.second < newest[partition]) {
      region->Wrong(at + "an item after a later one of its partition");
    } else {
      newest[partition] = key.second;
    }
  });
  if (!read.ok()) region->Wrong(absl::StrCat(organisation, ": ", std::string(read.message())));
  for (const auto& [key, bytes] : told) {
    if (seen.count(key) == 0) region->Wrong(absl::StrCat(organisation, ": ", key.first, ":", key.second, " was never told"));
  }
}

}  // namespace

RegionCheck CheckRegion(const std::string& bootstrap, const std::string& name, uint32_t partitions) {
  Region region{.cluster = {.bootstrap = bootstrap}, .names = topics::Names(name)};
  for (uint32_t partition = 0; partition < partitions; ++partition) ReadJournal(partition, &region);
  for (const auto& [organisation, told] : region.told) {
    region.check.told[organisation] = told.size();
    ReadOutbox(organisation, told, &region);
  }
  return std::move(region.check);
}

}  // namespace overdracht::testing
