#include "services/edge/limits.h"

#include <gtest/gtest.h>

namespace overdracht::edge {
namespace {

constexpr Rates kRates{.reports_per_second = 10, .reports_at_once = 3, .open_streams = 2};
constexpr base::Micros kNow = 1'000'000'000'000;

TEST(Limits, AfterSomeAtOnceOneComesAsFastAsTimeGoes) {
  Limits limits(kRates);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limits.TakeReport("a", kNow), 0);
  EXPECT_EQ(limits.TakeReport("a", kNow), 100'000);
  EXPECT_EQ(limits.TakeReport("a", kNow + 50'000), 50'000) << "one that is not taken costs nothing";
  EXPECT_EQ(limits.TakeReport("a", kNow + 100'000), 0);
  EXPECT_NE(limits.TakeReport("a", kNow + 100'000), 0);
}

TEST(Limits, RestGivesNoMoreThanTheMost) {
  Limits limits(kRates);
  for (int i = 0; i < 3; ++i) limits.TakeReport("a", kNow);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limits.TakeReport("a", kNow + 3600 * base::kSecond), 0);
  EXPECT_NE(limits.TakeReport("a", kNow + 3600 * base::kSecond), 0);
}

TEST(Limits, NobodyCountsAgainstAnother) {
  Limits limits(kRates);
  for (int i = 0; i < 100; ++i) limits.TakeReport("a", kNow);
  EXPECT_EQ(limits.TakeReport("b", kNow), 0);
}

TEST(Limits, AClockThatGoesBackPutsNothingBack) {
  Limits limits(kRates);
  for (int i = 0; i < 3; ++i) limits.TakeReport("a", kNow);
  EXPECT_NE(limits.TakeReport("a", kNow - base::kSecond), 0);
}

TEST(Limits, AStreamMakesRoomWhenItIsClosed) {
  Limits limits(kRates);
  EXPECT_TRUE(limits.OpenStream("a", kNow));
  EXPECT_TRUE(limits.OpenStream("a", kNow));
  EXPECT_FALSE(limits.OpenStream("a", kNow));
  EXPECT_TRUE(limits.OpenStream("b", kNow));
  limits.CloseStream("a");
  EXPECT_TRUE(limits.OpenStream("a", kNow));
}

TEST(Limits, WhatIsKeptIsBounded) {
  Limits limits(kRates, 10);
  limits.OpenStream("stream", kNow);
  for (int i = 0; i < 1000; ++i) limits.TakeReport(std::to_string(i), kNow);
  EXPECT_LE(limits.kept(), 11u);
  EXPECT_NE(limits.TakeReport("one more", kNow), 0) << "those who are not kept apart share one bucket";
  EXPECT_EQ(limits.TakeReport("later", kNow + 60 * base::kSecond), 0);
  EXPECT_LE(limits.kept(), 3u) << "whoever has rested is forgotten, one with a stream is not";
  EXPECT_TRUE(limits.OpenStream("stream", kNow));
  EXPECT_FALSE(limits.OpenStream("stream", kNow));
}

}  // namespace
}  // namespace overdracht::edge
