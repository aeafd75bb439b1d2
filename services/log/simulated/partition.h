// A partition as its broker has it: records at offsets, how far they are replicated, how far they can be read, and what is on its way
// there.
//
//   0 ……………… visible ……………… replicated ……………… end         a leader just elected may show less than is replicated
//
// Readers see what lies below `visible`. A report is given for what is replicated, and then it is visible too. What is not replicated may
// vanish with its leader. What is replicated vanishes in a disaster only (LoseTail): then the offsets are given out again.
#ifndef OVERDRACHT_SERVICES_LOG_SIMULATED_PARTITION_H_
#define OVERDRACHT_SERVICES_LOG_SIMULATED_PARTITION_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <string>
#include <vector>

namespace overdracht::log {

class SimulatedPartition {
 public:
  struct Record {
    uint64_t id = 0;  // of this landing; a copy has another one
    std::string bytes;
  };

  // ---- What clients do
  uint64_t Land(absl::string_view bytes);  // its offset
  void SendLate(absl::string_view bytes) { in_flight_.emplace_back(bytes); }
  // As for a report: everything below `end` is on all replicas and can be read.
  void ReplicateTo(uint64_t end);

  // ---- What happens to the broker
  void LandLate(size_t which);  // one of those in flight
  void LoseLate(size_t which) { in_flight_.erase(in_flight_.begin() + static_cast<ptrdiff_t>(which)); }
  void Replicate() { ReplicateTo(end()); }
  // Another replica leads: what was not replicated may be gone beyond `kept`, and less than is replicated may be visible for a while.
  void ElectLeader(uint64_t kept, uint64_t visible);
  // An unclean election, or a disk put back from a copy: gone from `kept` on, whatever was reported.
  void LoseTail(uint64_t kept);

  const std::vector<Record>& records() const { return records_; }
  uint64_t end() const { return records_.size(); }
  uint64_t replicated() const { return replicated_; }
  uint64_t visible() const { return visible_; }
  size_t in_flight() const { return in_flight_.size(); }
  const std::string& in_flight(size_t which) const { return in_flight_[which]; }
  // Raised by each election: connections break.
  uint64_t term() const { return term_; }

 private:
  std::vector<Record> records_;
  std::vector<std::string> in_flight_;
  uint64_t replicated_ = 0;
  uint64_t visible_ = 0;
  uint64_t term_ = 0;
  uint64_t next_id_ = 1;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_SIMULATED_PARTITION_H_
