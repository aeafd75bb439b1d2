// An engine in small: decides inputs 0, 1, 2, … one after the other, each from the state that the one before it left, and with the moment
// at which it was decided in it. So a decision that was made from another state, out of order, twice or anew can be told from the right
// one.
#ifndef OVERDRACHT_TESTS_SIMULATION_DECISIONS_H_
#define OVERDRACHT_TESTS_SIMULATION_DECISIONS_H_

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <cstdint>
#include <string>
#include <vector>

#include "services/log/batch.h"

namespace overdracht::simulation {

struct Decisions {
  uint64_t next = 0;  // input
  uint64_t state = 1;

  // The record of the next input: "input moment state".
  std::string Decide(int64_t moment) {
    const uint64_t input = next;
    Advance(moment);
    return absl::StrCat(input, " ", moment, " ", state);
  }

  // False: the record was decided from another state, or for another input.
  bool Apply(absl::string_view record) {
    const std::vector<absl::string_view> parts = absl::StrSplit(record, ' ');
    uint64_t input = 0, after = 0;
    int64_t moment = 0;
    if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &input) || !absl::SimpleAtoi(parts[1], &moment) ||
        !absl::SimpleAtoi(parts[2], &after) || input != next)
      return false;
    Advance(moment);
    return state == after;
  }

  bool Apply(const log::Batch& batch) {
    for (const log::StoredRecord& record : batch.records) {
      if (!Apply(record.bytes)) return false;
    }
    return next == batch.input_to;
  }

 private:
  void Advance(int64_t moment) {
    state = (state ^ static_cast<uint64_t>(moment) ^ next << 32) * 0x9e3779b97f4a7c15;
    state ^= state >> 29;
    ++next;
  }
};

}  // namespace overdracht::simulation

#endif  // OVERDRACHT_TESTS_SIMULATION_DECISIONS_H_
