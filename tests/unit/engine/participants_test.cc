// decide/participants.cc, follow/follow.cc: who takes part, who leaves, who is told of it.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class ParticipantsTest : public TrajectFixture {};

TEST_F(ParticipantsTest, ARoleIsFilledOnceAndReplacedWhenFilled) {
  Start("");
  EXPECT_EQ(Reports("gemeente participants.replaced role=ggz organisation=ggz"), "ILLEGAL_STATE role_empty");
  Accepted("gemeente participants.added role=ggz organisation=ggz");
  EXPECT_TRUE(Told("ggz", "traject-changed phase=voor status=lopend")) << Came();
  EXPECT_EQ(Reports("zorgaanbieder participants.added role=ggz organisation=buitenstaander"), "ILLEGAL_STATE role_taken");
  EXPECT_EQ(Reports("gemeente participants.replaced role=ggz organisation=ggz"), "ILLEGAL_STATE same_organisation");
  EXPECT_EQ(Reports("zorgaanbieder participants.replaced role=ggz organisation=buitenstaander"), "ROLE_NOT_ALLOWED reporter_not_permitted");
}

TEST_F(ParticipantsTest, AnOrganisationWithTwoRolesIsToldOnce) {
  Start("");
  Accepted("gemeente participants.added role=begeleider organisation=wijkteam");
  EXPECT_TRUE(ToldNobody("traject-changed")) << Came();  // it took part already
  Accepted("wijkteam terugvallen.signalled episode=t-1 severity=dreigend");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente", "episode-changed")) << Came();
}

TEST_F(ParticipantsTest, TheTasksOfARoleMoveWithTheirTerms) {
  Start();
  Later("P1W");
  Accepted("gemeente participants.replaced role=zorgaanbieder organisation=andere_zorgaanbieder");
  EXPECT_TRUE(Told("zorgaanbieder", "task-closed task=actieplan leefgebied=gezondheid required outcome=moved")) << Came();
  EXPECT_TRUE(Told("andere_zorgaanbieder", "task-opened task=actieplan leefgebied=gezondheid required dueBy=2017-02-13 09:00")) << Came();
  EXPECT_TRUE(Told("zorgaanbieder", "task-opened task=overdracht_regelen")) << Came();
  EXPECT_EQ(Responsible(), "zorgaanbieder");
  EXPECT_TRUE(Stands("leaving: zorgaanbieder care"));
}

TEST_F(ParticipantsTest, WhoHasNothingToHandOverLeavesAtOnce) {
  Start();
  Accepted("gemeente participants.replaced role=ggz organisation=buitenstaander");
  EXPECT_FALSE(Stands("leaving:"));
  EXPECT_EQ(Reports("ggz appointments.kept appointment=a-1 first"), "NOT_A_PARTICIPANT takes_no_part");
}

TEST_F(ParticipantsTest, OneWithAnOpenHandoverStaysUntilItEnds) {
  Start();
  Offer("h-1", "zorgaanbieder", "ggz", false);
  Accepted("gemeente participants.replaced role=ggz organisation=buitenstaander");
  EXPECT_TRUE(Stands("leaving: ggz care"));
  EXPECT_EQ(Reports("ggz appointments.kept appointment=a-1 first"), "ROLE_NOT_ALLOWED reporter_not_permitted");
  Accepted("ggz handovers.declined handover=h-1 reason=other_gemeente");
  EXPECT_FALSE(Stands("leaving:"));
  EXPECT_TRUE(Told("wijkteam*", "participants-changed")) << Came();
}

TEST_F(ParticipantsTest, VertrekkendBesideAnotherRole) {
  Start();
  Accepted("gemeente participants.added role=begeleider organisation=zorgaanbieder");
  Accepted("gemeente participants.replaced role=zorgaanbieder organisation=andere_zorgaanbieder");
  EXPECT_TRUE(Stands("leaving: zorgaanbieder care"));
  EXPECT_TRUE(TaskOpen("overdracht_regelen"));
  Offer("h-1", "zorgaanbieder", "wijkteam", true);
  EXPECT_FALSE(TaskOpen("overdracht_regelen"));
  Bring("h-1", "afgerond");
  EXPECT_FALSE(Stands("leaving:"));
  Accepted("zorgaanbieder contacts.held kind=home_visit");  // as begeleider it goes on
}

TEST_F(ParticipantsTest, AListThatOneMayNotSeeDoesNotChangeForIt) {
  Start();
  Accepted("gemeente participants.added role=bewindvoerder organisation=bewindvoerder");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente, ggz", "participants-changed")) << Came();
  EXPECT_TRUE(Told("bewindvoerder", "participants-changed")) << Came();
  EXPECT_FALSE(Told("woningcorporatie*", "participants-changed")) << Came();
}

TEST_F(ParticipantsTest, WhoJoinsDuringAStayHearsOfItOnlyWithACareRole) {
  Start("");
  Accepted("gemeente terugvallen.signalled episode=t-1 severity=dreigend");
  Accepted("zorgaanbieder terugvallen.admitted episode=t-1 kind=ggz");
  EXPECT_EQ(Status(), "onderbroken");
  Accepted("gemeente participants.added role=woningcorporatie organisation=woningcorporatie");
  EXPECT_TRUE(Told("woningcorporatie", "traject-changed phase=voor status=lopend")) << Came();
  Accepted("gemeente participants.added role=ggz organisation=ggz");
  EXPECT_TRUE(Told("ggz", "traject-changed phase=voor status=onderbroken")) << Came();
}

}  // namespace
}  // namespace overdracht::testing
