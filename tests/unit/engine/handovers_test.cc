// decide/handovers.cc: who offers what to whom, answers, meeting and farewell.

#include "tests/support/traject_fixture.h"

namespace overdracht::testing {
namespace {

class HandoversTest : public TrajectFixture {
 protected:
  static std::string OfferOf(const std::string& handover, const std::string& recipient, const std::string& categories,
                             bool transfers = true) {
    return "handovers.offered handover=" + handover + " recipient=" + recipient + " purpose=handover categories=" + categories +
           " transfersResponsibility" + (transfers ? "" : "=no") + " dossier=d-1";
  }
};

TEST_F(HandoversTest, ResponsibilityIsOfferedByThePartyResponsibleOneAtATime) {
  Start();
  EXPECT_EQ(Reports("wijkteam " + OfferOf("h-1", "ggz", "wonen")), "ROLE_NOT_ALLOWED reporter_not_permitted");
  EXPECT_EQ(Reports("zorgaanbieder " + OfferOf("h-1", "zorgaanbieder", "wonen")), "ILLEGAL_STATE recipient_is_sender");
  EXPECT_EQ(Reports("zorgaanbieder " + OfferOf("h-1", "woningcorporatie", "wonen")), "ILLEGAL_STATE recipient_has_no_care_role");
  EXPECT_EQ(Reports("zorgaanbieder " + OfferOf("h-1", "buitenstaander", "wonen")), "UNKNOWN_REFERENCE recipient_takes_no_part");
  Accepted("zorgaanbieder " + OfferOf("h-1", "ggz", "wonen"));
  EXPECT_EQ(Reports("zorgaanbieder " + OfferOf("h-2", "wijkteam", "wonen")), "ILLEGAL_STATE transfer_open");
  Accepted("zorgaanbieder " + OfferOf("h-2", "woningcorporatie", "wonen", false));
  EXPECT_EQ(Reports("woningcorporatie " + OfferOf("h-3", "wijkteam", "wonen", false)), "ROLE_NOT_ALLOWED reporter_not_permitted");
}

TEST_F(HandoversTest, AnOfferIsAnsweredByItsRecipient) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  EXPECT_TRUE(Told("wijkteam", "offer-received handover=h-1 sender=zorgaanbieder")) << Came();
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam", "handover-changed handover=h-1 state=aangeboden dueBy=2017-01-09 09:00")) << Came();
  EXPECT_EQ(Reports("zorgaanbieder handovers.accepted handover=h-1"), "ROLE_NOT_ALLOWED reporter_not_permitted");
  Accepted("wijkteam handovers.declined handover=h-1 reason=incomplete");
  EXPECT_TRUE(Told("zorgaanbieder", "offer-answered handover=h-1 answer=declined reason=incomplete")) << Came();
  EXPECT_EQ(Reports("zorgaanbieder " + OfferOf("h-1", "wijkteam", "wonen", false)), "ILLEGAL_STATE reference_used");
}

TEST_F(HandoversTest, OfferedAgainItIsTheSameWithAtLeastTheEarlierCategories) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", true);
  Accepted("wijkteam handovers.more-requested handover=h-1 categories=medicatie");
  EXPECT_EQ(Due("more", "h-1"), "2017-01-09 09:00");
  EXPECT_EQ(Reports("zorgaanbieder " + OfferOf("h-1", "wijkteam", "wonen")), "ILLEGAL_STATE offer_differs");
  EXPECT_EQ(Reports("zorgaanbieder " + OfferOf("h-1", "ggz", "wonen,inkomen")), "ILLEGAL_STATE offer_differs");
  EXPECT_EQ(Reports("zorgaanbieder " + OfferOf("h-1", "wijkteam", "wonen,inkomen", false)), "ILLEGAL_STATE offer_differs");
  Later("P3D");
  Accepted("zorgaanbieder " + OfferOf("h-1", "wijkteam", "inkomen,medicatie,wonen"));
  EXPECT_EQ(Due("more", "h-1"), "none");
  EXPECT_EQ(Due("answer", "h-1"), "2017-01-12 09:00");
}

TEST_F(HandoversTest, AMeetingHasBothSidesByOinOrRole) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", false);
  const auto meeting = [](const std::string& who) {
    return "wijkteam handovers.meeting-held handover=h-1 participants=" + who + " clientPresence=declined coordinator=buitenstaander:m-1";
  };
  EXPECT_EQ(Reports(meeting("zorgaanbieder,wijkteam")), "ILLEGAL_STATE wrong_state");
  Bring("h-1", "geaccepteerd");
  EXPECT_EQ(Reports(meeting("zorgaanbieder,ggz")), "ILLEGAL_STATE side_absent");
  EXPECT_EQ(Reports(meeting("wijkteam")), "ILLEGAL_STATE side_absent");
  Accepted(meeting("zorgaanbieder,wijkteam"));
  EXPECT_EQ(Due("farewell", "h-1"), "2017-01-30 09:00");
  EXPECT_EQ(Reports(meeting("zorgaanbieder,wijkteam")), "ILLEGAL_STATE wrong_state");
}

TEST_F(HandoversTest, NobodyLetsGoOfAClientWithoutAHome) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", true);
  Bring("h-1", "overlegd");
  EXPECT_EQ(Reports("zorgaanbieder handovers.farewell-held handover=h-1 clientKnowsContact"), "ILLEGAL_STATE requirement_not_met");
  EXPECT_EQ(Responsible(), "zorgaanbieder");
}

TEST_F(HandoversTest, OneThatIsLeavingMayLetGo) {
  Start();
  Accepted("gemeente participants.replaced role=zorgaanbieder organisation=andere_zorgaanbieder");
  Offer("h-1", "zorgaanbieder", "andere_zorgaanbieder", true);
  Bring("h-1", "afgerond");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam, gemeente, woningcorporatie, ggz, andere_zorgaanbieder", "responsibility-moved handover=h-1"))
      << Came();
  EXPECT_EQ(Responsible(), "andere_zorgaanbieder");
  EXPECT_EQ(Reports("zorgaanbieder contacts.held kind=home_visit"), "NOT_A_PARTICIPANT takes_no_part");
}

TEST_F(HandoversTest, WhileHeldItIsOnlyWithdrawn) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", true);
  Offer("h-2", "zorgaanbieder", "wijkteam", false);
  Later("P2D");
  Accepted("wijkteam terugvallen.signalled episode=t-1 severity=crisis");
  EXPECT_EQ(Due("answer", "h-1"), "stands still");
  EXPECT_EQ(Reports("wijkteam handovers.accepted handover=h-1"), "ILLEGAL_STATE wrong_state");
  Accepted("wijkteam handovers.accepted handover=h-2");
  Later("P1D");
  Accepted("gemeente terugvallen.assessed episode=t-1 severity=dreigend");
  EXPECT_TRUE(Told("zorgaanbieder, wijkteam", "handover-changed handover=h-1 state=aangeboden dueBy=2017-01-10 09:00")) << Came();
}

TEST_F(HandoversTest, WithdrawnItIsOver) {
  Start();
  Offer("h-1", "zorgaanbieder", "wijkteam", true);
  EXPECT_EQ(Reports("wijkteam handovers.withdrawn handover=h-1 reason=other"), "ROLE_NOT_ALLOWED reporter_not_permitted");
  Accepted("zorgaanbieder handovers.withdrawn handover=h-1 reason=client_wish");
  EXPECT_EQ(Due("answer", "h-1"), "none");
  EXPECT_EQ(Reports("zorgaanbieder handovers.withdrawn handover=h-1 reason=client_wish"), "ILLEGAL_STATE wrong_state");
}

}  // namespace
}  // namespace overdracht::testing
