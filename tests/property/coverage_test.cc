// The walks reach every row of the tables of the base workflow; a row that is missed fails.

#include "tests/property/coverage.h"

#include <gtest/gtest.h>

#include "tests/property/walk.h"

namespace overdracht::testing {
namespace {

TEST(Coverage, EveryRowOfTheTablesIsReached) {
  const int walks = 400 * Effort();
  Coverage coverage;
  size_t records = 0;
  int seed = 0;
  while (seed < walks && (seed < 100 || !coverage.Missed().empty())) {
    ++seed;
    const Walk walk = Draw(seed, "uitstroom", 300,
                           [&](const journal::v1::Record& record, const engine::TrajectState& before, const engine::TrajectState& after) {
                             coverage.See({record, before.traject, after.traject});
                           });
    records += walk.records;
    ASSERT_TRUE(walk.violations.empty()) << "seed " << seed << "\n" << Print(walk.violations) << "in short:\n" << Print(Shrink(walk));
  }
  std::cout << "seeds 1 to " << seed << ", " << records << " records\n" << coverage.Table();
  for (const std::string& row : coverage.Missed()) ADD_FAILURE() << "missed: " << row;
}

}  // namespace
}  // namespace overdracht::testing
