// decide/supports.cc: when a support counts.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class SupportsTest : public TrajectFixture {};

TEST_F(SupportsTest, OneThatBeginsLaterCountsFromItsDay) {
  Start();
  Accepted("gemeente supports.granted support=s-1 provider=begeleider hoursPerWeek=4 from=2017-02-01 until=2017-02-10");
  EXPECT_TRUE(TaskOpen("begeleiding_regelen"));
  At("2017-02-01 00:00");
  EXPECT_FALSE(TaskOpen("begeleiding_regelen"));
  At("2017-02-10 23:59");
  EXPECT_FALSE(TaskOpen("begeleiding_regelen"));
  At("2017-02-11 00:00");
  EXPECT_TRUE(Told("gemeente", "task-opened task=begeleiding_regelen leefgebied=gezondheid required dueBy=2017-04-08")) << Came();
}

TEST_F(SupportsTest, OneThatHasNotBegunMayBeEnded) {
  Start();
  Accepted("gemeente supports.granted support=s-1 provider=begeleider hoursPerWeek=4 from=2017-02-01");
  Accepted("gemeente supports.ended support=s-1 reason=client_wish");
  EXPECT_EQ(Due("support_begins", "s-1"), "none");
  EXPECT_EQ(Reports("gemeente supports.changed support=s-1 hoursPerWeek=2"), "ILLEGAL_STATE support_over");
  EXPECT_EQ(Reports("gemeente supports.ended support=s-1 reason=other"), "ILLEGAL_STATE support_over");
}

TEST_F(SupportsTest, TheProviderChangesItOnceItTakesPart) {
  Start();
  Accepted("gemeente supports.granted support=s-1 provider=begeleider hoursPerWeek=4 from=2017-01-01");
  EXPECT_EQ(Reports("begeleider supports.changed support=s-1 hoursPerWeek=2"), "NOT_A_PARTICIPANT takes_no_part");
  Accepted("gemeente participants.added role=begeleider organisation=begeleider");
  Accepted("begeleider supports.changed support=s-1 hoursPerWeek=2");
  EXPECT_EQ(Reports("zorgaanbieder supports.changed support=s-1 hoursPerWeek=2"), "ROLE_NOT_ALLOWED reporter_not_permitted");
}

TEST_F(SupportsTest, GrantedAndBridgedShareTheirIds) {
  Start();
  Accepted("zorgaanbieder supports.bridged support=s-1 provider=zorgaanbieder until=2017-01-02");
  EXPECT_FALSE(TaskOpen("begeleiding_regelen"));
  EXPECT_EQ(Reports("gemeente supports.granted support=s-1 provider=begeleider hoursPerWeek=4 from=2017-01-01"),
            "ILLEGAL_STATE reference_used");
  At("2017-01-03 00:00");
  EXPECT_TRUE(TaskOpen("begeleiding_regelen"));
  EXPECT_EQ(Reports("gemeente supports.ended support=s-1 reason=other"), "ILLEGAL_STATE support_over");
}

TEST_F(SupportsTest, SupportThatFollowsOnLeavesNoGap) {
  Start();
  Accepted("gemeente supports.bridged support=s-1 provider=zorgaanbieder until=2017-01-10");
  Accepted("gemeente supports.granted support=s-2 provider=begeleider hoursPerWeek=4 from=2017-01-11");
  At("2017-01-12 00:00");
  EXPECT_TRUE(ToldNobody("task-opened task=begeleiding_regelen")) << Came();
  EXPECT_FALSE(TaskOpen("begeleiding_regelen"));
}

}  // namespace
}  // namespace overdracht::testing
