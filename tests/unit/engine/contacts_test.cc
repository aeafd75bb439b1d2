// decide/contacts.cc: signals, appointments, contacts, accesses.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class ContactsTest : public TrajectFixture {};

TEST_F(ContactsTest, ASignalIsToldToThePartyResponsibleAndIsItsTask) {
  Start();
  Accepted("woningcorporatie signals.reported signal=n-1 kind=rent_arrears");
  EXPECT_TRUE(Told("zorgaanbieder", "signal-reported signal=n-1 kind=rent_arrears")) << Came();
  EXPECT_EQ(Due("task", "signaal_opvolgen:n-1"), "2017-01-09 09:00");
  EXPECT_EQ(Reports("wijkteam signals.reported signal=n-1 kind=client"), "ILLEGAL_STATE reference_used");
}

TEST_F(ContactsTest, KeptAndMissedShareTheirIds) {
  Start();
  Accepted("ggz appointments.kept appointment=a-1 first=no");
  EXPECT_EQ(Reports("ggz appointments.missed appointment=a-1 first"), "ILLEGAL_STATE reference_used");
}

TEST_F(ContactsTest, OnlyAFirstAppointmentThatIsMissedIsTold) {
  Start();
  Accepted("ggz appointments.missed appointment=a-1 first=no");
  EXPECT_TRUE(ToldNobody("appointment-missed")) << Came();
  Accepted("ggz appointments.missed appointment=a-2 first");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente", "appointment-missed appointment=a-2")) << Came();
  EXPECT_TRUE(TaskOpen("afspraak_opvolgen:a-2"));
}

TEST_F(ContactsTest, WhatWasHandedOutWithoutADisclosureIsToldToTheGemeente) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Accepted("zorgaanbieder consents.granted consent=t-1 recipient=wijkteam categories=wonen purpose=handover validUntil=2018-01-01");
  Bring("h-1", "geaccepteerd");
  Accepted("zorgaanbieder dossiers.accessed handover=h-1 categories=wonen accessor=u-1 purpose=handover");
  EXPECT_TRUE(ToldNobody("access-uncovered")) << Came();
  Accepted("zorgaanbieder dossiers.accessed handover=h-1 categories=wonen,inkomen accessor=u-1 purpose=handover");
  EXPECT_TRUE(Told("gemeente", "access-uncovered handover=h-1 categories=inkomen accessor=u-1")) << Came();
  EXPECT_EQ(Reports("wijkteam dossiers.accessed handover=h-1 categories=wonen accessor=u-1 purpose=handover"),
            "ROLE_NOT_ALLOWED reporter_not_permitted");
}

TEST_F(ContactsTest, ASenderThatHasLeftStillReportsAccesses) {
  Start();
  Offer("h-1", "ggz", "wijkteam", false);
  Bring("h-1", "afgerond");
  Accepted("gemeente participants.replaced role=ggz organisation=buitenstaander");
  EXPECT_EQ(Reports("ggz contacts.held kind=home_visit"), "NOT_A_PARTICIPANT takes_no_part");
  Accepted("ggz dossiers.accessed handover=h-1 categories=wonen accessor=u-1 purpose=handover");
}

}  // namespace
}  // namespace overdracht::testing
