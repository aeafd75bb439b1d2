// What only the region in another process has: a link that can be lost, and a fence between organisations.
#include "services/remote/remote_region.h"

#include <thread>

#include "services/region/wire.h"
#include "tests/unit/remote/regions.h"

namespace overdracht::remote {
namespace {

using ::testing::HasSubstr;

TEST(RemoteRegion, WithoutALinkNothingIsTakenIn) {
  Remote partner("127.0.0.1:1");
  EXPECT_EQ(partner.region()->workflows()->Find("uitstroom"), nullptr);
  region::Report report = Read(partner.region(), Started(1, kTime));
  report.done = [](const auto&) { ADD_FAILURE() << "no callback comes"; };
  EXPECT_TRUE(absl::IsUnavailable(partner.region()->Take(std::move(report), 1000, nullptr)));
  EXPECT_TRUE(std::holds_alternative<event::v1::Event>(report.event)) << "it is left alone";
  EXPECT_TRUE(absl::IsUnavailable(ReadOutbox(partner.region(), {.organisation = kZorg}).status()));
}

TEST(RemoteRegion, ALostLinkFailsWhatWasSentAndANewOneGoesOn) {
  workflow::Folder folder;
  auto region = std::make_unique<Local>(folder);
  auto port = std::make_unique<Port>(region->region(), 0);
  const int number = port->port();
  Remote partner(port->address());
  ASSERT_TRUE(partner.WaitUntilLinked());
  Happening told;
  const auto listener = partner.region()->Listen(kZorg, [&] { told.Tell(); });

  // The loop does not run yet: two reports of one order are under way when the service goes.
  const auto order = std::make_shared<region::Order>();
  absl::Mutex mutex;
  std::vector<std::string> outcomes;
  const auto take = [&](int traject) {
    region::Report report = Read(partner.region(), Started(traject, kTime));
    report.order = order;
    report.done = [&](const absl::StatusOr<region::Answer>& answer) {
      absl::MutexLock lock(&mutex);
      outcomes.push_back(workflow::Service::Outcome(answer));
    };
    EXPECT_TRUE(partner.region()->Take(std::move(report), 1000, nullptr).ok());
  };
  take(1);
  take(2);
  std::thread goes([&] { port.reset(); });  // as the process would: its calls end
  ASSERT_TRUE(partner.WaitUntilLinked(false));
  region->Run();
  goes.join();
  region.reset();
  {
    absl::MutexLock lock(&mutex);
    const auto both = [&] { return outcomes.size() == 2; };
    ASSERT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&both), kPatience));
    EXPECT_THAT(outcomes, ::testing::Each("UNAVAILABLE"));
  }

  region = std::make_unique<Local>(folder);
  region->Run();
  port = std::make_unique<Port>(region->region(), number);
  ASSERT_TRUE(partner.WaitUntilLinked());
  EXPECT_TRUE(told.WaitFor(1)) << "something may have been missed";
  take(3);  // nothing of an order is decided after what could not be
  {
    absl::MutexLock lock(&mutex);
    EXPECT_EQ(outcomes.back(), "ABORTED");
  }
  EXPECT_THAT(Outcome(partner.region(), Started(1, kTime)), HasSubstr("accepted")) << "recorded or not: it is there once";
  EXPECT_EQ(Outcome(partner.region(), Started(1, kTime)), "again accepted");
  partner.region()->Drain();
  EXPECT_EQ(Outcome(partner.region(), Started(4, kTime)), "UNAVAILABLE");
  port.reset();
}

TEST(RemoteRegion, WhoWaitsIsToldWhenItDrains) {
  workflow::Folder folder;
  Local region(folder);  // decides nothing
  Port port(region.region(), 0);
  Remote partner(port.address());
  ASSERT_TRUE(partner.WaitUntilLinked());
  absl::Notification told;
  region::Report report = Read(partner.region(), Started(1, kTime));
  report.done = [&](const absl::StatusOr<region::Answer>& answer) {
    EXPECT_EQ(workflow::Service::Outcome(answer), "UNAVAILABLE");
    told.Notify();
  };
  ASSERT_TRUE(partner.region()->Take(std::move(report), 1000, nullptr).ok());
  partner.region()->Drain(absl::Milliseconds(1));
  EXPECT_TRUE(told.WaitForNotificationWithTimeout(kPatience));
  region.Run();
}

TEST(RemoteRegion, WhatWaitsIsBounded) {
  workflow::Folder folder;
  Local region(folder);
  Port port(region.region(), 0);
  Remote partner(port.address(), {.organisation = kZorg, .most_reports = 10});
  ASSERT_TRUE(partner.WaitUntilLinked());
  int taken = 0;
  Happening room, answered;
  absl::Status status;
  while (status.ok()) {
    region::Report report = Read(partner.region(), Started(taken + 1, kTime));
    report.done = [&](const auto&) { answered.Tell(); };
    status = partner.region()->Take(std::move(report), 1000, [&] { room.Tell(); });
    taken += status.ok() ? 1 : 0;
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_EQ(taken, 10);
  region.Run();
  EXPECT_TRUE(answered.WaitFor(10));
  EXPECT_TRUE(room.WaitFor(1));
}

TEST(RemoteRegion, ItSpeaksForNoOther) {
  workflow::Folder folder;
  Local region(folder);
  region.Run();
  Port port(region.region(), 0);
  Remote partner(port.address(), {.organisation = kWijk});
  ASSERT_TRUE(partner.WaitUntilLinked());
  EXPECT_EQ(Outcome(partner.region(), Started(1, kTime)), "PERMISSION_DENIED");
  EXPECT_TRUE(absl::IsPermissionDenied(ReadOutbox(partner.region(), {.organisation = kZorg}).status()));
}

// The other end believes nobody either.
class FenceTest : public ::testing::Test {
 protected:
  FenceTest() { region_.Run(); }

  // What a link says to a message: the end of it.
  grpc::Status Link(const region::v1::LinkRequest& request, const std::string& organisation = kWijk) {
    grpc::ClientContext context;
    if (!organisation.empty()) context.AddMetadata("overdracht-oin", organisation);
    const auto link = stub_->Link(&context);
    link->Write(request);
    link->WritesDone();
    answers_.clear();
    for (region::v1::LinkResponse response; link->Read(&response);) {
      for (const auto& decided : response.decided()) answers_.push_back(decided);
    }
    return link->Finish();
  }
  region::v1::LinkRequest Reporting(const std::string& json) {
    region::Report report = Read(region_.region(), json);
    region::v1::LinkRequest request;
    *request.add_reports() = region::ToWire(7, &report);
    return request;
  }

  workflow::Folder folder_;
  Local region_{folder_};
  Port port_{region_.region(), 0};
  std::unique_ptr<region::v1::RegionService::Stub> stub_ =
      region::v1::RegionService::NewStub(grpc::CreateChannel(port_.address(), grpc::InsecureChannelCredentials()));
  std::vector<region::v1::Decided> answers_;
};

TEST_F(FenceTest, AReportThatAnotherMakesEndsTheLink) {
  const size_t before = region_.service().Records().size();
  EXPECT_EQ(Link(Reporting(Started(1, kTime))).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(region_.service().Records().size(), before);
  // Nor is another's source believed, whatever caller it names.
  region::v1::LinkRequest request = Reporting(Started(1, kTime));
  request.mutable_reports(0)->set_caller(kWijk);
  EXPECT_TRUE(Link(request).ok());
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].refusal().code(), journal::v1::REFUSAL_CODE_SOURCE_MISMATCH);
  EXPECT_EQ(Link(Reporting(Started(1, kTime)), "").error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(FenceTest, AnEventThatIsNotSoundIsMalformed) {
  region::v1::LinkRequest request = Reporting(Started(1, kTime));
  request.mutable_reports(0)->mutable_event()->set_traject("short");
  EXPECT_TRUE(Link(request, kZorg).ok());
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].call(), 7);
  EXPECT_EQ(answers_[0].refusal().code(), journal::v1::REFUSAL_CODE_MALFORMED);

  request = Reporting(Started(1, kTime));
  auto* event = request.mutable_reports(0)->mutable_event();
  event->GetReflection()->MutableUnknownFields(event)->AddLengthDelimited(1000, "a name");
  EXPECT_TRUE(Link(request, kZorg).ok());
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].refusal().reason(), journal::v1::REFUSAL_REASON_FIELD_UNKNOWN);

  request = Reporting("no event");
  request.mutable_reports(0)->mutable_malformed()->mutable_refusal()->set_code(journal::v1::REFUSAL_CODE_ILLEGAL_STATE);
  EXPECT_EQ(Link(request, kZorg).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request = Reporting("no event");
  request.mutable_reports(0)->mutable_malformed()->set_bytes(std::string(200'000, 'x'));
  EXPECT_EQ(Link(request, kZorg).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Link([] {
              region::v1::LinkRequest empty;
              empty.add_reports();
              return empty;
            }())
                .error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(FenceTest, AnOutboxOfAnotherIsNotRead) {
  grpc::ClientContext context;
  context.AddMetadata("overdracht-oin", kWijk);
  region::v1::ReadItemsRequest request;
  request.set_organisation(kZorg);
  region::v1::ReadItemsResponse response;
  EXPECT_EQ(stub_->ReadItems(&context, request, &response).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace overdracht::remote
