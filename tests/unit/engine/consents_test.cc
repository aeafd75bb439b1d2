// decide/consents.cc: giving, taking back and overriding consent.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class ConsentsTest : public TrajectFixture {};

TEST_F(ConsentsTest, TodayIsNotPast) {
  Start();
  EXPECT_EQ(
      Reports("zorgaanbieder consents.granted consent=t-1 recipient=wijkteam categories=wonen purpose=handover validUntil=2017-01-01"),
      "ILLEGAL_STATE day_past");
  Accepted("zorgaanbieder consents.granted consent=t-1 recipient=wijkteam categories=wonen purpose=handover validUntil=2017-01-02");
}

TEST_F(ConsentsTest, ItLastsThroughItsDay) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", true);
  Bring("h-1", "geaccepteerd");
  Accepted("wijkteam consents.granted consent=t-1 recipient=wijkteam categories=wonen purpose=handover validUntil=2017-01-02");
  EXPECT_TRUE(Told("wijkteam", "category-disclosed handover=h-1 category=wonen")) << Came();
  At("2017-01-03 00:00");
  EXPECT_TRUE(Told("wijkteam", "category-closed handover=h-1 category=wonen reason=expired")) << Came();
  EXPECT_EQ(Reports("wijkteam consents.withdrawn consent=t-1"), "ILLEGAL_STATE nothing_left");
}

TEST_F(ConsentsTest, WhatItDoesNotCoverIsPassedOver) {
  Start();
  Accepted("zorgaanbieder consents.granted consent=t-1 recipient=wijkteam categories=wonen,inkomen purpose=handover validUntil=2018-01-01");
  Accepted("woningcorporatie consents.withdrawn consent=t-1 categories=inkomen,medicatie");
  EXPECT_EQ(Reports("ggz consents.withdrawn consent=t-1 categories=inkomen,medicatie"), "ILLEGAL_STATE nothing_left");
  Accepted("ggz consents.withdrawn consent=t-1");
  EXPECT_EQ(Reports("ggz consents.withdrawn consent=t-1"), "ILLEGAL_STATE nothing_left");
}

TEST_F(ConsentsTest, TheRecipientNeedNotTakePart) {
  Start();
  Accepted("wijkteam consents.granted consent=t-1 recipient=buitenstaander categories=wonen purpose=support validUntil=2018-01-01");
}

TEST_F(ConsentsTest, AnOverrideIsForOpenHandoversThatNameACategory) {
  Start();
  EXPECT_EQ(Reports("zorgaanbieder consents.overridden override=n-1 recipient=buitenstaander categories=wonen ground=vital_interest"),
            "UNKNOWN_REFERENCE recipient_takes_no_part");
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  EXPECT_EQ(Reports("zorgaanbieder consents.overridden override=n-1 recipient=wijkteam categories=medicatie ground=vital_interest"),
            "ILLEGAL_STATE no_handover_to_recipient");
  EXPECT_EQ(Reports("wijkteam consents.overridden override=n-1 recipient=wijkteam categories=wonen ground=vital_interest"),
            "ROLE_NOT_ALLOWED reporter_not_permitted");
  Accepted("zorgaanbieder consents.overridden override=n-1 recipient=wijkteam categories=wonen,medicatie ground=vital_interest");
  EXPECT_TRUE(Told("wijkteam", "category-disclosed handover=h-1 category=wonen")) << Came();
  EXPECT_TRUE(ToldNobody("category-disclosed handover=h-1 category=medicatie")) << Came();
  EXPECT_TRUE(TaskOpen("override_melden:n-1"));
  EXPECT_EQ(Reports("zorgaanbieder consents.overridden override=n-1 recipient=wijkteam categories=wonen ground=legal_duty"),
            "ILLEGAL_STATE reference_used");
}

TEST_F(ConsentsTest, AnOverrideDoesNotCoverAnOfferThatComesLater) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Accepted("zorgaanbieder consents.overridden override=n-1 recipient=wijkteam categories=wonen ground=vital_interest");
  Offer("h-2", "zorgaanbieder", "wijkteam", false);
  EXPECT_TRUE(ToldNobody("category-disclosed handover=h-2")) << Came();
  Bring("h-2", "geaccepteerd");
  EXPECT_TRUE(Told("wijkteam", "category-withheld handover=h-2 category=wonen")) << Came();
}

}  // namespace
}  // namespace overdracht::testing
