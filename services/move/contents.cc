#include "services/move/contents.h"

#include <absl/strings/str_cat.h>

#include <cstring>

#include "services/base/uuid.h"
#include "services/move/destinations.h"
#include "services/workflow/partition.h"

namespace overdracht::move {

void Sum::Add(absl::string_view bytes) {
  const base::Hash hash = base::Sha256(bytes);
  std::array<uint64_t, 4> parts{};
  std::memcpy(parts.data(), hash.data(), hash.size());
  for (size_t i = 0; i < parts.size(); ++i) hashes_[i] += parts[i];
  ++count_;
}

void Contents::Add(const journal::v1::Record& record, absl::string_view rest) {
  if (IsOfThePartition(record)) return;
  ++records_;
  AddItems(record);
  if (record.traject().empty()) return others_.Add(rest);
  base::Hash& all = trajecten_[record.traject()];
  all = base::Hasher("overdracht.move.v1").Add(all).Add(rest).Finish();
}

void Contents::AddItems(const journal::v1::Record& record) {
  for (const notice::v1::Notice& notice : record.notices()) {
    for (const std::string& organisation : notice.to()) ++items_[organisation];
  }
  if (const std::string reporter = workflow::ReporterOf(record); !reporter.empty()) ++items_[reporter];
}

std::optional<std::string> Contents::DifferenceTo(const Contents& other) const {
  if (records_ != other.records_) return absl::StrCat("expected ", records_, " records, but there are ", other.records_);
  if (trajecten_.size() != other.trajecten_.size())
    return absl::StrCat("expected ", trajecten_.size(), " trajecten, but there are ", other.trajecten_.size());
  for (const auto& [id, records] : trajecten_) {
    const auto found = other.trajecten_.find(id);
    if (found == other.trajecten_.end() || found->second != records)
      return absl::StrCat("expected the records of traject ", base::FormatUuid(id), ", but they are not the same");
  }
  if (!(others_ == other.others_)) return "expected the records that belong to no traject, but they are not the same";
  for (const auto& [organisation, items] : items_) {
    const auto found = other.items_.find(organisation);
    if (found == other.items_.end() || found->second != items)
      return absl::StrCat("expected ", items, " items for ", organisation, ", but there is another number of them");
  }
  if (items_.size() != other.items_.size()) return "expected items for those organisations only, but there are others";
  return std::nullopt;
}

}  // namespace overdracht::move
