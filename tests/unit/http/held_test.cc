#include "services/http/held.h"

#include <gtest/gtest.h>

#include <memory>

namespace overdracht::http {
namespace {

TEST(Held, EachClientHasItsOwn) {
  const auto held = std::make_shared<Held>();
  auto all = held->Take("a", Held::kMostBytes);
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(held->Take("a", 1), nullptr);
  EXPECT_NE(held->Take("a", 0), nullptr) << "nothing is never too much";
  EXPECT_NE(held->Take("b", Held::kMostBytes), nullptr);
}

TEST(Held, WhatTheLastCopyGivesBackMayBeTakenAgain) {
  const auto held = std::make_shared<Held>();
  auto some = held->Take("a", Held::kMostBytes - 1);
  auto copy = some;
  some.reset();
  EXPECT_EQ(held->Take("a", 2), nullptr);
  const auto rest = held->Take("a", 1);
  EXPECT_NE(rest, nullptr);
  copy.reset();
  EXPECT_NE(held->Take("a", Held::kMostBytes - 1), nullptr);
}

TEST(Held, WhatIsHeldMayOutliveIt) {
  auto held = std::make_shared<Held>();
  const auto some = held->Take("a", 1);
  held.reset();
}

}  // namespace
}  // namespace overdracht::http
