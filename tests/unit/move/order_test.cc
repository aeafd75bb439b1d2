// Records of several partitions in one order.
#include "services/move/order.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>

namespace overdracht::move {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A partition with records of these times, whose rest says which is which.
NextRecord Holding(const std::string& name, std::vector<int64_t> times) {
  return [=, next = size_t{0}]() mutable -> absl::StatusOr<std::optional<Unnumbered>> {
    if (next == times.size()) return std::nullopt;
    Unnumbered what{.record = std::make_unique<journal::v1::Record>(), .rest = absl::StrCat(name, next)};
    what.record->set_time_us(times[next++]);
    return what;
  };
}

std::vector<std::string> All(std::vector<NextRecord> partitions) {
  Order order(std::move(partitions));
  std::vector<std::string> all;
  for (;;) {
    auto next = order.Next();
    EXPECT_TRUE(next.ok()) << next.status();
    if (!next.ok() || !*next) return all;
    EXPECT_EQ((*next)->what.rest[0], 'a' + static_cast<char>((*next)->from));
    all.push_back((*next)->what.rest);
  }
}

TEST(Order, IsByTimeAndThenByPartition) {
  EXPECT_THAT(All({Holding("a", {10, 30, 30}), Holding("b", {10, 20, 40}), Holding("c", {})}),
              ElementsAre("a0", "b0", "b1", "a1", "a2", "b2"));
}

// A workflow may be deployed before a term that ran out before it is decided.
TEST(Order, KeepsThatOfEachPartitionAlsoWhereItsTimesGoBack) {
  EXPECT_THAT(All({Holding("a", {50, 20, 60}), Holding("b", {30, 55})}), ElementsAre("b0", "a0", "a1", "b1", "a2"));
}

TEST(Order, IsEmptyOfEmptyPartitions) {
  EXPECT_THAT(All({}), IsEmpty());
  EXPECT_THAT(All({Holding("a", {}), Holding("b", {})}), IsEmpty());
}

TEST(Order, FailsAsAPartitionDoes) {
  Order order({Holding("a", {1}), [] { return absl::DataLossError("broken"); }});
  EXPECT_EQ(order.Next().status().message(), "broken");
}

}  // namespace
}  // namespace overdracht::move
