// follow/series.cc: monitoring and waakvlam on a clock that stands still while the client is away.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

// In na since 2 January 2017, 09:00: monitoring is due on 2 July, told P4W later.
class SeriesTest : public TrajectFixture {
 protected:
  void SetUp() override {
    Start();
    ToNa();
  }
};

TEST_F(SeriesTest, OneThatNobodyHeldIsToldOnceAndTheNextIsDue) {
  EXPECT_EQ(Due("monitoring", "P6M"), "2017-07-30 09:00");
  At("2017-07-30 09:00");
  EXPECT_TRUE(Told("wijkteam, gemeente", "term-expired of=monitoring reference=P6M times=1")) << Came();
  EXPECT_EQ(Due("monitoring", "P12M"), "2018-01-30 09:00");
}

TEST_F(SeriesTest, AContactCountsUpToFourWeeksEarly) {
  At("2017-06-04 08:59");
  Accepted("ggz contacts.held kind=monitoring");
  EXPECT_EQ(Due("monitoring", "P6M"), "2017-07-30 09:00");
  At("2017-06-04 09:00");
  Accepted("ggz contacts.held kind=monitoring");
  EXPECT_EQ(Due("monitoring", "P6M"), "none");
  EXPECT_EQ(Due("monitoring", "P12M"), "2018-01-30 09:00");
}

TEST_F(SeriesTest, AContactCountsForEveryOneDueSoFar) {
  At("2018-08-01 09:00");
  Accepted("ggz contacts.held kind=waakvlam");
  EXPECT_EQ(Due("waakvlam", "P21M"), "2018-10-30 09:00");
  Accepted("ggz contacts.held kind=monitoring");
  EXPECT_EQ(Due("monitoring", "P24M"), "2019-01-30 09:00");
}

TEST_F(SeriesTest, AnInterruptionMovesWhatIsDue) {
  At("2017-07-10 09:00");
  Accepted("ggz terugvallen.signalled episode=t-1 severity=dreigend");
  Accepted("ggz terugvallen.admitted episode=t-1 kind=ggz");
  EXPECT_EQ(Due("monitoring", "P6M"), "stands still");
  At("2017-07-20 09:00");
  Accepted("ggz terugvallen.returned episode=t-1");
  EXPECT_EQ(Due("monitoring", "P6M"), "2017-08-09 09:00");
  At("2017-08-09 09:00");
  EXPECT_EQ(Due("monitoring", "P12M"), "2018-02-09 09:00");
}

TEST_F(SeriesTest, AContactDuringAnInterruptionCountsOnTheClockThatStandsStill) {
  At("2017-07-10 09:00");
  Accepted("ggz terugvallen.signalled episode=t-1 severity=dreigend");
  Accepted("ggz terugvallen.admitted episode=t-1 kind=ggz");
  At("2018-03-01 09:00");
  Accepted("ggz contacts.held kind=monitoring");
  EXPECT_EQ(Due("monitoring", "P12M"), "stands still");  // P6M is covered, P12M is half a year away on its clock
  Accepted("ggz terugvallen.returned episode=t-1");
  EXPECT_EQ(Due("monitoring", "P12M"), "2018-09-21 09:00");
}

TEST_F(SeriesTest, TheTrajectEndsWithTheFourthMonitoringAfterTwoYears) {
  At("2019-01-02 09:00");
  EXPECT_EQ(Status(), "lopend");
  Accepted("wijkteam contacts.held kind=monitoring");
  EXPECT_EQ(Status(), "afgerond");
  EXPECT_EQ(Responsible(), "wijkteam");
  EXPECT_EQ(Due("waakvlam", "P24M"), "none");
}

TEST_F(SeriesTest, OrWhenItsFourWeeksAreOver) {
  At("2019-01-30 08:59");
  EXPECT_EQ(Status(), "lopend");
  At("2019-01-30 09:00");
  EXPECT_EQ(Status(), "afgerond");
}

}  // namespace
}  // namespace overdracht::testing
