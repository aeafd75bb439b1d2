// decide/homes.cc: from offered to lived in, left and lost.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class HomesTest : public TrajectFixture {};

TEST_F(HomesTest, TheContractMayBeTheFirstThatIsHeard) {
  Start();
  Accepted("woningcorporatie homes.contract-signed home=w-1 kind=regular");
  EXPECT_FALSE(TaskOpen("woning_regelen"));
  EXPECT_EQ(Reports("woningcorporatie homes.declined home=w-1"), "ILLEGAL_STATE wrong_state");
  EXPECT_EQ(Reports("woningcorporatie homes.offered home=w-1 kind=regular"), "ILLEGAL_STATE reference_used");
}

TEST_F(HomesTest, TheKindOfTheContractCounts) {
  Start();
  Accepted("woningcorporatie homes.offered home=w-1 kind=regular");
  Accepted("woningcorporatie homes.contract-signed home=w-1 kind=omklap");
  Accepted("woningcorporatie homes.contract-flipped home=w-1");
  Accepted("woningcorporatie homes.contract-flipped home=w-1");
  EXPECT_TRUE(Stands("homes: w-1 kind=omklap state=signed")) << Came();
}

TEST_F(HomesTest, OnlyAnOmklapwoningThatIsSignedFlips) {
  Start();
  Accepted("woningcorporatie homes.offered home=w-1 kind=omklap");
  EXPECT_EQ(Reports("woningcorporatie homes.contract-flipped home=w-1"), "ILLEGAL_STATE wrong_state");
  Accepted("woningcorporatie homes.contract-signed home=w-2 kind=regular");
  EXPECT_EQ(Reports("woningcorporatie homes.contract-flipped home=w-2"), "ILLEGAL_STATE not_omklap");
}

TEST_F(HomesTest, NobodyMovesInVoor) {
  Start();
  Accepted("woningcorporatie homes.contract-signed home=w-1 kind=regular");
  EXPECT_EQ(Reports("woningcorporatie homes.moved-in home=w-1"), "ILLEGAL_STATE not_possible_now");
  EXPECT_EQ(Reports("wijkteam homes.moved-in home=w-1"), "ILLEGAL_STATE requirement_not_met");
}

TEST_F(HomesTest, MovingOnLeavesTheFirstHome) {
  Start();
  ToTijdens();
  Accepted("wijkteam homes.moved-in home=w-1");
  Accepted("zorgaanbieder homes.contract-signed home=w-2 kind=temporary");
  EXPECT_FALSE(TaskOpen("verhuizing"));
  Accepted("wijkteam homes.moved-in home=w-2");
  EXPECT_TRUE(Stands("homes: w-1 kind=regular state=left"));
  EXPECT_EQ(Reports("wijkteam homes.lost home=w-1 reason=other"), "ILLEGAL_STATE wrong_state");
}

TEST_F(HomesTest, ALostHomeIsSomebodysTask) {
  Start();
  ToTijdens();
  Accepted("wijkteam homes.moved-in home=w-1");
  Accepted("woningcorporatie homes.lost home=w-1 reason=arrears");
  EXPECT_TRUE(Told("gemeente", "task-opened task=nieuwe_woning")) << Came();
  Later("P2W");
  EXPECT_TRUE(Told("gemeente, woningcorporatie", "term-expired of=task reference=nieuwe_woning times=1")) << Came();
  Accepted("zorgaanbieder homes.offered home=w-2 kind=regular");
  EXPECT_TRUE(TaskOpen("nieuwe_woning"));
  Accepted("zorgaanbieder homes.contract-signed home=w-2 kind=regular");
  EXPECT_FALSE(TaskOpen("nieuwe_woning"));
  EXPECT_TRUE(TaskOpen("verhuizing"));
}

}  // namespace
}  // namespace overdracht::testing
