#include "services/edge/falling_behind.h"

#include <gtest/gtest.h>

namespace overdracht::edge {
namespace {

constexpr base::Micros kPatience = 10;

TEST(FallingBehind, WhoGetsFurtherAwayForAllOfItsPatienceWillNeverGetThere) {
  FallingBehind reader(kPatience);
  EXPECT_FALSE(reader.Note(0, 100, 200));
  EXPECT_FALSE(reader.Note(9, 110, 290));
  EXPECT_TRUE(reader.Note(10, 120, 300));
}

TEST(FallingBehind, WhoGetsNearerMayTakeForEver) {
  FallingBehind reader(kPatience);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(reader.Note(i * 7, 10 * i, 1'000'000 + 9 * i));
}

TEST(FallingBehind, WhoStaysAsFarAwayKeepsUp) {
  FallingBehind reader(kPatience);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(reader.Note(i * 7, 10 * i, 50 + 10 * i));
}

TEST(FallingBehind, WhoWasAtTheEndBeginsAnew) {
  FallingBehind reader(kPatience);
  EXPECT_FALSE(reader.Note(0, 100, 110));
  EXPECT_FALSE(reader.Note(5, 110, 110));
  EXPECT_FALSE(reader.Note(11, 110, 200));
  EXPECT_FALSE(reader.Note(20, 120, 300));
  EXPECT_TRUE(reader.Note(21, 130, 400));
}

TEST(FallingBehind, WithoutPatienceNobodyDoes) {
  FallingBehind reader(std::nullopt);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(reader.Note(i * 100, i, 1000 * i));
}

}  // namespace
}  // namespace overdracht::edge
