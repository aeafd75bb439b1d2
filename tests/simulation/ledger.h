// What was seen to happen in a simulated world, and what must hold of it.
//
//   every input in exactly one batch that counts, in order, decided from the state before it
//   whoever follows the journal counts the same batches, none left out
//   no two owners of one epoch
//   what was told outside stands in a batch that counts; nothing that counts was told not to be recorded
//   what a disaster took away is excused, and nothing else: whoever remembers it halts
//
// Which batches count is worked out here a second time, from the sentence of ADR 'The chain that fences', without services/log/chain.h.
#ifndef OVERDRACHT_TESTS_SIMULATION_LEDGER_H_
#define OVERDRACHT_TESTS_SIMULATION_LEDGER_H_

#include <absl/hash/hash.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/log/chain.h"
#include "services/log/simulated/partition.h"

namespace overdracht::simulation {

// A batch that counts.
struct Counted {
  uint64_t offset = 0;
  log::BatchHeader header;
  base::Hash hash{};
  std::vector<std::string> records;
};

std::vector<Counted> WhatCounts(const log::SimulatedPartition& partition);

// The log record by record, for people.
std::string Describe(const log::SimulatedPartition& partition);

class Ledger {
 public:
  // ---- What is seen
  void Owns(absl::string_view who, const log::Tip& take_over);
  void Follows(absl::string_view who, const log::Tip& before, const log::Tip& at);
  // The decision of an input goes out, as batch `at` has it.
  void Tells(absl::string_view who, const log::Tip& at, absl::string_view decision);
  void TellsNotRecorded(absl::string_view who, const base::Hash& batch);
  void TakenAway(absl::string_view record);
  void Violated(std::string what) {
    See(what);
    violations_.push_back(std::move(what));
  }

  // All that was seen, as one number.
  size_t seen() const { return seen_; }

  // Something was taken away that had been reported or read.
  bool disaster() const { return disaster_; }
  void Disaster() { disaster_ = true; }

  // ---- What must hold of the log as it is now, whoever looks; an empty list: it does.
  std::vector<std::string> Violations(const log::SimulatedPartition& partition) const;
  const std::vector<std::string>& violations() const { return violations_; }

 private:
  struct Telling {
    std::string who;
    base::Hash batch;
    std::string decision;
  };
  struct Following {
    std::string who;
    log::Tip at;
  };
  struct Owning {
    std::string who;
    log::Tip take_over;
  };
  template <typename... Parts>
  void See(const Parts&... parts) {
    seen_ += absl::HashOf(parts...);
  }
  bool IsTakenAway(const base::Hash& hash) const { return taken_away_.count(hash) != 0; }

  std::vector<std::string> violations_;
  std::vector<Owning> owners_;
  std::map<std::pair<std::string, base::Hash>, Telling> tellings_;
  std::map<base::Hash, Following> followed_;
  std::vector<std::pair<std::string, base::Hash>> not_recorded_;
  std::set<base::Hash> taken_away_;
  bool disaster_ = false;
  size_t seen_ = 0;
};

}  // namespace overdracht::simulation

#endif  // OVERDRACHT_TESTS_SIMULATION_LEDGER_H_
