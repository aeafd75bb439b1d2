// Seeded worlds: the rule holds in each of them, and is missed when a part of it is left out.
#include <absl/strings/numbers.h>
#include <absl/strings/str_join.h>
#include <gmock/gmock.h>
#include <stdlib.h>

#include "tests/simulation/world.h"

namespace overdracht::simulation {
namespace {

// OVERDRACHT_WORLDS: how many times as many. OVERDRACHT_SEED: this one only.
uint64_t Number(const char* name, uint64_t otherwise) {
  const char* const text = getenv(name);
  uint64_t number = otherwise;
  if (text != nullptr && !absl::SimpleAtoi(text, &number)) ADD_FAILURE() << name << ": expected a number, but it is " << text;
  return number;
}

constexpr uint64_t kWorlds = 1500;

TEST(Simulation, EveryWorldKeepsWhatCounts) {
  const uint64_t only = Number("OVERDRACHT_SEED", 0), worlds = only != 0 ? 1 : kWorlds * Number("OVERDRACHT_WORLDS", 1);
  Outcome all;
  uint64_t disasters = 0;
  for (uint64_t i = 1; i <= worlds; ++i) {
    const uint64_t seed = only != 0 ? only : i;
    const Outcome outcome = Live(seed);
    ASSERT_TRUE(outcome.violations.empty()) << outcome.story << absl::StrJoin(outcome.violations, "\n") << "\nOVERDRACHT_SEED=" << seed;
    all.records += outcome.records, all.counted += outcome.counted, all.take_overs += outcome.take_overs, all.inputs += outcome.inputs;
    all.halted += outcome.halted, disasters += outcome.disaster;
  }
  std::cout << worlds << " worlds: " << all.records << " records, " << all.counted << " count, " << all.take_overs << " take-overs, "
            << all.inputs << " inputs; " << disasters << " struck, " << all.halted << " halted\n";
}

TEST(Simulation, TheSameSeedGivesTheSameBytes) {
  for (uint64_t seed = 1; seed <= 20; ++seed) EXPECT_EQ(Live(seed).bytes, Live(seed).bytes) << seed;
  EXPECT_NE(Live(1).bytes, Live(2).bytes);
}

struct Broken {
  const char* name;
  Breakage breakage;
  Weather weather;
};

class WithoutAPart : public ::testing::TestWithParam<Broken> {};

// Whatever of the rule is left out, a world goes wrong.
TEST_P(WithoutAPart, AWorldGoesWrong) {
  constexpr uint64_t kTries = 300;
  for (uint64_t seed = 1; seed <= kTries; ++seed) {
    const Outcome outcome = Live(seed, GetParam().breakage, GetParam().weather);
    if (outcome.violations.empty()) continue;
    std::cout << "seed " << seed << ": " << outcome.violations.front() << "\n";
    return;
  }
  FAIL() << "nothing went wrong in " << kTries << " worlds";
}

constexpr Weather kFair{.hostile = false, .disasters = false};
constexpr Weather kHostile{.hostile = true, .disasters = false};
constexpr Weather kStruck{.hostile = false, .disasters = true};

INSTANTIATE_TEST_SUITE_P(Rule, WithoutAPart,
                         ::testing::Values(Broken{"Token", {.no_token = true}, kFair},
                                           Broken{"SameEpochAndToken", {.epoch_not_lower = true}, kHostile},
                                           Broken{"LookAtTip", {.no_look_at_tip = true}, kStruck},
                                           Broken{"ConnectionsThatBreak", {.no_reconnects = true}, kStruck},
                                           Broken{"SameBytesAgain", {.decides_anew = true}, kFair},
                                           Broken{"EffectsAfterItCounts", {.tells_early = true}, kFair}),
                         [](const auto& test) { return test.param.name; });

// While everybody looks at its tip, nobody needs an anchor. It is what is left when that is forgotten.
TEST(Simulation, AnchorsAreTheSecondLine) {
  const auto wrong = [](const Breakage& breakage) {
    int worlds = 0;
    for (uint64_t seed = 1; seed <= 100; ++seed) worlds += !Live(seed, breakage, kStruck).violations.empty();
    return worlds;
  };
  const int without_anchors = wrong({.no_anchors = true}), without_look = wrong({.no_look_at_tip = true}),
            without_both = wrong({.no_look_at_tip = true, .no_anchors = true});
  EXPECT_EQ(without_anchors, 0);
  EXPECT_LT(4 * without_look, without_both);
  std::cout << "of 100 worlds go wrong without look " << without_look << ", without either " << without_both << "\n";
}

}  // namespace
}  // namespace overdracht::simulation
