// Every way in which two owners and a reader can meet, within small bounds; and what is found when a part of the rule is left out.
#include <absl/strings/str_join.h>
#include <gmock/gmock.h>
#include <stdlib.h>

#include "tests/simulation/explorer.h"

namespace overdracht::simulation {
namespace {

struct Case {
  const char* name;
  Bounds bounds;
};

constexpr Setting Lives(int owners, int readers, uint64_t inputs, Breakage breakage = {}) {
  return {.owners = owners, .readers = readers, .inputs = inputs, .ownerships = 1, .rounds = 1, .patience = 1, .breakage = breakage};
}

std::string Extent(const Exploration& found) {
  return absl::StrCat(found.states, " states, ", found.ways, " ways to the end, the longest with ", found.longest, " choices");
}

class EveryWay : public ::testing::TestWithParam<Case> {};

TEST_P(EveryWay, KeepsWhatCounts) {
  const Exploration found = Explore(GetParam().bounds);
  std::cout << Extent(found) << "\n";
  EXPECT_TRUE(found.violations.empty()) << found.story << absl::StrJoin(found.violations, "\n");
}

// OVERDRACHT_WORLDS: wider bounds as well, some minutes of them.
std::vector<Case> Bounded() {
  std::vector<Case> cases = {
      {"TwoOwnersAndAReader", {.setting = Lives(2, 1, 1), .faults = 0}},
      {"TwoOwnersThatTryTwice", {.setting = Lives(2, 0, 2), .faults = 0, .attempts = 2}},
      {"AnOwnerAReaderAndAFault", {.setting = Lives(1, 1, 3), .faults = 1}},
      {"AnOwnerAndTwoFaults", {.setting = Lives(1, 0, 2), .faults = 2}},
      {"TwoOwnersAndAFault", {.setting = Lives(2, 0, 1), .faults = 1}},
      {"TwoOwnersAndAnElection", {.setting = Lives(2, 0, 0), .faults = 0, .elections = 1}},
      {"AnOwnerAReaderAndAnElection", {.setting = Lives(1, 1, 2), .faults = 0, .elections = 1}},
      {"TwoOwnersAndALostTail", {.setting = Lives(2, 0, 1), .faults = 0, .disasters = 1}},
      {"AnOwnerAReaderAndALostTail", {.setting = Lives(1, 1, 3), .faults = 0, .disasters = 1}},
      // The first wording of the rule is safe among owners that keep to the second: it lets strangers in, not them.
      {"EpochNotLower", {.setting = Lives(2, 0, 1, {.epoch_not_lower = true}), .faults = 0, .attempts = 2}},
  };
  if (getenv("OVERDRACHT_WORLDS") == nullptr) return cases;
  cases.push_back({"WideTwoOwnersAndAReader", {.setting = Lives(2, 1, 3), .faults = 0}});
  cases.push_back({"WideTwoOwnersAndAFault", {.setting = Lives(2, 0, 2), .faults = 1}});
  cases.push_back({"WideTwoOwnersAndAnElection", {.setting = Lives(2, 0, 1), .faults = 0, .elections = 1}});
  cases.push_back({"WideAnOwnerAReaderAFaultAndAnElection", {.setting = Lives(1, 1, 1), .faults = 1, .elections = 1}});
  cases.push_back({"WideTwoOwnersAReaderAndAFault", {.setting = Lives(2, 1, 1), .faults = 1}});
  cases.push_back({"WideAnOwnerAReaderAndTwoFaults", {.setting = Lives(1, 1, 3), .faults = 2}});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Bounds, EveryWay, ::testing::ValuesIn(Bounded()), [](const auto& test) { return test.param.name; });

class WithoutAPart : public ::testing::TestWithParam<Case> {};

TEST_P(WithoutAPart, AWayGoesWrong) {
  const Exploration found = Explore(GetParam().bounds);
  ASSERT_FALSE(found.violations.empty()) << Extent(found);
  std::cout << "after " << found.states << " states: " << found.violations.front() << "\n";
}

INSTANTIATE_TEST_SUITE_P(
    Rule, WithoutAPart,
    ::testing::Values(Case{"Token", {.setting = Lives(2, 0, 1, {.no_token = true}), .faults = 0}},
                      Case{"SameBytesAgain", {.setting = Lives(1, 0, 1, {.decides_anew = true}), .faults = 1}},
                      Case{"EffectsAfterItCounts", {.setting = Lives(2, 0, 1, {.tells_early = true}), .faults = 0}},
                      Case{"LookAtTip", {.setting = Lives(2, 0, 1, {.no_look_at_tip = true}), .faults = 0, .disasters = 1}},
                      Case{"ConnectionsThatBreak", {.setting = Lives(2, 0, 1, {.no_reconnects = true}), .faults = 0, .disasters = 1}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace overdracht::simulation
