// A walk: one generated life on a region in memory, held against the oracle at every record.
#ifndef OVERDRACHT_TESTS_PROPERTY_WALK_H_
#define OVERDRACHT_TESTS_PROPERTY_WALK_H_

#include <functional>
#include <string>
#include <vector>

#include "services/oracle/oracle.h"
#include "tests/property/generator.h"
#include "tests/support/region.h"

namespace overdracht::testing {

struct Walk {
  std::vector<Input> inputs;
  size_t records = 0;
  std::vector<oracle::Violation> violations;  // of the first record that has any; the walk ends there
};

// Draws a walk by this seed. `stop` may end it early (violations end it in any case).
Walk Draw(uint64_t seed, const std::string& workflow, int steps, const Region::Check& observe = {});
// The same inputs again.
Walk Repeat(const std::vector<Input>& inputs);
// As few inputs as still violate that invariant.
std::vector<Input> Shrink(const Walk& walk);
// Inputs as lines: a moment, or a report as JSON.
std::string Print(const std::vector<Input>& inputs);
std::string Print(const std::vector<oracle::Violation>& violations);

// How much longer than in CI the walks are: environment variable OVERDRACHT_WALKS (a factor; 1 where it is not set).
int Effort();

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_PROPERTY_WALK_H_
