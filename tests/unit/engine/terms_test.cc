// decide/terms.cc, follow/timers.cc: chains of escalation, the calendar, the order of what is due at one moment.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class TermsTest : public TrajectFixture {};

TEST_F(TermsTest, TheOwnerThenTheGemeenteThenTheGemeenteEveryFourWeeks) {
  Start();
  At("2017-01-16 09:00");  // P2W
  EXPECT_TRUE(Told("zorgaanbieder", "term-expired of=task reference=inschrijving_woningzoekende times=1")) << Came();
  At("2017-01-30 09:00");  // the same time again
  EXPECT_TRUE(Told("gemeente", "term-expired of=task reference=inschrijving_woningzoekende times=2")) << Came();
  At("2017-02-27 08:59");
  EXPECT_TRUE(ToldNobody("term-expired of=task reference=inschrijving_woningzoekende")) << Came();
  At("2017-02-27 09:00");  // P4W
  EXPECT_TRUE(Told("gemeente", "term-expired of=task reference=inschrijving_woningzoekende times=3")) << Came();
}

TEST_F(TermsTest, TheSecondTimeComesAtMostFourWeeksLater) {
  Start();
  At("2017-07-02 09:00");  // P6M
  EXPECT_TRUE(Told("zorgaanbieder", "term-expired of=task reference=crisiskaart times=1")) << Came();
  At("2017-07-30 09:00");
  EXPECT_TRUE(Told("gemeente", "term-expired of=task reference=crisiskaart times=2")) << Came();
}

TEST_F(TermsTest, WhoIsClosedInTimeIsNotTold) {
  Start();
  At("2017-01-16 08:59");
  Accepted("zorgaanbieder tasks.completed task=inschrijving_woningzoekende");
  At("2017-03-01 09:00");
  EXPECT_TRUE(ToldNobody("term-expired of=task reference=inschrijving_woningzoekende")) << Came();
}

TEST_F(TermsTest, AMeetingThatDoesNotComeIsToldToThree) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Bring("h-1", "geaccepteerd");
  At("2017-01-16 09:00");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente", "term-expired of=meeting reference=h-1 times=1")) << Came();
  At("2017-01-23 09:00");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente", "term-expired of=meeting reference=h-1 times=2")) << Came();
}

TEST_F(TermsTest, TiesComeInTheOrderInWhichTheyWereSet) {
  Start();
  At("2017-07-02 09:00");
  const std::string came = Came();
  EXPECT_LT(came.find("reference=risicoinventarisatie"), came.find("reference=crisiskaart"));
  EXPECT_LT(came.find("reference=crisiskaart"), came.find("reference=dagbesteding"));
  EXPECT_LT(came.find("reference=dagbesteding"), came.find("reference=woning_regelen"));
}

TEST_F(TermsTest, ATermThatStoodStillHasWhatItHadLeft) {
  Start();
  Later("P1W");
  Accepted("zorgaanbieder terugvallen.signalled episode=t-1 severity=dreigend");
  Accepted("zorgaanbieder terugvallen.respite-started episode=t-1 place=p-1 until=2017-01-20");
  EXPECT_EQ(Due("task", "inschrijving_woningzoekende"), "stands still");
  EXPECT_EQ(Due("task", "huur_loopt_door"), "2017-01-11 09:00");
  At("2017-01-19 10:00");
  Accepted("zorgaanbieder terugvallen.returned episode=t-1");
  EXPECT_EQ(Due("task", "inschrijving_woningzoekende"), "2017-01-26 10:00");
  EXPECT_FALSE(TaskOpen("huur_loopt_door"));
}

}  // namespace
}  // namespace overdracht::testing
