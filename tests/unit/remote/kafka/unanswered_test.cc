// Who waits for an answer gets one, once, and those of an order in their order.
#include "services/remote/kafka/unanswered.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace overdracht::remote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1483347600);

class UnansweredTest : public ::testing::Test {
 protected:
  uint64_t Add(const std::string& name, std::shared_ptr<region::Order> order = nullptr, absl::Time now = kNow) {
    region::Report report;
    report.order = std::move(order);
    report.done = [this, name](const Unanswered::Result& result) {
      told_.push_back(
          absl::StrCat(name, result.ok() ? absl::StrCat("=", result->record) : " " + absl::StatusCodeToString(result.status().code())));
    };
    const auto call = waiting_.Add(&report, {"s", name, "t"}, 100, now, [this] { told_.push_back("room"); });
    status_ = call.status();
    return call.ok() ? *call : 0;
  }
  static region::Answer Record(uint64_t record) {
    region::Answer answer;
    answer.record = record;
    return answer;
  }

  Unanswered waiting_{3, 250};
  std::vector<std::string> told_;
  absl::Status status_;
};

TEST_F(UnansweredTest, EachGetsItsAnswerOnce) {
  const uint64_t a = Add("a"), b = Add("b");
  waiting_.Answer(b, Record(2));
  waiting_.Answer(b, Record(3));
  waiting_.Answer(a, absl::UnavailableError("lost"));
  waiting_.Answer(77, Record(4));
  EXPECT_THAT(told_, ElementsAre("b=2", "a UNAVAILABLE"));
  waiting_.WaitUntilNone(absl::ZeroDuration());
}

TEST_F(UnansweredTest, TooManyAreNotTakenInUntilThereIsRoom) {
  const uint64_t a = Add("a");
  Add("b");
  Add("c");
  EXPECT_TRUE(absl::IsResourceExhausted(status_)) << "three of 100 are more than 250 bytes";
  EXPECT_THAT(told_, IsEmpty());
  waiting_.Answer(a, Record(1));
  EXPECT_THAT(told_, ElementsAre("a=1", "room"));
  EXPECT_NE(Add("c"), 0u);
}

TEST_F(UnansweredTest, AnOrderIsAnsweredInItsOrder) {
  const auto order = std::make_shared<region::Order>();
  const uint64_t a = Add("a", order), b = Add("b", order);
  waiting_.Answer(b, Record(2));
  EXPECT_THAT(told_, IsEmpty());
  waiting_.Answer(a, Record(1));
  EXPECT_THAT(told_, ElementsAre("a=1", "b=2"));
  const uint64_t c = Add("c", order);
  waiting_.Answer(c, Record(3));
  EXPECT_EQ(told_.back(), "c=3");
}

TEST_F(UnansweredTest, AfterAFailureTheRestOfAnOrderFails) {
  const auto order = std::make_shared<region::Order>();
  const uint64_t a = Add("a", order), b = Add("b", order);
  waiting_.Answer(b, Record(2));
  waiting_.Answer(a, absl::UnavailableError("lost"));
  EXPECT_THAT(told_, ElementsAre("a UNAVAILABLE", "b UNAVAILABLE"));
  EXPECT_EQ(Add("c", order), 0u);
  EXPECT_TRUE(absl::IsAborted(status_));
  EXPECT_NE(Add("d"), 0u) << "others go on";
}

TEST_F(UnansweredTest, AnAnswerWithoutACallIsForAllOfItsName) {
  Add("a");
  waiting_.AnswerNamed({"s", "a", "another traject"}, Record(1));
  EXPECT_THAT(told_, IsEmpty());
  waiting_.AnswerNamed({"s", "a", "t"}, Record(2));
  EXPECT_THAT(told_, ElementsAre("a=2"));
}

TEST_F(UnansweredTest, WhoWaitsTooLongIsFound) {
  const uint64_t a = Add("a", nullptr, kNow);
  Add("b", nullptr, kNow + absl::Seconds(10));
  const auto late = waiting_.WaitingSince(kNow + absl::Seconds(5));
  ASSERT_EQ(late.size(), 1u);
  EXPECT_EQ(late[0].first, a);
  EXPECT_EQ(late[0].second.id, "a");
}

TEST_F(UnansweredTest, InTheEndAllAreTold) {
  const auto order = std::make_shared<region::Order>();
  Add("a", order);
  Add("b", order);
  waiting_.FailAll(absl::UnavailableError("stopping"));
  EXPECT_THAT(told_, ElementsAre("a UNAVAILABLE", "b UNAVAILABLE"));
}

TEST_F(UnansweredTest, WhoIsToldMayReportOn) {
  region::Report report;
  report.done = [this](const auto&) {
    told_.push_back("first");
    waiting_.Answer(Add("second"), Record(2));
    told_.push_back("end of first");
  };
  const auto call = waiting_.Add(&report, {}, 0, kNow, nullptr);
  waiting_.Answer(*call, Record(1));
  EXPECT_THAT(told_, ElementsAre("first", "end of first", "second=2"));
}

TEST_F(UnansweredTest, SaysHowManyWaitAndSinceWhen) {
  EXPECT_EQ(waiting_.waiting().reports, 0);
  EXPECT_EQ(waiting_.waiting().since, absl::InfiniteFuture());
  const uint64_t a = Add("a"), b = Add("b", nullptr, kNow + absl::Seconds(5));
  EXPECT_EQ(waiting_.waiting().reports, 2);
  EXPECT_EQ(waiting_.waiting().since, kNow);
  waiting_.Answer(a, Record(1));
  EXPECT_EQ(waiting_.waiting().reports, 1);
  EXPECT_EQ(waiting_.waiting().since, kNow + absl::Seconds(5));
  waiting_.Answer(b, Record(2));
  EXPECT_EQ(waiting_.waiting().since, absl::InfiniteFuture());
}

}  // namespace
}  // namespace overdracht::remote
