// The eight invariants hold on walks drawn by chance, through every workflow of the project; replay equals live at every step (region.h).

#include "tests/property/walk.h"

#include <gtest/gtest.h>

namespace overdracht::testing {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int kWalks = 5;  // each takes ten times as long
#else
constexpr int kWalks = 40;
#endif

class EveryWorkflow : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryWorkflow, KeepsTheInvariantsOnEveryWalk) {
  const int walks = kWalks * Effort();
  size_t records = 0;
  for (int seed = 1; seed <= walks; ++seed) {
    const Walk walk = Draw(seed, GetParam(), 250);
    records += walk.records;
    ASSERT_TRUE(walk.violations.empty()) << "seed " << seed << "\n" << Print(walk.violations) << "in short:\n" << Print(Shrink(walk));
  }
  std::cout << GetParam() << ": seeds 1 to " << walks << ", " << records << " records\n";
}

INSTANTIATE_TEST_SUITE_P(Walks, EveryWorkflow,
                         ::testing::Values("uitstroom", "uitstroom-apeldoorn", "uitstroom-den-haag", "uitstroom-dordrecht"));

}  // namespace
}  // namespace overdracht::testing
