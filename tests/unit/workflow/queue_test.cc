#include "services/workflow/queue.h"

#include <gtest/gtest.h>

namespace overdracht::workflow {
namespace {

Input Some() { return Advance{}; }

TEST(InputQueue, RefusesWhatIsTooManyOrTooMuch) {
  InputQueue queue({.inputs = 2, .bytes = 100});
  EXPECT_TRUE(queue.Push(Some(), 60).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push(Some(), 60)));
  EXPECT_TRUE(queue.Push(Some(), 40).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push(Some(), 0)));
  EXPECT_EQ(queue.Take(1, absl::InfinitePast()).size(), 1u);
  EXPECT_TRUE(queue.Push(Some(), 60).ok());
}

TEST(InputQueue, TakesInOneThatIsLargerThanAllOfItWhenItIsEmpty) {
  InputQueue queue({.inputs = 2, .bytes = 100});
  EXPECT_TRUE(queue.Push(Some(), 1000).ok());
}

TEST(InputQueue, CallsThoseWhoWaitForRoomOnceThereMayBe) {
  InputQueue queue({.inputs = 1, .bytes = 100});
  int first = 0, second = 0;
  EXPECT_TRUE(queue.Push(Some(), 1, [&] { ++first; }).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push(Some(), 1, [&] { ++first; })));
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push(Some(), 1)));
  EXPECT_EQ(first, 0);
  EXPECT_EQ(queue.Take(1, absl::InfinitePast()).size(), 1u);
  EXPECT_EQ(first, 1);
  EXPECT_TRUE(queue.Push(Some(), 1).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(queue.Push(Some(), 1, [&] { second += queue.ClosedAndEmpty() ? 0 : 1; })));
  queue.Close();
  EXPECT_EQ(second, 1);
  EXPECT_EQ(queue.Take(1, absl::InfinitePast()).size(), 1u);
  EXPECT_EQ(first + second, 2) << "once";
}

TEST(InputQueue, ClosedItGivesWhatItHas) {
  InputQueue queue({.inputs = 2, .bytes = 100});
  EXPECT_TRUE(queue.Push(Some(), 1).ok());
  queue.Close();
  EXPECT_TRUE(absl::IsUnavailable(queue.Push(Some(), 1)));
  EXPECT_FALSE(queue.ClosedAndEmpty());
  EXPECT_EQ(queue.Take(10, absl::InfiniteFuture()).size(), 1u);
  EXPECT_TRUE(queue.ClosedAndEmpty());
  EXPECT_TRUE(queue.Take(10, absl::InfiniteFuture()).empty());
}

TEST(InputQueue, WokenATakeReturnsWithNothing) {
  InputQueue queue({.inputs = 2, .bytes = 100});
  queue.Wake();
  EXPECT_TRUE(queue.Take(10, absl::InfiniteFuture()).empty());
}

}  // namespace
}  // namespace overdracht::workflow
