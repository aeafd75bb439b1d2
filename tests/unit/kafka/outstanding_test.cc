// What needs no broker: whoever waits for records that are under way knows how long the oldest of them has been.
#include "services/kafka/outstanding.h"

#include <gtest/gtest.h>

namespace overdracht::kafka {
namespace {

TEST(Outstanding, KnowsSinceWhenTheOldestIsUnderWay) {
  Outstanding outstanding(absl::ZeroDuration());
  EXPECT_EQ(outstanding.Since(), absl::InfiniteFuture());
  const absl::Time before = absl::Now();
  const auto first = outstanding.Add();
  const absl::Time between = absl::Now();
  const auto second = outstanding.Add(), third = outstanding.Add();
  const auto expect_since_first = [&] {
    EXPECT_GE(outstanding.Since(), before);
    EXPECT_LE(outstanding.Since(), between);
  };
  expect_since_first();
  second(absl::OkStatus());
  expect_since_first();
  first(absl::UnavailableError("no broker"));
  EXPECT_GE(outstanding.Since(), between);
  EXPECT_LE(outstanding.Since(), absl::Now());
  third(absl::OkStatus());
  EXPECT_EQ(outstanding.Since(), absl::InfiniteFuture());
  EXPECT_EQ(outstanding.Wait(), absl::UnavailableError("no broker"));
}

TEST(Outstanding, AddedTogetherTheyHaveOneAge) {
  Outstanding outstanding(absl::InfiniteDuration());
  const auto first = outstanding.Add(), second = outstanding.Add();
  const absl::Time since = outstanding.Since();
  first(absl::OkStatus());
  EXPECT_EQ(outstanding.Since(), since);
  second(absl::OkStatus());
  EXPECT_EQ(outstanding.Since(), absl::InfiniteFuture());
}

}  // namespace
}  // namespace overdracht::kafka
