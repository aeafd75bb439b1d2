// follow/covers.cc: the basis of a disclosure, and what takes its place.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class CoversTest : public TrajectFixture {
 protected:
  void Consent(const std::string& id, const std::string& categories, const std::string& until, const std::string& purpose = "handover") {
    Accepted("zorgaanbieder consents.granted consent=" + id + " recipient=wijkteam categories=" + categories + " purpose=" + purpose +
             " validUntil=" + until);
  }
};

TEST_F(CoversTest, TheFirstRecordedConsentIsTheBasisAndStaysItWhileItLasts) {
  Start();
  Consent("t-1", "wonen", "2017-02-01");
  Consent("t-2", "wonen", "2018-02-01");
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Bring("h-1", "geaccepteerd");
  EXPECT_TRUE(Stands("disclosures: h-1 recipient=wijkteam category=wonen open consent=t-1"));
  At("2017-02-02 00:00");
  EXPECT_TRUE(Told("wijkteam", "category-disclosed handover=h-1 category=wonen consent=t-2")) << Came();
  EXPECT_TRUE(ToldNobody("category-closed")) << Came();
}

TEST_F(CoversTest, ConsentOfAnotherPurposeDoesNotCover) {
  Start();
  Consent("t-1", "wonen", "2018-02-01", "support");
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Accepted("wijkteam handovers.accepted handover=h-1");
  EXPECT_TRUE(Told("wijkteam", "category-withheld handover=h-1 category=wonen")) << Came();
  EXPECT_TRUE(ToldNobody("category-disclosed")) << Came();
}

// Two that end at one instant: the second is over as well, and is no basis for a moment.
TEST_F(CoversTest, AConsentThatEndsAtTheSameInstantTakesNoPlace) {
  Start();
  Consent("t-1", "wonen", "2017-02-01");
  Consent("t-2", "wonen", "2017-02-01");
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Bring("h-1", "geaccepteerd");
  At("2017-02-02 00:00");
  EXPECT_TRUE(Told("wijkteam", "category-closed handover=h-1 category=wonen reason=expired")) << Came();
  EXPECT_TRUE(ToldNobody("category-disclosed")) << Came();
}

TEST_F(CoversTest, AConsentComesAfterAnOverrideOnlyWhenThatEnds) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Accepted("zorgaanbieder consents.overridden override=n-1 recipient=wijkteam categories=wonen ground=legal_duty");
  Consent("t-1", "wonen", "2018-02-01");
  EXPECT_TRUE(ToldNobody("category-disclosed")) << Came();
  Bring("h-1", "afgerond");
  EXPECT_TRUE(Told("wijkteam", "category-disclosed handover=h-1 category=wonen consent=t-1")) << Came();
}

TEST_F(CoversTest, AnOverrideTakesTheConsentsPlace) {
  Start();
  Consent("t-1", "wonen", "2018-02-01");
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Bring("h-1", "geaccepteerd");
  Accepted("zorgaanbieder consents.overridden override=n-1 recipient=wijkteam categories=wonen ground=legal_duty");
  EXPECT_TRUE(ToldNobody("category-disclosed")) << Came();
  Accepted("zorgaanbieder consents.withdrawn consent=t-1");
  EXPECT_TRUE(Told("wijkteam", "category-disclosed handover=h-1 category=wonen override=n-1 ground=legal_duty")) << Came();
}

TEST_F(CoversTest, ADeclineEndsAnOverride) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Accepted("zorgaanbieder consents.overridden override=n-1 recipient=wijkteam categories=wonen ground=legal_duty");
  Accepted("wijkteam handovers.declined handover=h-1 reason=no_capacity");
  EXPECT_TRUE(Told("wijkteam", "category-closed handover=h-1 category=wonen reason=handover_ended")) << Came();
}

TEST_F(CoversTest, AfterTheEndNothingIsDisclosedAgain) {
  Start();
  Consent("t-1", "wonen", "2018-02-01");
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  Bring("h-1", "afgerond");
  EXPECT_TRUE(Stands("disclosures: h-1 recipient=wijkteam category=wonen open consent=t-1"));
  Accepted("zorgaanbieder consents.withdrawn consent=t-1");
  EXPECT_TRUE(Told("wijkteam", "category-closed handover=h-1 category=wonen reason=withdrawn")) << Came();
  Consent("t-2", "wonen", "2018-02-01");
  EXPECT_TRUE(ToldNobody("category-disclosed")) << Came();
}

}  // namespace
}  // namespace overdracht::testing
