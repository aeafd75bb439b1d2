// What needs no network of the webhooks: the signature, and what an answer means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/partner/webhook/signature.h"
#include "services/partner/webhook/verdict.h"

namespace overdracht::partner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The example of the Standard Webhooks specification.
constexpr char kSecret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

TEST(Signature, IsThatOfStandardWebhooks) {
  const absl::StatusOr<Secrets> secrets = ParseSecrets(kSecret);
  ASSERT_TRUE(secrets.ok()) << secrets.status();
  EXPECT_EQ(Sign(*secrets, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Signature, ThereIsOneOfEachSecret) {
  const absl::StatusOr<Secrets> both = ParseSecrets(std::string(kSecret) + "\r\n\n  whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
  ASSERT_TRUE(both.ok()) << both.status();
  const std::string first = Sign({(*both)[0]}, "id", 1, "body"), second = Sign({(*both)[1]}, "id", 1, "body");
  EXPECT_NE(first, second);
  EXPECT_EQ(Sign(*both, "id", 1, "body"), first + " " + second);
}

TEST(Signature, WhatIsNoSecretIsSaidAndNotRepeated) {
  for (const char* wrong : {"", "\n", "secret", "whsec_c2hvcnQ=", "whsec_%%%%", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(ParseSecrets(wrong).status())) << wrong;
  }
  const absl::Status status = ParseSecrets(std::string(kSecret) + "\nwhsec_c2hvcnQ=\n").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("line 2"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("c2hvcnQ")));
  std::string many;
  for (int i = 0; i < 5; ++i) many += std::string(kSecret) + "\n";
  EXPECT_TRUE(absl::IsInvalidArgument(ParseSecrets(many).status()));
}

TEST(Verdict, OnlyTwoHundredsAreTaken) {
  for (int status : {200, 201, 202, 204, 299}) EXPECT_EQ(Judge({.status = status}), Verdict::kTaken) << status;
  for (int status : {0, 100, 199, 300, 301, 400, 401, 404, 409, 429, 500, 503})
    EXPECT_EQ(Judge({.status = status}), Verdict::kAgain) << status;
  EXPECT_EQ(Judge({.status = 410}), Verdict::kGone);
}

TEST(Verdict, WaitsLongerEachTimeAndNoLongerThanIsUseful) {
  EXPECT_EQ(WaitAfter(1, 1, {}), absl::Seconds(1));
  EXPECT_EQ(WaitAfter(1, 0, {}), absl::Milliseconds(500));
  EXPECT_EQ(WaitAfter(2, 1, {}), absl::Seconds(2));
  EXPECT_EQ(WaitAfter(5, 1, {}), absl::Seconds(16));
  EXPECT_EQ(WaitAfter(11, 1, {}), absl::Minutes(10));
  EXPECT_EQ(WaitAfter(1'000'000, 0.5, {}), absl::Seconds(450));
}

TEST(Verdict, WaitsAsLongAsTheReceiverAsks) {
  EXPECT_EQ(WaitAfter(1, 1, {.status = 429, .retry_after = absl::Seconds(30)}), absl::Seconds(30));
  EXPECT_EQ(WaitAfter(10, 1, {.status = 429, .retry_after = absl::Seconds(30)}), absl::Seconds(512));
  EXPECT_EQ(WaitAfter(1, 1, {.status = 503, .retry_after = absl::Hours(24 * 365)}), absl::Hours(1));
}

}  // namespace
}  // namespace overdracht::partner
