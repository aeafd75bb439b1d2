// The outbox service over gRPC, before a region that says what the test tells it to.
#include "services/partner/outbox_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "overdracht/api/v1/error_details.pb.h"
#include "services/edge/server.h"
#include "tests/unit/partner/fake_region.h"

namespace overdracht::partner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kWijk[] = "00000099000000102000";
constexpr char kZorg[] = "00000099000000101000";

class OutboxServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = ::testing::TempDir() + "overdracht.XXXXXX";
    folder_ = mkdtemp(name.data());
    Start();
  }
  void TearDown() override {
    Stop();
    std::filesystem::remove_all(folder_);
  }

  void Start() { Start(callers_); }
  void Start(const edge::Callers& callers) {
    auto places = Places::Open(folder_ + "/subscribers.db");
    ASSERT_TRUE(places.ok()) << places.status();
    places_ = *std::move(places);
    service_ = std::make_unique<OutboxService>(&region_, places_.get(), &callers);
    auto server = edge::Server::Start({.grpc_port = 0, .services = {service_.get()}});
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    stub_ = api::v1::OutboxService::NewStub(
        grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->grpc_port()), grpc::InsecureChannelCredentials()));
  }
  void Stop() {
    server_.reset();
    service_.reset();
    places_.reset();
  }

  // A subscription, as long as it is there.
  struct Subscription {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReader<api::v1::SubscribeResponse>> reader;

    std::string Next() {
      api::v1::SubscribeResponse response;
      if (!reader->Read(&response)) {
        status = reader->Finish();
        return "end: " + status.error_message();
      }
      ++items;
      const auto& item = response.item();
      return item.has_answer() ? "answer" : item.notice().task_opened().task();
    }
    grpc::Status status;  // once it has ended
    int items = 0;
    ~Subscription() { context.TryCancel(); }
  };

  std::unique_ptr<Subscription> Subscribe(const api::v1::SubscribeRequest& request, const std::string& organisation = kWijk) {
    auto subscription = std::make_unique<Subscription>();
    if (!organisation.empty()) subscription->context.AddMetadata("overdracht-oin", organisation);
    subscription->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));  // nothing here takes so long
    subscription->reader = stub_->Subscribe(&subscription->context, request);
    return subscription;
  }

  api::v1::ListItemsResponse List(const api::v1::ListItemsRequest& request) {
    grpc::ClientContext context;
    context.AddMetadata("overdracht-oin", kWijk);
    api::v1::ListItemsResponse response;
    status_ = stub_->ListItems(&context, request, &response);
    return response;
  }

  std::string Acknowledge(const std::string& subscriber, uint64_t number) {
    grpc::ClientContext context;
    context.AddMetadata("overdracht-oin", kWijk);
    api::v1::AcknowledgeRequest request;
    request.set_subscriber(subscriber);
    request.set_cursor(Cursor(number));
    api::v1::AcknowledgeResponse response;
    status_ = stub_->Acknowledge(&context, request, &response);
    return response.cursor();
  }

  static std::string Cursor(uint64_t number) { return event::FormatSequence(event::SequenceOf(number, 0)); }

  FakeRegion region_;
  std::string folder_;
  std::unique_ptr<Places> places_;
  const edge::Callers callers_;
  std::unique_ptr<OutboxService> service_;
  std::unique_ptr<edge::Server> server_;
  std::unique_ptr<api::v1::OutboxService::Stub> stub_;
  grpc::Status status_;
};

TEST_F(OutboxServiceTest, ASubscriberSeesWhatIsThereAndThenWhatComes) {
  for (int i = 1; i <= 10; ++i) region_.TellOfTask(kWijk, i);
  region_.TellOfTask(kZorg, 11);
  const auto subscription = Subscribe({});
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(subscription->Next(), absl::StrCat("task-", i));
  for (int i = 12; i <= 40; ++i) {
    region_.TellOfTask(kWijk, i);
    EXPECT_EQ(subscription->Next(), absl::StrCat("task-", i));
  }
}

TEST_F(OutboxServiceTest, OneThatWaitsReadsNothing) {
  const auto subscription = Subscribe({});
  region_.TellOfTask(kWijk, 1);
  EXPECT_EQ(subscription->Next(), "task-1");
  region_.TellOfTask(kWijk, 2);
  EXPECT_EQ(subscription->Next(), "task-2");
  const int reads = region_.reads();
  EXPECT_LE(reads, 8) << "it does not look again and again";
  for (int i = 1; i <= 100; ++i) region_.TellOfTask(kZorg, i);
  EXPECT_LE(region_.reads(), reads + 1) << "nor for what others are told";
}

TEST_F(OutboxServiceTest, ItGoesOnBehindACursorOrWhereItAcknowledged) {
  for (int i = 1; i <= 5; ++i) region_.TellOfTask(kWijk, i);
  api::v1::SubscribeRequest request;
  request.set_after(Cursor(3));
  EXPECT_EQ(Subscribe(request)->Next(), "task-4");
  EXPECT_EQ(Acknowledge("ecd", 2), Cursor(2));
  EXPECT_EQ(Acknowledge("ecd", 1), Cursor(2)) << "an earlier place changes nothing";
  Stop();
  Start();
  request.clear_after();
  request.set_subscriber("ecd");
  EXPECT_EQ(Subscribe(request)->Next(), "task-3");
  request.set_subscriber("another");
  EXPECT_EQ(Subscribe(request)->Next(), "task-1");
}

TEST_F(OutboxServiceTest, OneThatFallsBehindForEverIsToldWhereToGoOn) {
  std::atomic<base::Micros> now = 0;
  const edge::Callers callers(
      {.trust = {}, .client_ca = "", .rates = edge::Rates{.catch_up_us = 10}, .clock = [&now] { return now.load(); }});
  Stop();
  Start(callers);
  for (uint64_t i = 1; i <= 8; ++i) region_.TellOfTask(kWijk, i);
  // Time passes before a page is asked for, and the end is further away than it was.
  region_.before_reading = [&] {
    now += 11;
    region_.end += event::SequenceOf(100, 0);
  };
  const auto subscription = Subscribe({});
  std::string last;
  while (last.rfind("end: ", 0) != 0) last = subscription->Next();
  const grpc::Status status = subscription->status;
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), ::testing::HasSubstr("go on behind the cursor"));
  api::v1::RefusalStatus details;
  api::v1::RefusalInfo info;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  ASSERT_TRUE(info.ParseFromString(details.details(0).value()));
  EXPECT_EQ(info.reason(), "FALLING_BEHIND");
  // Nothing is lost there.
  EXPECT_EQ(subscription->items, 3);
  region_.before_reading = nullptr;
  api::v1::SubscribeRequest again;
  again.set_after(info.metadata().at("cursor"));
  EXPECT_EQ(Subscribe(again)->Next(), "task-" + std::to_string(subscription->items + 1));
}

TEST_F(OutboxServiceTest, KindsAndAnswersAreChosen) {
  region_.TellOfTask(kWijk, 1);
  region_.Tell(kWijk, 2, [](api::v1::OutboxItem* item) { item->mutable_answer()->set_accepted(true); });
  region_.Tell(kWijk, 3, [](api::v1::OutboxItem* item) { item->mutable_notice()->mutable_episode_changed(); });
  region_.TellOfTask(kWijk, 4);
  api::v1::SubscribeRequest request;
  request.add_kinds("task-opened");
  auto tasks = Subscribe(request);
  EXPECT_EQ(tasks->Next(), "task-1");
  EXPECT_EQ(tasks->Next(), "task-4");
  request.set_answers(true);
  auto both = Subscribe(request);
  EXPECT_EQ(both->Next(), "task-1");
  EXPECT_EQ(both->Next(), "answer");
  for (const char* wrong : {"task_opened", "to", "nothing"}) {
    request.add_kinds(wrong);
    EXPECT_THAT(Subscribe(request)->Next(), ::testing::HasSubstr("expected kinds of notices"));
    request.mutable_kinds()->RemoveLast();
  }
}

TEST_F(OutboxServiceTest, PagesOfAList) {
  for (int i = 1; i <= 10; ++i) region_.TellOfTask(kWijk, i);
  api::v1::ListItemsRequest request;
  request.set_page_size(4);
  std::vector<std::string> tasks;
  std::vector<bool> more;
  for (int page = 0; page < 3; ++page) {
    const auto response = List(request);
    ASSERT_TRUE(status_.ok()) << status_.error_message();
    for (const auto& item : response.items()) tasks.push_back(item.notice().task_opened().task());
    more.push_back(response.more());
    request.set_after(response.next());
  }
  EXPECT_THAT(tasks, ElementsAre("task-1", "task-2", "task-3", "task-4", "task-5", "task-6", "task-7", "task-8", "task-9", "task-10"));
  EXPECT_THAT(more, ElementsAre(true, true, false));
  EXPECT_THAT(List(request).items(), IsEmpty());
  region_.TellOfTask(kWijk, 11);
  EXPECT_EQ(List(request).items_size(), 1) << "`next` is also for what had not come yet";
}

TEST_F(OutboxServiceTest, WhatIsAskedWronglyIsSaid) {
  api::v1::ListItemsRequest request;
  request.set_page_size(1001);
  List(request);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_page_size(0);
  request.set_after("somewhere");
  List(request);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  Acknowledge("a b", 1);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(Subscribe({}, "")->Next(), ::testing::HasSubstr("expected a caller"));
}

}  // namespace
}  // namespace overdracht::partner
