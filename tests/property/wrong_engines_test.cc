// The oracle notices: for each of the eight invariants three engines that lack a rule, and each is found on a walk of a bounded number.

#include <gtest/gtest.h>

#include "services/engine/rules_out.h"
#include "tests/property/walk.h"

namespace overdracht::testing {
namespace {

using engine::Rule;

struct WrongEngine {
  Rule rule;
  const char* lacks;
  int invariant;
};

const WrongEngine kWrongEngines[] = {
    {Rule::kResponsibleStaysOn, "one that is replaced takes part as long as it is responsible", 1},
    {Rule::kOneTransferAtATime, "responsibility is handed over to one at a time", 1},
    {Rule::kAllAreToldWhoHolds, "everybody is told that responsibility moved", 1},
    {Rule::kMeetingAfterAcceptance, "a meeting is of a handover that was accepted", 2},
    {Rule::kFarewellAfterMeeting, "a farewell is of a handover that was met about", 2},
    {Rule::kBothSidesMeet, "a meeting has sender and recipient", 2},
    {Rule::kConsentHasAPurpose, "consent covers its own purpose only", 3},
    {Rule::kConsentExpires, "consent is over after its last day", 3},
    {Rule::kConsentNeedsAcceptance, "consent covers once the recipient has accepted", 3},
    {Rule::kSupportEnds, "a support that was ended does not count", 4},
    {Rule::kSupportBegins, "a support does not count before its first day", 4},
    {Rule::kGatesBeforeEvents, "what the workflow asks for before a move", 4},
    {Rule::kOnlySignedIsMovedInto, "a home is moved into once it is signed", 5},
    {Rule::kLostIsLost, "a home that was lost is not lived in", 5},
    {Rule::kGatesBetweenPhases, "what the workflow asks for before a phase", 5},
    {Rule::kEpisodeHasATerm, "every open state of an episode has its term", 6},
    {Rule::kCareRolesAreTold, "every care role is told of a terugval", 6},
    {Rule::kStayIsCaredFor, "rent, benefit and indicaties are a task during a stay", 6},
    {Rule::kTaskHasATerm, "a task has its term", 7},
    {Rule::kHandoverHasATerm, "every wait of a handover has its term", 7},
    {Rule::kEscalationGoesOn, "after a term the next one comes", 7},
    {Rule::kConsentIsTakenBack, "withdrawn consent is gone", 8},
    {Rule::kWithdrawingEnds, "a client who withdraws is let go at once", 8},
    {Rule::kDecliningSkips, "a task that the client declines is skipped", 8},
};

class WrongEngineTest : public ::testing::Test {
 protected:
  void TearDown() override { engine::rule_out = Rule::kNone; }
};

// The first walk on which that invariant is violated; 0: none.
int FoundOnWalk(int invariant, int walks) {
  for (int seed = 1; seed <= walks; ++seed) {
    for (const oracle::Violation& one : Draw(seed, "uitstroom", 250).violations) {
      if (one.invariant == invariant) return seed;
    }
  }
  return 0;
}

TEST_F(WrongEngineTest, ThreeForEachInvariant) {
  std::map<int, int> rules;
  for (const WrongEngine& one : kWrongEngines) ++rules[one.invariant];
  ASSERT_EQ(std::size(kWrongEngines), static_cast<size_t>(Rule::kCount) - 1) << "a rule of rules_out.h that is not in this table";
  for (int invariant = 1; invariant <= 8; ++invariant) EXPECT_EQ(rules[invariant], 3) << "invariant " << invariant;
}

TEST_F(WrongEngineTest, EachIsFound) {
  for (const WrongEngine& one : kWrongEngines) {
    engine::rule_out = one.rule;
    const int seed = FoundOnWalk(one.invariant, 200);
    EXPECT_GT(seed, 0) << "not found: an engine that forgets that " << one.lacks << " (invariant " << one.invariant
                       << "); make the oracle look for it, or the generator lead there";
    std::cout << "invariant " << one.invariant << ", walk " << seed << ": " << one.lacks << "\n";
  }
}

TEST_F(WrongEngineTest, NothingIsFoundInTheRightOne) {
  for (int seed = 1; seed <= 20; ++seed) {
    const Walk walk = Draw(seed, "uitstroom", 250);
    ASSERT_TRUE(walk.violations.empty()) << "seed " << seed << "\n" << Print(walk.violations);
  }
}

}  // namespace
}  // namespace overdracht::testing
