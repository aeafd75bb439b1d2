// The client before the services of an organisation and a region that says what the test tells it to.
#include "services/client/client.h"

#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <set>
#include <thread>

#include "services/edge/server.h"
#include "services/event/catalogue.h"
#include "services/partner/event_service.h"
#include "services/partner/outbox_service.h"
#include "services/partner/report_service.h"
#include "tests/unit/partner/fake_region.h"

namespace overdracht::client {
namespace {

using api::v1::OutboxItem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr char kWijk[] = "00000099000000102000";
constexpr char kTraject[] = "00000000-0000-4000-8000-100000000001";

event::v1::HandoversAccepted Accepted() {
  event::v1::HandoversAccepted event;
  event.set_handover("h-1");
  return event;
}

std::string AcceptedJson(const std::string& id) {
  return absl::StrCat(R"({"specversion":"1.0","id":")", id, R"(","source":"urn:nld:oin:)", kWijk,
                      R"(:systeem:test","type":"nl.overdracht.handovers.accepted.v1","subject":")", kTraject,
                      R"(","time":"2026-01-02T09:00:00Z","data":{"handover":"h-1"}})");
}

const region::Answer kAccepted{.record = 7, .duplicate = false, .refusal = std::nullopt};

class ClientTest : public ::testing::Test {
 protected:
  ClientTest() {
    std::string name = ::testing::TempDir() + "overdracht.XXXXXX";
    folder_ = mkdtemp(name.data());
    auto places = partner::Places::Open(folder_ + "/subscribers.db");
    EXPECT_TRUE(places.ok()) << places.status();
    places_ = *std::move(places);
    Serve();
  }
  ~ClientTest() override {
    server_.reset();
    std::filesystem::remove_all(folder_);
  }

  // On the port of the last time.
  void Serve() {
    events_ = std::make_unique<partner::EventService>(&region_, callers_.get());
    outbox_ = std::make_unique<partner::OutboxService>(&region_, places_.get(), callers_.get());
    reports_ = partner::MakeReportServices(&region_, callers_.get());
    edge::ServerOptions options{.grpc_port = port_, .tls = {}, .services = {events_.get(), outbox_.get()}};
    for (const auto& service : reports_) options.services.push_back(service.get());
    auto server = edge::Server::Start(options);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    port_ = server_->grpc_port();
  }

  void Restart(edge::Rates rates) {
    server_.reset();
    callers_ = std::make_unique<edge::Callers>(
        edge::Callers::Rules{.trust = {}, .client_ca = "", .rates = rates, .clock = [] { return absl::ToUnixMicros(absl::Now()); }});
    Serve();
  }

  Client Connect(std::function<void(const absl::Status&)> on_retry = nullptr, absl::Duration patience = absl::Seconds(30)) {
    auto client = Client::Connect(
        {.address = absl::StrCat("127.0.0.1:", port_), .organisation = kWijk, .patience = patience, .on_retry = std::move(on_retry)});
    EXPECT_TRUE(client.ok()) << client.status();
    return *client;
  }

  std::vector<std::string> TakenIds() const {
    std::vector<std::string> ids;
    for (const region::Report& report : region_.taken) ids.push_back(std::get<event::v1::Event>(report.event).id());
    return ids;
  }

  // Fails one report, the first time.
  class Region : public partner::FakeRegion {
   public:
    absl::Status Take(region::Report&& report, size_t bytes, std::function<void()> when_room) override {
      if (taken.size() == fails_at) answer = absl::UnavailableError("recorded, but nobody heard of it");
      if (taken.size() == fails_at + 1) answer = kAccepted;
      return FakeRegion::Take(std::move(report), bytes, std::move(when_room));
    }
    size_t fails_at = SIZE_MAX - 1;
  };

  std::string folder_;
  Region region_;
  std::unique_ptr<edge::Callers> callers_ = std::make_unique<edge::Callers>();
  std::unique_ptr<partner::Places> places_;
  std::unique_ptr<partner::EventService> events_;
  std::unique_ptr<partner::OutboxService> outbox_;
  std::vector<std::unique_ptr<grpc::Service>> reports_;
  std::unique_ptr<edge::Server> server_;
  int port_ = 0;
};

TEST_F(ClientTest, AReportIsAnsweredWithItsPosition) {
  const absl::StatusOr<Answer> answer = Connect().Report(kTraject, "r-1", Accepted());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_TRUE(answer->accepted());
  EXPECT_FALSE(IsRefused(*answer));
  EXPECT_EQ(answer->position(), "0:7");
  EXPECT_EQ(answer->id(), "r-1");
  ASSERT_EQ(region_.taken.size(), 1u);
  EXPECT_EQ(region_.taken[0].caller, kWijk);
  EXPECT_EQ(std::get<event::v1::Event>(region_.taken[0].event).handovers_accepted().handover(), "h-1");
}

TEST_F(ClientTest, ARefusalIsAnAnswer) {
  journal::v1::Refusal& refusal = region_.answer->refusal.emplace();
  refusal.set_code(journal::v1::REFUSAL_CODE_ILLEGAL_STATE);
  refusal.set_reason(journal::v1::REFUSAL_REASON_WRONG_STATE);
  refusal.add_parameters()->set_name("thing");
  refusal.mutable_parameters(0)->set_value("handover");
  const Client client = Connect();
  for (const auto& answer : {client.Report(kTraject, "r-1", Accepted()), client.Publish([] {
                               api::v1::PublishRequest request;
                               request.set_cloud_event(AcceptedJson("r-1"));
                               return request;
                             }())}) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    EXPECT_TRUE(IsRefused(*answer));
    EXPECT_FALSE(answer->accepted());
    EXPECT_EQ(answer->code(), "ILLEGAL_STATE");
    EXPECT_EQ(answer->reason(), "WRONG_STATE");
    EXPECT_EQ(answer->position(), "0:7");
    EXPECT_THAT(answer->message(), HasSubstr("expected"));
    EXPECT_THAT(answer->melding(), HasSubstr("verwacht"));
    ASSERT_EQ(answer->parameters_size(), 1);
    EXPECT_EQ(answer->parameters(0).name() + "=" + answer->parameters(0).value(), "thing=handover");
  }
  EXPECT_EQ(region_.taken.size(), 2u) << "a refusal is never reported again";
}

TEST_F(ClientTest, EveryKindOfEventHasAnRpc) {
  const Client client = Connect();
  for (const event::Kind& kind : event::Kinds()) {
    const auto* event = google::protobuf::MessageFactory::generated_factory()->GetPrototype(kind.data->message_type());
    const absl::StatusOr<Answer> answer = client.Report(kTraject, "r-1", *event);
    EXPECT_TRUE(answer.ok()) << kind.name << ": " << answer.status();
  }
  EXPECT_EQ(region_.taken.size(), event::Kinds().size());
  EXPECT_TRUE(absl::IsInvalidArgument(client.Report(kTraject, "r-1", event::v1::Dossier()).status())) << "part of an event";
}

TEST_F(ClientTest, AnAttemptThatGotNoDecisionIsMadeAgainAsTheSameReport) {
  std::vector<absl::StatusCode> failures;
  const Client client = Connect([&](const absl::Status& why) {
    failures.push_back(why.code());
    region_.answer = failures.size() == 1 ? absl::StatusOr<region::Answer>(absl::ResourceExhaustedError("full")) : kAccepted;
  });
  region_.answer = absl::UnavailableError("recorded, but nobody heard of it");
  api::v1::ReportContext context;  // without an id
  context.set_traject(kTraject);
  const absl::StatusOr<Answer> answer = client.Report(context, Accepted());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(failures, ElementsAre(absl::StatusCode::kUnavailable, absl::StatusCode::kResourceExhausted));
  const std::vector<std::string> ids = TakenIds();
  ASSERT_EQ(ids.size(), 3u);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()), std::set<std::string>{answer->id()});
  EXPECT_THAT(answer->id(), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST_F(ClientTest, WhenPatienceIsOverTheLastErrorIsTheCallers) {
  region_.answer = absl::UnavailableError("the disk is full");
  EXPECT_TRUE(absl::IsUnavailable(Connect(nullptr, absl::ZeroDuration()).Report(kTraject, "r-1", Accepted()).status()));
  EXPECT_EQ(region_.taken.size(), 1u);
  int retries = 0;
  const Client client = Connect([&](const absl::Status&) { ++retries; }, absl::Milliseconds(300));
  EXPECT_TRUE(absl::IsUnavailable(client.Report(kTraject, "r-1", Accepted()).status()));
  EXPECT_EQ(region_.taken.size(), 1u + 1u + retries);
  EXPECT_GE(retries, 1);
}

TEST_F(ClientTest, WhoReportsTooOftenWaitsAsLongAsTheServiceSays) {
  Restart({.reports_per_second = 1, .reports_at_once = 1});
  int retries = 0;
  const Client client = Connect([&](const absl::Status&) { ++retries; });
  const absl::Time begun = absl::Now();
  for (const char* const id : {"r-1", "r-2", "r-3"}) {
    const absl::StatusOr<Answer> answer = client.Report(kTraject, id, Accepted());
    EXPECT_TRUE(answer.ok()) << answer.status();
  }
  EXPECT_GE(absl::Now() - begun, absl::Seconds(1.5));
  EXPECT_THAT(TakenIds(), ElementsAre("r-1", "r-2", "r-3"));
  EXPECT_LE(retries, 4) << "by pauses of its own it would ask more often";
}

TEST_F(ClientTest, WhatNoTimeMendsIsSaidAtOnce) {
  int retries = 0;
  const auto count = [&](const absl::Status&) { ++retries; };
  const auto stranger =
      Client::Connect({.address = absl::StrCat("127.0.0.1:", port_), .organisation = "00000001000000102000", .on_retry = count});
  ASSERT_TRUE(stranger.ok());
  EXPECT_TRUE(absl::IsUnauthenticated(stranger->Report(kTraject, "r-1", Accepted()).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(stranger->Subscribe({})->Next().status()));
  api::v1::ReportContext context;
  context.set_if_position("seven");
  EXPECT_TRUE(absl::IsInvalidArgument(Connect(count).Report(context, Accepted()).status()));
  EXPECT_EQ(retries, 0);
}

TEST_F(ClientTest, NobodyAtTheAddress) {
  server_.reset();
  const absl::Time begun = absl::Now();
  const auto client = Client::Connect({.address = absl::StrCat("127.0.0.1:", port_), .connect_within = absl::Milliseconds(200)});
  EXPECT_TRUE(absl::IsUnavailable(client.status()));
  EXPECT_THAT(std::string(client.status().message()), HasSubstr(absl::StrCat(port_)));
  EXPECT_LT(absl::Now() - begun, absl::Seconds(3));
  EXPECT_TRUE(Client::Connect({.address = absl::StrCat("127.0.0.1:", port_), .connect_within = absl::ZeroDuration()}).ok());
}

TEST_F(ClientTest, NoWaitIsNeitherAcceptedNorRefused) {
  api::v1::ReportContext context;
  context.set_traject(kTraject);
  context.set_no_wait(true);
  const absl::StatusOr<Answer> answer = Connect().Report(context, Accepted());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->accepted());
  EXPECT_FALSE(IsRefused(*answer));
  EXPECT_EQ(answer->subject(), kTraject);
  EXPECT_TRUE(region_.taken[0].no_wait);
}

// ---- A stream of reports ---------------------------------------------------------------------------------------------------------------

TEST_F(ClientTest, AStreamThatIsCutSendsWhatIsNotAnsweredAgain) {
  region_.fails_at = 500;
  std::vector<std::string> ids, answered;
  const auto stream = Connect().OpenStream([&](const absl::StatusOr<Answer>& answer) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    answered.push_back(answer->id());
  });
  for (int i = 0; i < 1000; ++i) {
    ids.push_back(absl::StrCat("r-", i));
    ASSERT_TRUE(stream->Send(AcceptedJson(ids.back())).ok());
  }
  const absl::Status finished = stream->Finish();
  EXPECT_TRUE(finished.ok()) << finished;
  EXPECT_EQ(answered, ids);
  ids.insert(ids.begin() + 500, ids[500]);
  EXPECT_EQ(TakenIds(), ids) << "the second connection begins with the one that got no answer";
}

TEST_F(ClientTest, AStreamThatCannotGoOnSaysWhyLast) {
  const Client client = Connect(nullptr, absl::ZeroDuration());
  std::vector<absl::StatusCode> told;
  region_.answer = absl::UnavailableError("the disk is full");
  const auto stream = client.OpenStream([&](const absl::StatusOr<Answer>& answer) { told.push_back(answer.status().code()); });
  ASSERT_TRUE(stream->Send(AcceptedJson("r-1")).ok());
  EXPECT_TRUE(absl::IsUnavailable(stream->Finish()));
  EXPECT_THAT(told, ElementsAre(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(absl::IsUnavailable(stream->Send(AcceptedJson("r-2"))));
}

TEST_F(ClientTest, AStreamThatWasIdleLongerThanItsPatienceGoesOnAfterACut) {
  constexpr absl::Duration kPatience = absl::Milliseconds(200);
  region_.fails_at = 2;
  std::vector<std::string> told;
  std::array<absl::Notification, 2> answered;
  const auto stream = Connect(nullptr, kPatience).OpenStream([&](const absl::StatusOr<Answer>& answer) {
    told.push_back(answer.ok() ? answer->id() : answer.status().ToString());
    if (told.size() <= answered.size()) answered[told.size() - 1].Notify();
  });
  EXPECT_TRUE(stream->Send(AcceptedJson("r-1")).ok());
  answered[0].WaitForNotification();
  absl::SleepFor(2 * kPatience);
  server_.reset();
  Serve();
  EXPECT_TRUE(stream->Send(AcceptedJson("cut-before")).ok());
  answered[1].WaitForNotification();
  absl::SleepFor(2 * kPatience);
  EXPECT_TRUE(stream->Send(AcceptedJson("cut-by-it")).ok());
  EXPECT_TRUE(stream->Finish().ok());
  EXPECT_THAT(told, ElementsAre("r-1", "cut-before", "cut-by-it"));
  EXPECT_THAT(TakenIds(), ElementsAre("r-1", "cut-before", "cut-by-it", "cut-by-it"));
}

TEST_F(ClientTest, AStreamOfAStrangerEndsBeforeAnythingIsSent) {
  const auto stranger = Client::Connect({.address = absl::StrCat("127.0.0.1:", port_), .organisation = "00000001000000102000"});
  ASSERT_TRUE(stranger.ok());
  absl::Notification ended;
  const auto stream = stranger->OpenStream([&](const absl::StatusOr<Answer>& answer) {
    EXPECT_TRUE(absl::IsUnauthenticated(answer.status())) << answer.status();
    ended.Notify();
  });
  EXPECT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(30)));
  EXPECT_TRUE(absl::IsUnauthenticated(stream->Finish()));
}

TEST_F(ClientTest, AStreamThatIsLetGoOfTellsNoMore) {
  std::vector<std::string> told;
  {
    const auto stream = Connect().OpenStream([&](const absl::StatusOr<Answer>&) { told.push_back("more"); });
  }
  EXPECT_THAT(told, IsEmpty());
}

// ---- Being told ------------------------------------------------------------------------------------------------------------------------

std::string TaskOf(const absl::StatusOr<OutboxItem>& item) {
  return item.ok() ? item->notice().task_opened().task() : std::string(absl::StatusCodeToString(item.status().code()));
}

TEST_F(ClientTest, ASubscriptionThatIsCutGoesOnBehindTheLastItem) {
  for (int n = 1; n <= 5; ++n) region_.TellOfTask(kWijk, n);
  int retries = 0;
  const auto told = Connect([&](const absl::Status&) { retries += 1; }).Subscribe({});
  EXPECT_EQ(TaskOf(told->Next()), "task-1");
  EXPECT_EQ(TaskOf(told->Next()), "task-2");
  server_.reset();
  Serve();
  // Those that had come before the cut are not lost; none comes twice.
  for (int n = 3; n <= 5; ++n) EXPECT_EQ(TaskOf(told->Next()), absl::StrCat("task-", n));
  std::thread later([&] { region_.TellOfTask(kWijk, 6); });
  EXPECT_EQ(TaskOf(told->Next()), "task-6");
  later.join();
  EXPECT_GE(retries, 1);
}

TEST_F(ClientTest, AnAcknowledgedPlaceIsWhereTheSubscriberGoesOn) {
  for (int n = 1; n <= 3; ++n) region_.TellOfTask(kWijk, n);
  const Client client = Connect();
  api::v1::SubscribeRequest request;
  request.set_subscriber("ecd");
  const auto first = client.Subscribe(request);
  EXPECT_EQ(TaskOf(first->Next()), "task-1");
  const absl::StatusOr<OutboxItem> second = first->Next();
  ASSERT_TRUE(second.ok());
  const absl::Status kept = first->Acknowledge(*second);
  ASSERT_TRUE(kept.ok()) << kept;
  EXPECT_EQ(TaskOf(client.Subscribe(request)->Next()), "task-3");
  EXPECT_TRUE(absl::IsFailedPrecondition(client.Subscribe({})->Acknowledge(*second)));
}

TEST_F(ClientTest, CancelEndsASubscriptionThatWaits) {
  region_.TellOfTask(kWijk, 1);
  const auto told = Connect().Subscribe({});
  EXPECT_EQ(TaskOf(told->Next()), "task-1");
  std::thread other([&] { told->Cancel(); });
  EXPECT_EQ(TaskOf(told->Next()), "CANCELLED");
  other.join();
  EXPECT_EQ(TaskOf(told->Next()), "CANCELLED");
}

TEST_F(ClientTest, CancelEndsASubscriptionThatFindsNobody) {
  absl::Notification tried;
  const Client client = Connect([&](const absl::Status&) {
    if (!tried.HasBeenNotified()) tried.Notify();
  });
  server_.reset();
  const auto told = client.Subscribe({});
  std::thread other([&] {
    tried.WaitForNotification();
    told->Cancel();
  });
  EXPECT_EQ(TaskOf(told->Next()), "CANCELLED");
  other.join();
}

}  // namespace
}  // namespace overdracht::client
