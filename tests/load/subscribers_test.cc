// 2,000 subscribers on 200 organisations, half of them cut again and again: each has every item once, in order; one that waits costs
// little memory and no CPU.

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "overdracht/api/v1/event_service.grpc.pb.h"
#include "overdracht/api/v1/outbox_service.grpc.pb.h"
#include "tests/support/server_process.h"

namespace overdracht::testing {
namespace {

constexpr int kTrajecten = 40, kRoles = 5;  // each organisation in one role of one traject
constexpr int kOrganisations = kTrajecten * kRoles;
constexpr int kSubscribers = 2000;
constexpr int kConnections = 20;
constexpr int kCutsPerRound = kSubscribers / 2;
constexpr size_t kMostBytesEach = 24 << 10;  // about 19 KiB are measured; a guard, with room for another allocator's mood
const char* const kRoleNames[kRoles] = {"zorgaanbieder", "wijkteam", "gemeente", "woningcorporatie", "ggz"};

std::string Organisation(int n) { return absl::StrFormat("00000099%09d000", 100 + n); }
std::string Traject(int n) { return absl::StrFormat("00000000-0000-4000-8000-%012d", n + 1); }

std::string Event(int traject, const std::string& name, const std::string& id, const std::string& data, int role = 0) {
  return absl::StrCat(R"({"specversion":"1.0","id":")", id, R"(","source":"urn:nld:oin:)", Organisation(traject * kRoles + role),
                      R"(:systeem:test","type":"nl.overdracht.)", name, R"(.v1","subject":")", Traject(traject),
                      R"(","time":"2017-01-02T09:00:00Z","data":)", data, "}");
}

std::string Started(int traject) {
  std::string participants;
  for (int role = 0; role < kRoles; ++role) {
    absl::StrAppend(&participants, role == 0 ? "" : ",", R"({"role":")", kRoleNames[role], R"(","organisation":")",
                    Organisation(traject * kRoles + role), R"("})");
  }
  return Event(traject, "trajecten.started", "start",
               absl::StrCat(R"({"workflow":"uitstroom","client":"c-1","participants":[)", participants, "]}"));
}

std::shared_ptr<grpc::Channel> Connect(const std::string& address, int n) {
  grpc::ChannelArguments arguments;
  arguments.SetInt("overdracht.connection", n);  // channels that differ do not share a connection
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

// One subscriber, which begins again behind its last cursor whenever its stream ends.
class Subscriber {
 public:
  Subscriber(const std::shared_ptr<grpc::Channel>& channel, std::string organisation)
      : stub_(api::v1::OutboxService::NewStub(channel)), organisation_(std::move(organisation)) {
    Begin();
  }
  ~Subscriber() {
    absl::MutexLock lock(&mutex_);
    leaving_ = true;
    if (stream_ != nullptr) stream_->context.TryCancel();
    mutex_.Await(absl::Condition(
        +[](std::unique_ptr<Stream>* stream) { return *stream == nullptr; }, &stream_));
  }

  void Cut() {
    absl::MutexLock lock(&mutex_);
    ++cuts_;
    if (stream_ != nullptr) stream_->context.TryCancel();
  }

  const std::string& organisation() const { return organisation_; }
  std::vector<std::string> Seen() {
    absl::MutexLock lock(&mutex_);
    return seen_;
  }
  // Waits.
  void AwaitItems(size_t count) {
    const auto enough = [&] { return seen_.size() >= count; };
    absl::MutexLock lock(&mutex_);
    ASSERT_TRUE(mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(120))) << seen_.size() << " of " << count;
  }

 private:
  struct Stream : grpc::ClientReadReactor<api::v1::SubscribeResponse> {
    explicit Stream(Subscriber* owner) : owner(owner) {}
    void OnReadDone(bool ok) override {
      if (!ok) return;
      owner->Take(response.item());
      StartRead(&response);
    }
    void OnDone(const grpc::Status&) override { owner->Ended(); }

    Subscriber* const owner;
    grpc::ClientContext context;
    api::v1::SubscribeRequest request;
    api::v1::SubscribeResponse response;
  };

  void Begin() {
    auto stream = std::make_unique<Stream>(this);
    Stream* const begun = stream.get();
    begun->context.AddMetadata("overdracht-oin", organisation_);
    {
      absl::MutexLock lock(&mutex_);
      if (!seen_.empty()) begun->request.set_after(seen_.back());
      stream_ = std::move(stream);
    }
    stub_->async()->Subscribe(&begun->context, &begun->request, begun);
    begun->StartRead(&begun->response);
    begun->StartCall();
  }
  void Take(const api::v1::OutboxItem& item) {
    absl::MutexLock lock(&mutex_);
    seen_.push_back(item.cursor());
  }
  void Ended() {
    std::unique_ptr<Stream> gone;
    {
      absl::MutexLock lock(&mutex_);
      gone = std::move(stream_);
      if (leaving_) return;
    }
    Begin();
  }

  const std::unique_ptr<api::v1::OutboxService::Stub> stub_;
  const std::string organisation_;
  absl::Mutex mutex_;
  std::unique_ptr<Stream> stream_;
  std::vector<std::string> seen_;  // cursors
  int cuts_ = 0;
  bool leaving_ = false;
};

class Subscribers : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string folder = ::testing::TempDir() + "overdracht-load.XXXXXX";
    folder_ = mkdtemp(folder.data());
    dev_ = std::make_unique<ServerProcess>(std::vector<std::string>{OVERDRACHT_BINARY, "dev", "--data", folder_ + "/data", "--clock",
                                                                    "events", "--grpc-port", "0", "--http-port", "0"});
    for (int n = 0; n < kConnections; ++n) channels_.push_back(Connect(dev_->address(), n));
    events_ = api::v1::EventService::NewStub(channels_[0]);
  }

  void TearDown() override {
    dev_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Publish(const std::vector<std::string>& lines) {
    grpc::ClientContext context;
    const auto stream = events_->PublishStream(&context);
    for (const std::string& line : lines) {
      api::v1::PublishStreamRequest request;
      request.set_cloud_event(line);
      ASSERT_TRUE(stream->Write(request));
      api::v1::PublishStreamResponse response;
      ASSERT_TRUE(stream->Read(&response));
      ASSERT_TRUE(response.answer().accepted()) << response.answer().message();
    }
    stream->WritesDone();
    ASSERT_TRUE(stream->Finish().ok());
  }

  // The cursors of an outbox as it stands.
  std::vector<std::string> Outbox(const std::string& organisation) {
    std::vector<std::string> cursors;
    api::v1::ListItemsRequest request;
    request.set_page_size(1000);
    api::v1::ListItemsResponse response;
    do {
      grpc::ClientContext context;
      context.AddMetadata("overdracht-oin", organisation);
      EXPECT_TRUE(api::v1::OutboxService::NewStub(channels_[0])->ListItems(&context, request, &response).ok());
      for (const auto& item : response.items()) cursors.push_back(item.cursor());
      request.set_after(response.next());
    } while (response.more());
    return cursors;
  }

  std::string folder_;
  std::unique_ptr<ServerProcess> dev_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::unique_ptr<api::v1::EventService::Stub> events_;
};

TEST_F(Subscribers, EachHasEveryItemOnceAndOneThatWaitsCostsLittle) {
  std::vector<std::string> lines;
  for (int n = 0; n < kTrajecten; ++n) lines.push_back(Started(n));
  Publish(lines);
  std::vector<size_t> expected;
  for (int n = 0; n < kOrganisations; ++n) expected.push_back(Outbox(Organisation(n)).size());

  // A first few, so that what the process needs once is there.
  std::vector<std::unique_ptr<Subscriber>> subscribers;
  const auto add = [&](int until) {
    for (int n = static_cast<int>(subscribers.size()); n < until; ++n) {
      subscribers.push_back(std::make_unique<Subscriber>(channels_[n % kConnections], Organisation(n % kOrganisations)));
    }
    for (size_t n = 0; n < subscribers.size(); ++n) subscribers[n]->AwaitItems(expected[n % kOrganisations]);
  };
  add(kOrganisations);
  const size_t before = dev_->MemoryBytes();
  add(kSubscribers);
  const size_t each = (dev_->MemoryBytes() - before) / (kSubscribers - kOrganisations);
  std::cout << "a subscriber that waits holds " << each << " bytes\n";
  EXPECT_LT(each, kMostBytesEach);

  const double cpu_before = dev_->CpuSeconds();
  absl::SleepFor(absl::Seconds(3));
  const double idle = (dev_->CpuSeconds() - cpu_before) / 3;
  std::cout << kSubscribers << " that wait use " << idle * 100 << " % of a core\n";
  EXPECT_LT(idle, 0.02);

  std::mt19937 random(20170102);
  for (int round = 0; round < 6; ++round) {
    lines.clear();
    for (int n = 0; n < kTrajecten; ++n) {
      lines.push_back(Event(n, "terugvallen.signalled", absl::StrCat("s-", round),
                            absl::StrCat(R"({"episode":"e-)", round, R"(","severity":"dreigend"})")));
      lines.push_back(
          Event(n, "terugvallen.assessed", absl::StrCat("a-", round), absl::StrCat(R"({"episode":"e-)", round, R"(","severity":"none"})")));
    }
    for (int cut = 0; cut < kCutsPerRound; ++cut) subscribers[random() % kSubscribers]->Cut();
    Publish(lines);
  }
  // Something that everybody is told.
  lines.clear();
  for (int n = 0; n < kTrajecten; ++n) lines.push_back(Event(n, "trajecten.stopped", "stop", R"({"reason":"moved_away"})"));
  Publish(lines);
  std::vector<std::vector<std::string>> outboxes;
  size_t items = 0;
  for (int n = 0; n < kOrganisations; ++n) outboxes.push_back(Outbox(Organisation(n)));
  for (size_t n = 0; n < subscribers.size(); ++n) {
    const std::vector<std::string>& outbox = outboxes[n % kOrganisations];
    subscribers[n]->AwaitItems(outbox.size());
    ASSERT_EQ(subscribers[n]->Seen(), outbox) << "subscriber " << n;
    items += outbox.size();
  }
  std::cout << kSubscribers << " subscribers saw " << items << " items, each once\n";
  EXPECT_GT(items, 30'000u);
}

}  // namespace
}  // namespace overdracht::testing
