// A service that is held to the invariants does not outlive a decision that breaks one.
#include "services/workflow/invariants.h"

#include "services/engine/rules_out.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

void StartWithout(engine::Rule rule) {
  engine::rule_out = rule;
  Folder folder;
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.Outcome(Started(1, "2017-01-02T09:00:00Z")), "accepted");
  service.Stop();
}

TEST(InvariantsDeathTest, TheServiceDiesAtAWrongDecision) {
  ::testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(StartWithout(engine::Rule::kTaskHasATerm), "invariant 7 is broken by record [0-9]+ of traject 00000000-0000-4000-8000");
}

TEST(InvariantsDeathTest, NotAtARightOne) { StartWithout(engine::Rule::kNone); }

}  // namespace
}  // namespace overdracht::workflow
