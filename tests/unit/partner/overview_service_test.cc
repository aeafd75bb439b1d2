// The overview service over gRPC, before a region that says what the test tells it to.
#include "services/partner/overview/overview_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "services/edge/server.h"
#include "tests/unit/partner/fake_region.h"

namespace overdracht::partner {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kWijk[] = "00000099000000102000";
constexpr char kZorg[] = "00000099000000101000";
constexpr char kFirst[] = "11111111-0000-4000-8000-000000000000";
constexpr char kSecond[] = "22222222-0000-4000-8000-000000000000";

class OverviewServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "overdracht.XXXXXX";
    folder_ = mkdtemp(name.data());
    auto store = OverviewStore::Open(folder_ + "/overview.db");
    ASSERT_TRUE(store.ok()) << store.status();
    overviews_ = std::make_unique<Overviews>(&region_, *std::move(store));
    service_ = std::make_unique<OverviewService>(&region_, overviews_.get(), &callers_);
    auto server = edge::Server::Start({.grpc_port = 0, .services = {service_.get()}});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = api::v1::OverviewService::NewStub(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->grpc_port()), grpc::InsecureChannelCredentials()));
  }
  void TearDown() override {
    server_.reset();
    service_.reset();
    overviews_.reset();
    std::filesystem::remove_all(folder_);
  }

  void TellOfPhase(const std::string& traject, const std::string& phase, const std::string& organisation = kWijk) {
    region_.Tell(organisation, ++number_, [&](api::v1::OutboxItem* item) {
      item->set_traject(traject);
      item->mutable_notice()->mutable_traject_changed()->set_phase(phase);
    });
  }

  // Phase of the traject, or why not.
  std::string Get(const std::string& traject, const std::string& organisation = kWijk) {
    grpc::ClientContext context;
    if (!organisation.empty()) context.AddMetadata("overdracht-oin", organisation);
    api::v1::GetTrajectRequest request;
    request.set_traject(traject);
    api::v1::GetTrajectResponse response;
    status_ = stub_->GetTraject(&context, request, &response);
    return status_.ok() ? response.traject().phase() : status_.error_message();
  }

  api::v1::ListTrajectenResponse List(const api::v1::ListTrajectenRequest& request) {
    grpc::ClientContext context;
    context.AddMetadata("overdracht-oin", kWijk);
    api::v1::ListTrajectenResponse response;
    status_ = stub_->ListTrajecten(&context, request, &response);
    return response;
  }

  struct Watch {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<api::v1::WatchTrajectenResponse>> reader;
    std::string cursor;

    std::string Next() {
      api::v1::WatchTrajectenResponse response;
      if (!reader->Read(&response)) return "end: " + reader->Finish().error_message();
      if (!response.cursor().empty()) cursor = response.cursor();
      return absl::StrCat(response.traject().traject().substr(0, 4), response.gone() ? " gone" : " ", response.traject().phase());
    }
    ~Watch() { context.TryCancel(); }
  };
  std::unique_ptr<Watch> Watching(const api::v1::WatchTrajectenRequest& request) {
    auto watch = std::make_unique<Watch>();
    watch->context.AddMetadata("overdracht-oin", kWijk);
    watch->reader = stub_->WatchTrajecten(&watch->context, request);
    return watch;
  }

  FakeRegion region_;
  const edge::Callers callers_;
  std::string folder_;
  uint64_t number_ = 0;
  std::unique_ptr<Overviews> overviews_;
  std::unique_ptr<OverviewService> service_;
  std::unique_ptr<edge::Server> server_;
  std::unique_ptr<api::v1::OverviewService::Stub> stub_;
  grpc::Status status_;
};

TEST_F(OverviewServiceTest, ACallSeesAllThatWasToldBeforeIt) {
  for (int i = 0; i < 20; ++i) {
    TellOfPhase(kFirst, absl::StrCat("phase-", i));
    EXPECT_EQ(Get(kFirst), absl::StrCat("phase-", i));
  }
}

TEST_F(OverviewServiceTest, WhatOthersWereToldIsNotThere) {
  TellOfPhase(kFirst, "voor", kZorg);
  EXPECT_THAT(Get(kFirst), HasSubstr("expected a traject that you were told of"));
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::NOT_FOUND);
  const std::string unknown = Get(kSecond);
  EXPECT_EQ(Get(kFirst), unknown);
  EXPECT_EQ(List({}).total_size(), 0);
  EXPECT_EQ(Get(kFirst, kZorg), "voor");
  Get(kFirst, "");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(OverviewServiceTest, BadRequestsSayWhatWasExpected) {
  EXPECT_THAT(Get("traject-1"), HasSubstr("expected traject to be a UUID"));
  api::v1::ListTrajectenRequest request;
  request.set_page_size(1001);
  List(request);
  EXPECT_THAT(status_.error_message(), HasSubstr("expected page_size to be 0 to 1000"));
  request.set_page_size(1);
  request.set_page_token("next");
  List(request);
  EXPECT_THAT(status_.error_message(), HasSubstr("expected page_token to be a next_page_token"));
}

TEST_F(OverviewServiceTest, AListIsPaged) {
  TellOfPhase(kSecond, "na");
  TellOfPhase(kFirst, "voor");
  api::v1::ListTrajectenRequest request;
  request.set_page_size(1);
  const auto first = List(request);
  ASSERT_EQ(first.trajecten_size(), 1);
  EXPECT_EQ(first.trajecten(0).traject(), kFirst);
  EXPECT_EQ(first.total_size(), 2);
  request.set_page_token(first.next_page_token());
  const auto second = List(request);
  ASSERT_EQ(second.trajecten_size(), 1);
  EXPECT_EQ(second.trajecten(0).traject(), kSecond);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(OverviewServiceTest, AWatchShowsAllAndThenEachThatChanges) {
  TellOfPhase(kFirst, "voor");
  TellOfPhase(kSecond, "voor");
  auto watch = Watching({});
  EXPECT_EQ(watch->Next(), "1111 voor");
  EXPECT_EQ(watch->Next(), "2222 voor");
  const std::string listed = watch->cursor;
  EXPECT_NE(listed, "");
  TellOfPhase(kSecond, "tijdens");
  EXPECT_EQ(watch->Next(), "2222 tijdens");
  watch.reset();

  TellOfPhase(kFirst, "na");
  api::v1::WatchTrajectenRequest request;
  request.set_after(listed);
  watch = Watching(request);
  std::vector<std::string> seen = {watch->Next(), watch->Next()};
  EXPECT_THAT(seen, ElementsAre("1111 na", "2222 tijdens"));
}

TEST_F(OverviewServiceTest, AWatchSaysWhatItsFilterNoLongerLetsThrough) {
  TellOfPhase(kFirst, "voor");
  TellOfPhase(kSecond, "na");
  api::v1::WatchTrajectenRequest request;
  request.mutable_filter()->set_phase("na");
  const auto watch = Watching(request);
  EXPECT_EQ(watch->Next(), "2222 na");
  TellOfPhase(kFirst, "na");
  EXPECT_EQ(watch->Next(), "1111 na");
  TellOfPhase(kSecond, "voor");
  EXPECT_EQ(watch->Next(), "2222 gonevoor");
}

TEST_F(OverviewServiceTest, AWatchOfNothingWaitsForSomething) {
  const auto watch = Watching({});
  TellOfPhase(kFirst, "voor");
  EXPECT_EQ(watch->Next(), "1111 voor");
}

// What the region answers makes the explanation: here that every report is taken, and then that none is.
TEST_F(OverviewServiceTest, AnExplanationIsWhatTheRegionDecides) {
  TellOfPhase(kFirst, "voor");
  const auto explain = [&] {
    grpc::ClientContext context;
    context.AddMetadata("overdracht-oin", kWijk);
    api::v1::ExplainTrajectRequest request;
    request.set_traject(kFirst);
    api::v1::ExplainTrajectResponse response;
    EXPECT_TRUE(stub_->ExplainTraject(&context, request, &response).ok());
    return response;
  };
  EXPECT_THAT(explain().refused(), IsEmpty());
  ASSERT_FALSE(region_.taken.empty());
  for (const region::Report& report : region_.taken) {
    EXPECT_TRUE(report.validate_only);
    EXPECT_EQ(report.caller, kWijk);
  }
  journal::v1::Refusal refusal;
  refusal.set_code(journal::v1::REFUSAL_CODE_NOT_A_PARTICIPANT);
  refusal.set_reason(journal::v1::REFUSAL_REASON_TAKES_NO_PART);
  region_.answer = region::Answer{.record = 0, .duplicate = false, .refusal = refusal};
  const auto explained = explain();
  EXPECT_THAT(explained.permitted(), IsEmpty());
  ASSERT_GT(explained.refused_size(), 40);
  EXPECT_EQ(explained.refused(0).code(), "NOT_A_PARTICIPANT");
  EXPECT_THAT(explained.refused(0).message(), HasSubstr("expected"));
}

}  // namespace
}  // namespace overdracht::partner
