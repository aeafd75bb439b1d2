#include "services/region/listeners.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace overdracht::region {
namespace {

TEST(Listeners, EachHearsOfItsOwnOutbox) {
  Listeners listeners;
  int a = 0, b = 0;
  const auto first = listeners.Add("A", [&] { ++a; });
  const auto second = listeners.Add("A", [&] { ++a; });
  const auto third = listeners.Add("B", [&] { ++b; });
  listeners.Tell("A");
  EXPECT_EQ(a, 2);
  EXPECT_EQ(b, 0);
  listeners.Tell("C");
  listeners.Tell("");
  EXPECT_EQ(a, 4) << "perhaps in everybody's";
  EXPECT_EQ(b, 1);
}

TEST(Listeners, NobodyIsToldOnceHeIsGone) {
  Listeners listeners;
  std::atomic<bool> stop = false;
  std::thread telling([&] {
    while (!stop) listeners.Tell("A");
  });
  for (int i = 0; i < 2000; ++i) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    auto listener = listeners.Add("A", [&alive] { EXPECT_TRUE(*alive); });
    listener.reset();
    *alive = false;
  }
  stop = true;
  telling.join();
}

}  // namespace
}  // namespace overdracht::region
