// The typed services over gRPC, before a region that says what the test tells it to.
#include "services/partner/report_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/client_unary_call.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <gtest/gtest.h>

#include "overdracht/api/v1/error_details.pb.h"
#include "overdracht/api/v1/handover_service.pb.h"
#include "services/edge/server.h"
#include "tests/unit/partner/fake_region.h"

namespace overdracht::partner {
namespace {

using api::v1::AcceptHandoverRequest;
using api::v1::AcceptHandoverResponse;

class ReportServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    edge::ServerOptions options{.grpc_port = 0, .services = {}};
    for (const auto& service : services_) options.services.push_back(service.get());
    auto server = edge::Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->grpc_port()), grpc::InsecureChannelCredentials());
  }

  grpc::Status Accept(const std::string& caller = "00000099000000102000") {
    AcceptHandoverRequest request;
    request.mutable_report()->set_traject("00000000-0000-4000-8000-100000000001");
    request.mutable_report()->set_request_id("r-1");
    request.mutable_report()->set_no_wait(no_wait_);
    request.mutable_event()->set_handover("h-1");
    grpc::ClientContext context;
    if (!caller.empty()) context.AddMetadata("overdracht-oin", caller);
    const grpc::internal::RpcMethod method("/overdracht.api.v1.HandoverService/AcceptHandover", grpc::internal::RpcMethod::NORMAL_RPC);
    return grpc::internal::BlockingUnaryCall<AcceptHandoverRequest, AcceptHandoverResponse>(channel_.get(), method, &context, request,
                                                                                            &response_);
  }

  FakeRegion region_;
  const edge::Callers callers_;
  const std::vector<std::unique_ptr<grpc::Service>> services_ = MakeReportServices(&region_, &callers_);
  std::unique_ptr<edge::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  AcceptHandoverResponse response_;
  bool no_wait_ = false;
};

TEST_F(ReportServiceTest, AnAcceptedReportHasItsPosition) {
  const grpc::Status status = Accept();
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(region_.taken.size(), 1u);
  EXPECT_EQ(std::get<event::v1::Event>(region_.taken[0].event).handovers_accepted().handover(), "h-1");
  EXPECT_EQ(region_.taken[0].caller, "00000099000000102000");
  EXPECT_TRUE(response_.answer().accepted());
  EXPECT_EQ(response_.answer().position(), "0:7");
  EXPECT_EQ(response_.answer().id(), "r-1");
}

TEST_F(ReportServiceTest, ARefusalIsAnErrorWithItsData) {
  region_.answer->refusal.emplace();
  region_.answer->refusal->set_code(journal::v1::REFUSAL_CODE_UNKNOWN_TRAJECT);
  region_.answer->refusal->set_reason(journal::v1::REFUSAL_REASON_NO_SUCH_TRAJECT);
  const grpc::Status status = Accept();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("expected"));
  api::v1::RefusalStatus details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  api::v1::RefusalInfo info;
  ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
  EXPECT_EQ(info.metadata().at("code"), "UNKNOWN_TRAJECT");
}

TEST_F(ReportServiceTest, WithoutWaitingNothingIsSaidOfTheDecision) {
  no_wait_ = true;
  region_.answer->refusal.emplace();
  region_.answer->refusal->set_code(journal::v1::REFUSAL_CODE_UNKNOWN_TRAJECT);
  const grpc::Status status = Accept();
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(response_.answer().id(), "r-1");
  EXPECT_FALSE(response_.answer().accepted());
  EXPECT_EQ(response_.answer().position(), "");
  region_.answer->record = 0;
  EXPECT_EQ(Accept().error_code(), grpc::StatusCode::NOT_FOUND) << "what is not recorded is said at once";
  region_.answer->refusal.reset();
  ASSERT_TRUE(Accept().ok());
  EXPECT_TRUE(region_.taken.back().no_wait);
  EXPECT_FALSE(response_.answer().accepted()) << "it is kept, and not decided yet";
}

TEST_F(ReportServiceTest, WhatWasNotTakenInIsSaid) {
  region_.taken_in = absl::ResourceExhaustedError("full");
  EXPECT_EQ(Accept().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  region_.taken_in = absl::OkStatus();
  region_.answer = absl::UnavailableError("the disk is full");
  EXPECT_EQ(Accept().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(ReportServiceTest, NobodyReportsWithoutSayingWho) {
  EXPECT_EQ(Accept("").error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(Accept("00000001000000102000").error_code(), grpc::StatusCode::UNAUTHENTICATED) << "no test OIN";
  EXPECT_TRUE(region_.taken.empty());
}

TEST_F(ReportServiceTest, BytesThatAreNoRequestAreRefused) {
  grpc::ClientContext context;
  context.AddMetadata("overdracht-oin", "00000099000000102000");
  const grpc::Slice junk("\xff\xff\xff", 3);
  const grpc::ByteBuffer request(&junk, 1);
  grpc::ByteBuffer response;
  const grpc::internal::RpcMethod method("/overdracht.api.v1.HandoverService/AcceptHandover", grpc::internal::RpcMethod::NORMAL_RPC);
  const grpc::Status status = grpc::internal::BlockingUnaryCall<grpc::ByteBuffer, grpc::ByteBuffer, grpc::ByteBuffer, grpc::ByteBuffer>(
      channel_.get(), method, &context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_TRUE(region_.taken.empty());
}

}  // namespace
}  // namespace overdracht::partner
