// decide/terugvallen.cc: an episode, its signals and its stay.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class TerugvallenTest : public TrajectFixture {
 protected:
  void Signal(const std::string& severity, const std::string& episode = "t-1") {
    Accepted("woningcorporatie terugvallen.signalled episode=" + episode + " severity=" + severity);
  }
};

TEST_F(TerugvallenTest, ASignalUnderAnotherIdIsOfTheOpenOneAndLeavesTheIdFree) {
  Start();
  Signal("dreigend");
  Later("PT12H");
  Signal("dreigend", "t-2");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente, ggz", "episode-changed episode=t-1 state=gesignaleerd severity=dreigend")) << Came();
  EXPECT_EQ(Due("assessment", "t-1"), "2017-01-03 09:00");
  Accepted("gemeente terugvallen.assessed episode=t-1 severity=none");
  Signal("dreigend", "t-2");
  EXPECT_TRUE(Stands("episodes: t-2 state=gesignaleerd"));
  Accepted("gemeente terugvallen.assessed episode=t-2 severity=none");
  EXPECT_EQ(Reports("ggz terugvallen.signalled episode=t-1 severity=crisis"), "ILLEGAL_STATE reference_used");
}

TEST_F(TerugvallenTest, ACrisisBeginsAgainWhereHelpHadCome) {
  Start();
  Signal("crisis");
  Accepted("zorgaanbieder terugvallen.support-raised episode=t-1 hoursPerWeek=20");
  EXPECT_EQ(Due("review", "t-1"), "2017-01-30 09:00");
  Signal("dreigend");
  EXPECT_TRUE(Stands("episodes: t-1 state=opgeschaald severity=crisis"));
  Signal("crisis");
  EXPECT_TRUE(Stands("episodes: t-1 state=gesignaleerd severity=crisis"));
  EXPECT_EQ(Due("assessment", "t-1"), "2017-01-02 10:00");
  EXPECT_EQ(Due("review", "t-1"), "none");
}

TEST_F(TerugvallenTest, DuringAStayASignalRaisesTheSeverityOnly) {
  Start();
  Signal("dreigend");
  Accepted("ggz terugvallen.admitted episode=t-1 kind=ggz");
  Later("P1D");
  Signal("crisis");
  EXPECT_TRUE(Stands("episodes: t-1 state=opgenomen severity=crisis"));
  EXPECT_EQ(Due("review", "t-1"), "2017-01-30 09:00");
  EXPECT_EQ(Reports("ggz terugvallen.assessed episode=t-1 severity=none"), "ILLEGAL_STATE wrong_state");
  EXPECT_EQ(Reports("ggz terugvallen.respite-started episode=t-1 place=p-1 until=2017-02-01"), "ILLEGAL_STATE wrong_state");
}

TEST_F(TerugvallenTest, AStayThatGoesOnStartsItsTermAnew) {
  Start();
  Signal("dreigend");
  Accepted("ggz terugvallen.respite-started episode=t-1 place=p-1 until=2017-01-05");
  EXPECT_EQ(Due("respite", "t-1"), "2017-01-06 00:00");
  At("2017-01-06 00:00");
  EXPECT_TRUE(Told("zorgaanbieder, gemeente", "term-expired of=respite reference=t-1 times=1")) << Came();
  Accepted("ggz terugvallen.respite-started episode=t-1 place=p-2 until=2017-01-09");
  EXPECT_EQ(Due("respite", "t-1"), "2017-01-10 00:00");
  EXPECT_EQ(Status(), "onderbroken");
}

TEST_F(TerugvallenTest, TheReturnIsWarmAndPhasesGoOnWithIt) {
  Start();
  Accepted("gemeente supports.bridged support=s-1 provider=zorgaanbieder until=2018-01-01");
  Accepted("zorgaanbieder homes.contract-signed home=w-1 kind=regular");
  for (const char* task :
       {"inschrijving_woningzoekende", "actieplan", "risicoinventarisatie", "crisiskaart", "inkomen_en_schulden", "netwerk_in_kaart"}) {
    Accepted(std::string("zorgaanbieder tasks.completed task=") + task);
  }
  Signal("dreigend");
  Accepted("ggz terugvallen.admitted episode=t-1 kind=ggz");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente, ggz", "traject-changed phase=voor status=onderbroken")) << Came();
  EXPECT_TRUE(Told("gemeente", "task-opened task=huur_loopt_door leefgebied=wonen")) << Came();
  EXPECT_TRUE(Told("gemeente", "task-opened task=uitkering_loopt_door leefgebied=inkomen")) << Came();
  EXPECT_TRUE(Told("gemeente", "task-opened task=indicatie_loopt_door leefgebied=gezondheid")) << Came();
  Accepted("zorgaanbieder tasks.completed task=dagbesteding");
  EXPECT_EQ(Phase(), "voor");
  Accepted("ggz terugvallen.returned episode=t-1");
  EXPECT_EQ(Phase(), "tijdens");
  EXPECT_EQ(Status(), "lopend");
  EXPECT_TRUE(Told("zorgaanbieder", "task-opened task=warme_terugkeer:t-1")) << Came();
}

TEST_F(TerugvallenTest, NobodyOutsideTheCareRolesHearsOfIt) {
  Start("woningcorporatie ggz bewindvoerder");
  Signal("crisis");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente, ggz", "episode-changed")) << Came();
  Accepted("ggz terugvallen.admitted episode=t-1 kind=ggz");
  EXPECT_FALSE(Told("woningcorporatie*", "")) << Came();
  EXPECT_FALSE(Told("bewindvoerder*", "")) << Came();
}

}  // namespace
}  // namespace overdracht::testing
