// decide/trajecten.cc, follow/chart.cc: start, closing, end.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class TrajectenTest : public TrajectFixture {};

TEST_F(TrajectenTest, TheZorgaanbiederStartsOnce) {
  EXPECT_EQ(Reports("gemeente trajecten.started"), "ROLE_NOT_ALLOWED reporter_not_permitted");
  Start();
  EXPECT_EQ(Responsible(), "zorgaanbieder");
  EXPECT_EQ(Reports("zorgaanbieder trajecten.started"), "ALREADY_EXISTS traject_exists");
}

TEST_F(TrajectenTest, AClientWhoWithdrawsIsLetGoAtOnce) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", true);
  Accepted("ggz terugvallen.signalled episode=t-1 severity=crisis");
  Accepted("wijkteam trajecten.stopped reason=client_withdrew");
  EXPECT_EQ(Status(), "gestopt");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente, ggz", "episode-changed episode=t-1 state=gesloten severity=crisis")) << Came();
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam", "handover-changed handover=h-1 state=ingetrokken")) << Came();
  EXPECT_EQ(Responsible(), "zorgaanbieder");
  EXPECT_EQ(Reports("wijkteam trajecten.stopped reason=deceased"), "ILLEGAL_STATE traject_ended");
}

TEST_F(TrajectenTest, ClosingIsWarm) {
  Start();
  Offer("h-1", "zorgaanbieder", "ggz", true);
  Accepted("gemeente terugvallen.signalled episode=t-1 severity=crisis");
  Later("PT30M");
  Accepted("zorgaanbieder trajecten.stopped reason=moved_away");
  EXPECT_EQ(Status(), "afsluitend");
  EXPECT_TRUE(Told("zorgaanbieder, ggz", "handover-changed handover=h-1 state=aangeboden")) << Came();  // what was held goes on
  EXPECT_TRUE(Told("gemeente", "task-opened task=warme_afsluiting")) << Came();
  EXPECT_FALSE(TaskOpen("actieplan"));
  EXPECT_EQ(Reports("zorgaanbieder homes.offered home=w-1 kind=regular"), "ILLEGAL_STATE traject_closing");
  EXPECT_EQ(Reports("gemeente tasks.skipped task=warme_afsluiting reason=not_applicable"), "ILLEGAL_STATE task_not_skipped");
  Bring("h-1", "afgerond");  // needs no home
  EXPECT_EQ(Responsible(), "ggz");
  Accepted("gemeente tasks.completed task=warme_afsluiting");
  EXPECT_EQ(Status(), "gestopt");
}

TEST_F(TrajectenTest, TheReasonMayBecomeAnother) {
  Start();
  Accepted("zorgaanbieder trajecten.stopped reason=moved_away");
  EXPECT_EQ(Reports("gemeente trajecten.stopped reason=moved_away"), "ILLEGAL_STATE same_reason");
  Accepted("gemeente trajecten.stopped reason=moved_to_wlz");
  EXPECT_TRUE(ToldNobody("")) << Came();
  EXPECT_EQ(Status(), "afsluitend");
  Accepted("gemeente trajecten.stopped reason=deceased");
  EXPECT_EQ(Status(), "gestopt");
}

TEST_F(TrajectenTest, TheOverrideIsStillToldToTheClientAfterTheEnd) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Accepted("zorgaanbieder consents.overridden override=n-1 recipient=wijkteam categories=wonen ground=vital_interest");
  Accepted("zorgaanbieder trajecten.stopped reason=client_withdrew");
  EXPECT_TRUE(TaskOpen("override_melden:n-1"));
  Later("P3D");
  EXPECT_TRUE(Told("zorgaanbieder", "term-expired of=task reference=override_melden:n-1 times=1")) << Came();
  EXPECT_EQ(Reports("zorgaanbieder contacts.held kind=home_visit"), "ILLEGAL_STATE traject_ended");
  Accepted("zorgaanbieder tasks.completed task=override_melden:n-1");
}

TEST_F(TrajectenTest, ToTijdensWithTheLastOfThree) {
  Start();
  ToTijdens();
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente, woningcorporatie, ggz", "traject-changed phase=tijdens status=lopend")) << Came();
  EXPECT_EQ(Due("task", "verhuizing"), "2017-02-13 09:00");
}

}  // namespace
}  // namespace overdracht::testing
