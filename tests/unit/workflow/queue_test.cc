#include "services/workflow/queue.h"

#include <gtest/gtest.h>

namespace overdracht::workflow {
namespace {

Input Some() { return Advance{}; }

// An input that says which it is: its moment.
Input Number(int number) { return Advance{.to_us = number, .done = nullptr}; }
std::vector<int> Numbers(std::vector<Input> inputs) {
  std::vector<int> numbers;
  for (const Input& input : inputs) numbers.push_back(static_cast<int>(std::get<Advance>(input).to_us));
  return numbers;
}

TEST(InputQueue, RefusesWhatIsTooManyOrTooMuch) {
  InputQueue queue({.inputs = 4, .bytes = 100});
  EXPECT_TRUE(queue.Push("a", Some(), 30).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push("b", Some(), 80)));
  EXPECT_TRUE(queue.Push("b", Some(), 30).ok());
  EXPECT_TRUE(queue.Push("c", Some(), 30).ok());
  EXPECT_TRUE(queue.Push("d", Some(), 0).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push("e", Some(), 0)));
  EXPECT_EQ(queue.size(), 4u);
  EXPECT_EQ(queue.Take(1, absl::InfinitePast()).inputs.size(), 1u);
  EXPECT_TRUE(queue.Push("e", Some(), 30).ok());
}

TEST(InputQueue, TheLanesTakeTurnsAndEachKeepsItsOrder) {
  InputQueue queue({.inputs = 100, .bytes = 100});
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(queue.Push("a", Number(10 + i), 1).ok());
  EXPECT_TRUE(queue.Push("b", Number(20), 1).ok());
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(queue.Push("c", Number(30 + i), 1).ok());
  EXPECT_EQ(Numbers(queue.Take(4, absl::InfinitePast()).inputs), (std::vector<int>{10, 20, 30, 11}));
  // Who comes back waits for one of each of the others.
  EXPECT_TRUE(queue.Push("b", Number(21), 1).ok());
  EXPECT_EQ(Numbers(queue.Take(100, absl::InfinitePast()).inputs), (std::vector<int>{31, 12, 21, 13, 14}));
}

TEST(InputQueue, TellsWhetherOneLaneAloneHasMore) {
  InputQueue queue({.inputs = 100, .bytes = 100});
  const auto push = [&](const char* lane) { EXPECT_TRUE(queue.Push(lane, Some(), 1).ok()); };
  const auto take = [&](size_t most) {
    const InputQueue::Taken taken = queue.Take(most, absl::InfinitePast());
    return std::pair(taken.of_several_lanes, taken.one_lane_has_more);
  };
  for (int i = 0; i < 6; ++i) push("a");
  EXPECT_EQ(take(2), std::pair(false, true));
  push("b");
  push("b");
  EXPECT_EQ(take(2), std::pair(true, false)) << "b has one more";
  EXPECT_EQ(take(2), std::pair(true, true));
  EXPECT_EQ(take(9), std::pair(false, false));
}

TEST(InputQueue, OneLaneLeavesRoomForOthers) {
  InputQueue queue({.inputs = 100, .bytes = 1000});
  int many = 0, large = 0;
  while (queue.Push("many", Some(), 1).ok()) ++many;
  EXPECT_EQ(many, 50);
  while (queue.Push("large", Some(), 50).ok()) ++large;
  EXPECT_EQ(large, 10) << "half of the bytes that were left";
  EXPECT_TRUE(queue.Push("honest", Some(), 100).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push("many", Some(), 1)));
}

TEST(InputQueue, TakesInOneThatIsLargerThanAllOfItWhenItIsEmpty) {
  InputQueue queue({.inputs = 2, .bytes = 100});
  EXPECT_TRUE(queue.Push("a", Some(), 1000).ok());
}

TEST(InputQueue, CallsThoseWhoWaitForRoomOnceThereMayBe) {
  InputQueue queue({.inputs = 1, .bytes = 100});
  int first = 0, second = 0;
  EXPECT_TRUE(queue.Push("a", Some(), 1, [&] { ++first; }).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push("a", Some(), 1, [&] { ++first; })));
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push("a", Some(), 1)));
  EXPECT_EQ(first, 0);
  EXPECT_EQ(queue.Take(1, absl::InfinitePast()).inputs.size(), 1u);
  EXPECT_EQ(first, 1);
  EXPECT_TRUE(queue.Push("a", Some(), 1).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push("a", Some(), 1, [&] { second += queue.ClosedAndEmpty() ? 0 : 1; })));
  queue.Close();
  EXPECT_EQ(second, 1);
  EXPECT_EQ(queue.Take(1, absl::InfinitePast()).inputs.size(), 1u);
  EXPECT_EQ(first + second, 2) << "once";
}

TEST(InputQueue, ClosedItGivesWhatItHas) {
  InputQueue queue({.inputs = 2, .bytes = 100});
  EXPECT_TRUE(queue.Push("a", Some(), 1).ok());
  queue.Close();
  EXPECT_TRUE(absl::IsUnavailable(queue.Push("a", Some(), 1)));
  EXPECT_FALSE(queue.ClosedAndEmpty());
  EXPECT_EQ(queue.Take(10, absl::InfiniteFuture()).inputs.size(), 1u);
  EXPECT_TRUE(queue.ClosedAndEmpty());
  EXPECT_TRUE(queue.Take(10, absl::InfiniteFuture()).inputs.empty());
}

TEST(InputQueue, WokenATakeReturnsWithNothing) {
  InputQueue queue({.inputs = 2, .bytes = 100});
  queue.Wake();
  EXPECT_TRUE(queue.Take(10, absl::InfiniteFuture()).inputs.empty());
}

}  // namespace
}  // namespace overdracht::workflow
