// An export -> vouched for, or the first place where it diverges. Order of the checks: docs/formats.md, 'What a verifier does'.
#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstring>

#include "services/audit/audit.h"
#include "services/audit/export_file.h"
#include "services/event/write.h"

namespace overdracht::audit {
namespace {

using log::Batch;
using log::StoredRecord;
using log::Tip;
using Part = ExportFile::Part;

// A record says in its own first fields which one it is: 08 number, and 12 10 traject where it concerns one.
bool SaysItsPlace(const StoredRecord& record) {
  std::string place = "\x08";
  uint64_t number = record.number;
  for (; number >= 0x80; number >>= 7) place.push_back(static_cast<char>(number | 0x80));
  place.push_back(static_cast<char>(number));
  if (!record.traject.empty()) absl::StrAppend(&place, "\x12\x10", record.traject);
  if (record.bytes.substr(0, place.size()) != place) return false;
  return !record.traject.empty() || record.bytes.size() == place.size() || record.bytes[place.size()] != '\x12';
}

class Verifier {
 public:
  Verifier(ExportFile& file, const KeptHeads& kept, Verification& result) : file_(file), kept_(kept), result_(result) {}

  void Run(Progress progress) {
    Part part = Part::kFileEnd;
    do {
      part = file_.Next();
      progress(file_.at(), file_.size());
    } while (Check(part) && part != Part::kFileEnd);
    if (result_.divergence) return;
    CollectHeads();
    CheckKeptAreThere();
    if (!result_.divergence) result_.root = Root(result_.heads);
  }

 private:
  // False: it diverges here.
  bool Check(Part part) {
    switch (part) {
      case Part::kPartition:
        partition_ = file_.partition();
        begins_ = file_.next();
        tip_ = Tip{};
        return true;
      case Part::kBatch:
        return CheckBatch();
      case Part::kPartitionEnd:
        if (!file_.EndsAt(tip_)) return Diverges(0, "the partition does not end as its end says");
        result_.tips.push_back({partition_, tip_.number, tip_.last_record, tip_.hash});
        result_.extents.push_back({begins_, tip_.input_to});
        return true;
      case Part::kFileEnd:
        return true;
      case Part::kBroken:
        return Diverges(0, file_.why());
    }
    return false;
  }

  bool CheckBatch() {
    if (const auto error = log::DecodeBatch(file_.batch(), &batch_)) {
      return Diverges(error->record, absl::StrCat("byte ", error->byte, " of the batch: ", error->why));
    }
    if (const log::Verdict verdict = log::Judge(tip_, batch_); verdict != log::Verdict::kCounts) return Diverges(0, log::Reason(verdict));
    for (size_t i = 0; i < batch_.records.size(); ++i) {
      if (!CheckRecord(i, batch_.records[i])) return false;
    }
    const auto kept = kept_.batches.find({file_.partition(), batch_.number});
    if (kept != kept_.batches.end() && kept->second != batch_.hash) return Diverges(0, "its hash is not the one that was kept");
    tip_ = log::Follow(tip_, file_.at(), batch_);
    ++result_.batches;
    result_.records += batch_.records.size();
    return true;
  }

  bool CheckRecord(size_t index, const StoredRecord& record) {
    if (!SaysItsPlace(record)) return Diverges(index, "the record says another number or traject than it is stored under");
    const auto kept = kept_.records.find({file_.partition(), record.number});
    if (kept != kept_.records.end() && (kept->second.head != record.link ||
                                        absl::string_view(kept->second.traject.data(), kept->second.traject.size()) != record.traject)) {
      return Diverges(index, "the head that was kept is not that of the record");
    }
    if (record.traject.empty()) {
      if (record.number == 1) NoteWhereFrom(record);
      return true;
    }
    TrajectId id;
    std::memcpy(id.data(), record.traject.data(), id.size());
    Head& head = heads_[id];
    if (record.previous != head.head) return Diverges(index, "the record does not follow the last one of its traject");
    if (head.number != 0 && head.partition != file_.partition()) return Diverges(index, "the traject stands in two partitions");
    head = {id, file_.partition(), record.number, record.link};
    return true;
  }

  // All partitions say the same.
  void NoteWhereFrom(const StoredRecord& stored) {
    journal::v1::Record record;
    if (!record.ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size()))) return;  // what it says is another's matter
    result_.moved_from.clear();
    for (const journal::v1::MovedFrom& from : record.moved().from()) {
      BatchTip& tip = result_.moved_from.emplace_back(BatchTip{from.partition(), from.batch(), 0, {}});
      if (from.hash().size() == tip.hash.size()) std::copy(from.hash().begin(), from.hash().end(), tip.hash.begin());
    }
  }

  void CollectHeads() {
    result_.heads.reserve(heads_.size());
    for (const auto& [id, head] : heads_) result_.heads.push_back(head);
    std::sort(result_.heads.begin(), result_.heads.end(),
              [](const Head& a, const Head& b) { return std::memcmp(a.traject.data(), b.traject.data(), a.traject.size()) < 0; });
  }

  // What was kept of places beyond today's end: a journal that lost its tail. Those within it were compared on the way.
  void CheckKeptAreThere() {
    const auto end_of = [&](uint32_t partition) { return partition < result_.tips.size() ? result_.tips[partition] : BatchTip{}; };
    std::optional<uint32_t> short_one;
    const auto expect = [&](uint32_t partition, bool there) {
      if (!there) short_one = std::min(partition, short_one.value_or(partition));
    };
    for (const auto& [place, head] : kept_.records) expect(place.first, 1 <= place.second && place.second <= end_of(place.first).record);
    for (const auto& [place, hash] : kept_.batches) expect(place.first, 1 <= place.second && place.second <= end_of(place.first).batch);
    if (!short_one) return;
    result_.divergence = {event::FormatPosition(*short_one, end_of(*short_one).record + 1),
                          "the journal ends here, but heads of what followed were kept"};
  }

  // The index-th record of the present batch, or what should stand behind the tip.
  bool Diverges(size_t index, absl::string_view why) {
    // A partition that could not even begin has no tip yet.
    const Tip tip = file_.partition() == partition_ ? tip_ : Tip{};
    result_.divergence = {event::FormatPosition(file_.partition(), tip.last_record + 1 + index),
                          absl::StrCat("batch ", tip.number + 1, " at byte ", file_.at(), ": ", why)};
    return false;
  }

  ExportFile& file_;
  const KeptHeads& kept_;
  Verification& result_;
  uint32_t partition_ = 0;
  uint64_t begins_ = 0;
  Tip tip_;
  Batch batch_;
  absl::flat_hash_map<TrajectId, Head> heads_;
};

}  // namespace

absl::StatusOr<Verification> Verify(const std::string& path, const std::string& heads_file, Progress progress) {
  absl::StatusOr<std::unique_ptr<ExportFile>> file = ExportFile::Open(path);
  if (!file.ok()) return file.status();
  absl::StatusOr<KeptHeads> kept = heads_file.empty() ? KeptHeads() : ReadHeads(heads_file);
  if (!kept.ok()) return kept.status();
  Verification result;
  Verifier(**file, *kept, result).Run(progress);
  return result;
}

}  // namespace overdracht::audit
