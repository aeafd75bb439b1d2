#include "services/edge/answers.h"

#include <gtest/gtest.h>

#include "overdracht/api/v1/error_details.pb.h"

namespace overdracht::edge {
namespace {

using journal::v1::Refusal;

Refusal Of(journal::v1::RefusalCode code, journal::v1::RefusalReason reason,
           std::initializer_list<std::pair<const char*, const char*>> parameters) {
  Refusal refusal;
  refusal.set_code(code);
  refusal.set_reason(reason);
  for (const auto& [name, value] : parameters) {
    refusal.add_parameters()->set_name(name);
    refusal.mutable_parameters(refusal.parameters_size() - 1)->set_value(value);
  }
  return refusal;
}

api::v1::RefusalStatus DetailsOf(const grpc::Status& status) {
  api::v1::RefusalStatus details;
  EXPECT_TRUE(details.ParseFromString(status.error_details()));
  return details;
}

api::v1::RefusalStatus DetailsOf(Refusal refusal) {
  return DetailsOf(ToError(ToApi({"urn", "e-1", "t"}, {.record = 7, .duplicate = false, .refusal = std::move(refusal)})));
}

TEST(ToError, OfWhatIsMalformedNamesThePlace) {
  const auto details = DetailsOf(Of(journal::v1::REFUSAL_CODE_MALFORMED, journal::v1::REFUSAL_REASON_FIELD_MISSING,
                                    {{"place", "/data/handover"}, {"expected", "reference"}}));
  ASSERT_EQ(details.details_size(), 2);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(details.details(1).type_url(), "type.googleapis.com/google.rpc.BadRequest");
  api::v1::BadFields bad;
  ASSERT_TRUE(bad.ParseFromString(details.details(1).value()));
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "/data/handover");
  EXPECT_EQ(bad.field_violations(0).description(), details.message());
}

TEST(ToError, OfAStateNamesTheThing) {
  const auto details =
      DetailsOf(Of(journal::v1::REFUSAL_CODE_ILLEGAL_STATE, journal::v1::REFUSAL_REASON_WRONG_STATE, {{"thing", "handover"}}));
  ASSERT_EQ(details.details_size(), 2);
  EXPECT_EQ(details.details(1).type_url(), "type.googleapis.com/google.rpc.PreconditionFailure");
  api::v1::UnmetConditions unmet;
  ASSERT_TRUE(unmet.ParseFromString(details.details(1).value()));
  ASSERT_EQ(unmet.violations_size(), 1);
  EXPECT_EQ(unmet.violations(0).type(), "WRONG_STATE");
  EXPECT_EQ(unmet.violations(0).subject(), "handover");
}

TEST(ToError, OfAnotherKindHasItsReasonOnly) {
  EXPECT_EQ(DetailsOf(Of(journal::v1::REFUSAL_CODE_UNKNOWN_TRAJECT, journal::v1::REFUSAL_REASON_NO_SUCH_TRAJECT, {})).details_size(), 1);
}

TEST(TooOften, SaysWhenToComeAgain) {
  const grpc::Status status = TooOften("expected fewer", 1'250'000);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  const auto details = DetailsOf(status);
  ASSERT_EQ(details.details_size(), 1);
  EXPECT_EQ(details.details(0).type_url(), "type.googleapis.com/google.rpc.RetryInfo");
  api::v1::RetryAfter retry;
  ASSERT_TRUE(retry.ParseFromString(details.details(0).value()));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 250'000'000);
}

}  // namespace
}  // namespace overdracht::edge
