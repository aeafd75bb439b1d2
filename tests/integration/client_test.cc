// The client library against `overdracht dev`: kills of the server, and certificates.
#include "services/client/client.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_split.h>
#include <absl/synchronization/mutex.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "overdracht/event/v1/event.pb.h"
#include "tests/support/server_process.h"

namespace overdracht::client {
namespace {

using api::v1::OutboxItem;

constexpr char kZorg[] = "00000099000000101000", kWijk[] = "00000099000000102000", kGemeente[] = "00000099000000103000";
constexpr char kTraject[] = "7e57ab1e-0000-4000-8000-000000000001";
constexpr int kReports = 60;  // while the server is killed

event::v1::TrajectenStarted Started() {
  event::v1::TrajectenStarted event;
  event.set_workflow("uitstroom");
  event.set_client("c-1");
  for (const auto& [role, organisation] : {std::pair(event::v1::ROLE_ZORGAANBIEDER, kZorg), std::pair(event::v1::ROLE_WIJKTEAM, kWijk),
                                           std::pair(event::v1::ROLE_GEMEENTE, kGemeente)}) {
    event.add_participants()->set_role(role);
    event.mutable_participants(event.participants_size() - 1)->set_organisation(organisation);
  }
  return event;
}

event::v1::ContactsHeld Contact() {
  event::v1::ContactsHeld event;
  event.set_kind("home_visit");
  return event;
}

std::string ContactJson(const std::string& id) {
  return absl::StrCat(R"({"specversion":"1.0","id":")", id, R"(","source":"urn:nld:oin:)", kZorg,
                      R"(:systeem:test","type":"nl.overdracht.contacts.held.v1","subject":")", kTraject,
                      R"(","time":"2026-01-02T09:00:00Z","data":{"kind":"home_visit"}})");
}

void CountOne(std::atomic<int>* count) {
  ++*count;
  count->notify_all();
}
void AwaitCount(const std::atomic<int>& count, int enough) {
  for (int now = count; now < enough; now = count) count.wait(now);
}

class ClientOfDevTest : public ::testing::Test {
 protected:
  ClientOfDevTest() {
    std::string name = ::testing::TempDir() + "overdracht.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ClientOfDevTest() override {
    dev_.reset();
    std::filesystem::remove_all(folder_);
  }

  // On the port of the last time.
  void Serve(const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {OVERDRACHT_BINARY, "dev", "--data", folder_ + "/data", "--grpc-port", port_, "--http-port", "0"};
    words.insert(words.end(), more.begin(), more.end());
    dev_ = std::make_unique<testing::ServerProcess>(words);
    const std::vector<std::string> address = absl::StrSplit(dev_->address(), ':');
    port_ = address.back();
  }
  void KillAndServe() {
    dev_->Kill();
    Serve();
  }

  absl::StatusOr<Client> Connect(const TlsFiles& tls = {}, const std::string& organisation = kZorg) {
    return Client::Connect({.address = "localhost:" + port_,
                            .tls = tls,
                            .organisation = organisation,
                            .connect_within = absl::Seconds(2),
                            .on_retry = [this](const absl::Status&) { ++retries_; }});
  }

  // How many answers to reports there are in the outbox, by the id of the report, and their positions.
  std::map<std::string, std::vector<std::string>> Recorded(const Client& client, size_t reports) {
    api::v1::SubscribeRequest request;
    request.set_answers(true);
    request.add_kinds("access-uncovered");  // no notice
    const auto told = client.Subscribe(request);
    std::map<std::string, std::vector<std::string>> recorded;
    for (size_t i = 0; i < reports; ++i) {
      const absl::StatusOr<OutboxItem> item = told->Next();
      EXPECT_TRUE(item.ok()) << item.status();
      recorded[item->answer().id()].push_back(item->answer().position());
    }
    return recorded;
  }

  std::string folder_;
  std::string port_ = "0";
  std::unique_ptr<testing::ServerProcess> dev_;
  std::atomic<int> retries_ = 0;
};

TEST_F(ClientOfDevTest, AHandoverIsReportedAndRefusedAsItStands) {
  Serve();
  const absl::StatusOr<Client> client = Connect();
  ASSERT_TRUE(client.ok()) << client.status();
  const absl::StatusOr<Answer> started = client->Report(kTraject, "start", Started());
  ASSERT_TRUE(started.ok()) << started.status();
  ASSERT_TRUE(started->accepted()) << started->message();
  event::v1::HandoversFarewellHeld farewell;
  farewell.set_handover("h-1");
  farewell.set_client_knows_contact(true);
  api::v1::ReportContext context;
  context.set_traject(kTraject);
  context.set_validate_only(true);
  absl::StatusOr<Answer> refused = client->Report(context, farewell);
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_TRUE(IsRefused(*refused));
  EXPECT_EQ(refused->position(), "") << "nothing is recorded";
  refused = client->Report(kTraject, "farewell", farewell);
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_EQ(refused->code(), "UNKNOWN_REFERENCE");
  EXPECT_NE(refused->position(), "");
  const absl::StatusOr<Answer> again = client->Report(kTraject, "start", Started());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->duplicate());
  EXPECT_EQ(again->position(), started->position());

  api::v1::GetTrajectRequest request;
  request.set_traject(kTraject);
  const auto known = client->GetTraject(request);
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_EQ(known->traject().phase(), "voor");
  const auto all = client->ListTrajecten({});
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->total_size(), 1);
  api::v1::ExplainTrajectRequest explain;
  explain.set_traject(kTraject);
  const auto explained = client->ExplainTraject(explain);
  ASSERT_TRUE(explained.ok()) << explained.status();
  EXPECT_GT(explained->permitted_size(), 0);
  request.set_traject("7e57ab1e-0000-4000-8000-000000000002");
  EXPECT_TRUE(absl::IsNotFound(client->GetTraject(request).status()));
}

TEST_F(ClientOfDevTest, ReportsThroughKillsAreRecordedOnce) {
  Serve();
  const absl::StatusOr<Client> client = Connect();
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE(client->Report(kTraject, "start", Started())->accepted());
  std::map<std::string, std::string> answered;
  std::atomic<int> reported = 0;
  std::thread reporter([&] {
    for (int i = 0; i < kReports; ++i) {
      const std::string id = absl::StrCat("r-", i);
      const absl::StatusOr<Answer> answer = client->Report(kTraject, id, Contact());
      EXPECT_TRUE(answer.ok()) << answer.status();
      if (answer.ok()) answered[id] = answer->position();
      CountOne(&reported);
    }
  });
  // The next kill comes when there are some more answers, so it falls among reports.
  for (int kills = 1; kills <= 4; ++kills) {
    AwaitCount(reported, kills * kReports / 5);
    KillAndServe();
  }
  reporter.join();
  EXPECT_GT(retries_, 0);
  auto recorded = Recorded(*client, 1 + kReports);
  recorded.erase("start");
  ASSERT_EQ(recorded.size(), answered.size());
  for (const auto& [id, position] : answered) EXPECT_THAT(recorded[id], ::testing::ElementsAre(position)) << id;
}

TEST_F(ClientOfDevTest, AStreamThroughKillsIsAnsweredInOrderAndRecordedOnce) {
  Serve();
  const absl::StatusOr<Client> client = Connect();
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE(client->Report(kTraject, "start", Started())->accepted());
  constexpr int kEvents = 5000;
  std::vector<std::string> ids, answered;
  std::map<std::string, std::string> positions;
  std::atomic<int> answers = 0;
  const auto stream = client->OpenStream([&](const absl::StatusOr<Answer>& answer) {
    EXPECT_TRUE(answer.ok()) << answer.status();
    answered.push_back(answer.ok() ? answer->id() : "ended");
    if (answer.ok()) positions[answer->id()] = answer->position();
    CountOne(&answers);
  });
  std::thread sender([&] {
    for (int i = 0; i < kEvents; ++i) {
      ids.push_back(absl::StrCat("r-", i));
      ASSERT_TRUE(stream->Send(ContactJson(ids.back())).ok());
    }
  });
  for (int kills = 1; kills <= 3; ++kills) {
    AwaitCount(answers, kills * kEvents / 5);
    KillAndServe();
  }
  sender.join();
  const absl::Status finished = stream->Finish();
  EXPECT_TRUE(finished.ok()) << finished;
  EXPECT_EQ(answered, ids);
  EXPECT_GT(retries_, 0);
  auto recorded = Recorded(*client, 1 + kEvents);
  recorded.erase("start");
  ASSERT_EQ(recorded.size(), ids.size());
  for (const auto& [id, position] : positions) EXPECT_THAT(recorded[id], ::testing::ElementsAre(position)) << id;
}

TEST_F(ClientOfDevTest, ASubscriptionThroughKillsMissesAndDoublesNothing) {
  Serve();
  const absl::StatusOr<Client> client = Connect();
  ASSERT_TRUE(client.ok()) << client.status();
  ASSERT_TRUE(client->Report(kTraject, "start", Started())->accepted());
  api::v1::SubscribeRequest request;
  request.set_answers(true);
  std::vector<std::string> told;
  std::thread subscriber([&] {
    const auto subscription = client->Subscribe(request);
    while (told.empty() || told.back() != "last") {
      const absl::StatusOr<OutboxItem> item = subscription->Next();
      ASSERT_TRUE(item.ok()) << item.status();
      told.push_back(item->answer().id() == "last" ? "last" : item->cursor());
    }
  });
  for (int i = 0; i < kReports; ++i) {
    ASSERT_TRUE(client->Report(kTraject, absl::StrCat("r-", i), Contact())->accepted());
    if (i % (kReports / 4) == 0) KillAndServe();
  }
  ASSERT_TRUE(client->Report(kTraject, "last", Contact())->accepted());
  subscriber.join();
  // As one sees it who was never cut.
  std::vector<std::string> all;
  const auto whole = client->Subscribe(request);
  while (all.size() < told.size()) {
    const absl::StatusOr<OutboxItem> item = whole->Next();
    ASSERT_TRUE(item.ok()) << item.status();
    all.push_back(item->answer().id() == "last" ? "last" : item->cursor());
  }
  EXPECT_EQ(told, all);
  EXPECT_GT(told.size(), static_cast<size_t>(kReports));
  EXPECT_GT(retries_, 0);
}

TEST_F(ClientOfDevTest, CertificatesSayWhoCallsAndWhomToTrust) {
  const auto make = [this](const std::string& name) {
    const std::string out = folder_ + "/" + name;
    EXPECT_EQ(std::system(absl::StrCat(OVERDRACHT_BINARY, " certs --out ", out, " >/dev/null 2>&1").c_str()), 0);
    return [out](const std::string& who) {
      return TlsFiles{
          .ca = out + "/ca.pem", .certificate = absl::StrCat(out, "/", who, ".pem"), .key = absl::StrCat(out, "/", who, ".key")};
    };
  };
  const auto ours = make("ours"), theirs = make("theirs");
  Serve({"--config", folder_ + "/ours/overdracht.yaml"});
  const absl::StatusOr<Client> client = Connect(ours(kZorg), "");
  ASSERT_TRUE(client.ok()) << client.status();
  const absl::StatusOr<Answer> answer = client->Report(kTraject, "start", Started());
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->source(), absl::StrCat("urn:nld:oin:", kZorg, ":systeem:api"));

  EXPECT_TRUE(absl::IsUnavailable(Connect(theirs(kZorg), "").status())) << "of another authority";
  TlsFiles stranger = theirs(kZorg);
  stranger.ca = ours(kZorg).ca;
  EXPECT_TRUE(absl::IsUnavailable(Connect(stranger, "").status())) << "of an authority that the service does not know";
  EXPECT_TRUE(absl::IsUnavailable(Connect({}).status())) << "without a certificate";
  EXPECT_TRUE(absl::IsNotFound(Connect(ours("nobody"), "").status()));
  TlsFiles two = ours(kZorg);
  two.key.clear();
  EXPECT_TRUE(absl::IsInvalidArgument(Connect(two, "").status()));

  const absl::StatusOr<Client> supplier = Connect(ours(kWijk), kZorg);
  ASSERT_TRUE(supplier.ok()) << supplier.status();
  EXPECT_TRUE(absl::IsPermissionDenied(supplier->Report(kTraject, "start-2", Started()).status())) << "it may not speak for the other";
}

}  // namespace
}  // namespace overdracht::client
