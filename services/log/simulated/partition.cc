#include "services/log/simulated/partition.h"

#include <algorithm>

namespace overdracht::log {

uint64_t SimulatedPartition::Land(absl::string_view bytes) {
  records_.push_back({next_id_++, std::string(bytes)});
  return records_.size() - 1;
}

void SimulatedPartition::ReplicateTo(uint64_t end) {
  replicated_ = std::max(replicated_, std::min(end, this->end()));
  visible_ = replicated_;
}

void SimulatedPartition::LandLate(size_t which) {
  const std::string bytes = std::move(in_flight_[which]);
  LoseLate(which);
  Land(bytes);
}

void SimulatedPartition::ElectLeader(uint64_t kept, uint64_t visible) {
  ++term_;
  if (kept < end()) records_.resize(std::max(kept, replicated_));
  visible_ = std::min(visible, visible_);
}

void SimulatedPartition::LoseTail(uint64_t kept) {
  replicated_ = std::min(replicated_, kept);
  if (kept < end()) records_.resize(kept);
  ElectLeader(end(), replicated_);
}

}  // namespace overdracht::log
