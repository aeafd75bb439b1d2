// decide/check.cc: the order of the refusals, and what is asked before the event's own rules.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class CheckTest : public TrajectFixture {};

TEST_F(CheckTest, BeforeTheStartThereIsNoTraject) {
  EXPECT_EQ(Reports("wijkteam contacts.held kind=home_visit"), "UNKNOWN_TRAJECT no_such_traject");
}

TEST_F(CheckTest, WhoTakesNoPartHearsThatFirst) {
  Start();
  EXPECT_EQ(Reports("buitenstaander tasks.completed task=no_task"), "NOT_A_PARTICIPANT takes_no_part");
}

TEST_F(CheckTest, TheRoleComesBeforeTheReference) {
  Start();
  EXPECT_EQ(Reports("wijkteam homes.declined home=w-9"), "ROLE_NOT_ALLOWED reporter_not_permitted");
}

TEST_F(CheckTest, WhereTheReporterDependsOnTheThingTheThingComesFirst) {
  Start();
  EXPECT_EQ(Reports("wijkteam handovers.accepted handover=h-9"), "UNKNOWN_REFERENCE no_such_thing");
  EXPECT_EQ(Reports("wijkteam tasks.completed task=signaal_opvolgen:n-9"), "UNKNOWN_REFERENCE no_such_thing");
  EXPECT_EQ(Reports("wijkteam tasks.completed task=actieplan"), "ROLE_NOT_ALLOWED reporter_not_permitted");
}

TEST_F(CheckTest, TheReferenceComesBeforeTheState) {
  Start();
  Accepted("zorgaanbieder trajecten.stopped reason=deceased");
  EXPECT_EQ(Reports("zorgaanbieder homes.declined home=w-9"), "UNKNOWN_REFERENCE no_such_thing");
  EXPECT_EQ(Reports("zorgaanbieder homes.offered home=w-9 kind=regular"), "ILLEGAL_STATE traject_ended");
}

TEST_F(CheckTest, ATaskWithAReferenceIsKnownOnceThatReferenceOpenedIt) {
  Start();
  EXPECT_EQ(Reports("zorgaanbieder tasks.completed task=signaal_opvolgen"), "UNKNOWN_REFERENCE no_such_thing");
  EXPECT_EQ(Reports("zorgaanbieder tasks.completed task=actieplan:x"), "UNKNOWN_REFERENCE no_such_thing");
  EXPECT_EQ(Reports("zorgaanbieder tasks.completed task=brp_inschrijving"), "ILLEGAL_STATE task_not_open");
}

TEST_F(CheckTest, ARefusalUsesUpNoIdOfAThing) {
  Start();
  EXPECT_EQ(Reports("wijkteam homes.offered home=w-1 kind=regular"), "ROLE_NOT_ALLOWED reporter_not_permitted");
  Accepted("woningcorporatie homes.offered home=w-1 kind=regular");
}

TEST_F(CheckTest, ADuplicateGetsTheFirstAnswerWhateverItSays) {
  Start();
  EXPECT_EQ(Reports("zorgaanbieder homes.declined id=x-1 home=w-1"), "UNKNOWN_REFERENCE no_such_thing");
  EXPECT_EQ(Reports("zorgaanbieder homes.offered id=x-1 home=w-1 kind=regular"), "UNKNOWN_REFERENCE no_such_thing again");
  EXPECT_EQ(Reports("zorgaanbieder homes.offered id=x-2 home=w-1 kind=regular"), "accepted");
  EXPECT_EQ(Reports("zorgaanbieder homes.declined id=x-2 home=w-9"), "accepted again");
}

}  // namespace
}  // namespace overdracht::testing
