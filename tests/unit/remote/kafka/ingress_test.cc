// What an organisation writes to its own topic becomes reports of it, each at least once, in order.
#include "services/remote/kafka/ingress.h"

#include "services/event/kafka_event.h"
#include "services/topics/report_record.h"
#include "services/topics/workflow_record.h"
#include "tests/unit/remote/kafka/fake_broker.h"
#include "tests/unit/remote/regions.h"

namespace overdracht::remote {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

const topics::Names kNames("almelo");

// A region that knows the workflow and takes nothing.
class Workflows : public LinkedRegion {
 public:
  Workflows() { workflows_->Add(*chart::Workflow::Compile(workflow::BaseWorkflow()[0])); }
  absl::Status linked() const override { return absl::OkStatus(); }
  void Drain(absl::Duration) override {}
  absl::Status Take(region::Report&&, size_t, std::function<void()>) override { return absl::UnavailableError(""); }
  std::shared_ptr<const chart::Workflows> workflows() const override { return workflows_; }
  void ReadOutbox(const region::OutboxRequest&, std::function<void(absl::StatusOr<region::OutboxPage>)>) override {}
  std::unique_ptr<region::Listener> Listen(const std::string&, std::function<void()>) override { return nullptr; }

 private:
  std::shared_ptr<chart::Workflows> workflows_ = std::make_shared<chart::Workflows>();
};

class IngressTest : public ::testing::Test {
 protected:
  IngressTest() { broker_.Make(kNames.Ingress(kZorg)); }

  void Open() {
    ingress_.reset();
    auto place = IngressPlace::Open(folder_ / "ingress.db", kNames.Ingress(kZorg));
    ASSERT_TRUE(place.ok()) << place.status();
    ingress_.emplace(&broker_, &region_, *std::move(place),
                     Ingress::Options{.organisation = kZorg,
                                      .names = kNames,
                                      .said =
                                          [this](const std::string& why) {
                                            {
                                              absl::MutexLock lock(&mutex_);
                                              said_ = why;
                                            }
                                            told_.Tell();
                                          },
                                      .shows =
                                          [this](const IngressFigures& figures) {
                                            absl::MutexLock lock(&mutex_);
                                            figures_ = figures;
                                          },
                                      .try_again = absl::Milliseconds(5),
                                      .look_every = absl::Milliseconds(5)});
  }
  void Write(const std::string& json) {
    broker_.Append(kNames.Ingress(kZorg), {.key = "", .headers = {{"content-type", "application/cloudevents+json"}}, .value = json});
  }
  template <typename So>
  bool WaitUntil(So so) {
    absl::MutexLock lock(&mutex_);
    const auto it_is = [this, so] { return so(figures_); };
    return mutex_.AwaitWithTimeout(absl::Condition(&it_is), kPatience);
  }
  bool WaitForLag(uint64_t records) {
    return WaitUntil([records](const IngressFigures& figures) { return figures.lag == records; });
  }
  std::vector<std::string> Published(size_t n) {
    EXPECT_TRUE(broker_.WaitFor(kNames.Events(), n));
    std::vector<std::string> ids;
    for (const auto& record : broker_.Of(kNames.Events())) {
      topics::Asking asking;
      const region::Report report = topics::ReadReport(
          record, [](absl::string_view) { return true; }, &asking);
      const auto& event = std::get<event::v1::Event>(report.event);
      EXPECT_EQ(report.caller, kZorg);
      EXPECT_EQ(asking.call, "");
      ids.push_back(event.organisation() == kZorg ? event.id() : "of another: " + event.id());
    }
    return ids;
  }

  workflow::Folder folder_;
  FakeBroker broker_;
  Workflows region_;
  Happening told_;
  absl::Mutex mutex_;
  std::string said_;
  IngressFigures figures_;
  std::optional<Ingress> ingress_;
};

TEST_F(IngressTest, WhatIsWrittenIsReportedByTheOrganisation) {
  Write(Started(1, kTime));
  Open();
  EXPECT_THAT(Published(1), ElementsAre("start-1"));
  Write(Completed(1, kTime, "inschrijven", "e-1"));
  Write(Completed(1, kTime, "inschrijven", "e-2"));
  Write(workflow::Event(kWijk, workflow::TrajectNumber(1), kTime, "contacts.held", R"({"kind":"monitoring"})", "w-1"));
  EXPECT_THAT(Published(4), ElementsAre("start-1", "e-1", "e-2", "of another: w-1"))
      << "whose source it may name is for the decision to say";
}

TEST_F(IngressTest, WhatIsNoEventIsKeptWithItsPlace) {
  Write(Started(1, kTime));
  Write("{no event}");
  Write(Started(2, kTime));
  Open();
  EXPECT_THAT(Published(2), ElementsAre("start-1", "start-2"));
  ASSERT_TRUE(broker_.WaitFor(kNames.Unreadable(), 1));
  const auto kept = broker_.Of(kNames.Unreadable())[0];
  EXPECT_EQ(kept.value, "{no event}");
  EXPECT_THAT(kept.headers, Contains(Pair("overdracht-topic", kNames.Ingress(kZorg))));
  EXPECT_THAT(kept.headers, Contains(Pair("overdracht-offset", "1")));
  EXPECT_TRUE(WaitUntil([](const IngressFigures& figures) { return figures.unreadable == 1 && figures.lag == 0; }));
}

TEST_F(IngressTest, WhetherItIsReadIsShown) {
  const auto read = [](const IngressFigures& figures) { return figures.read; };
  const auto not_read = [](const IngressFigures& figures) { return !figures.read; };
  Open();
  EXPECT_TRUE(WaitUntil(read)) << "also where nothing stands";
  broker_.Hide(kNames.Ingress(kZorg), true);
  EXPECT_TRUE(WaitUntil(not_read));
  broker_.Hide(kNames.Ingress(kZorg), false);
  EXPECT_TRUE(WaitUntil(read));
}

TEST_F(IngressTest, GoesOnWhereItWas) {
  Write(Started(1, kTime));
  Open();
  EXPECT_THAT(Published(1), ElementsAre("start-1"));
  Write(Started(2, kTime));
  Published(2);
  ingress_.reset();
  Write(Started(3, kTime));
  Open();
  EXPECT_THAT(Published(3), ElementsAre("start-1", "start-2", "start-3"));
}

TEST_F(IngressTest, WhatDoesNotStandThereIsPublishedAgain) {
  broker_.Refuse(true);
  Write(Started(1, kTime));
  Write(Completed(1, kTime, "inschrijven", "e-1"));
  Open();
  ASSERT_TRUE(told_.WaitFor(1));
  EXPECT_THAT(broker_.Of(kNames.Events()), IsEmpty());
  EXPECT_TRUE(WaitForLag(2));
  broker_.Refuse(false);
  EXPECT_THAT(Published(2), ElementsAre("start-1", "e-1"));
  EXPECT_TRUE(WaitForLag(0));
}

TEST_F(IngressTest, ATopicThatWasMadeAnewIsReadFromItsBeginning) {
  Write(Started(1, kTime));
  Write(Started(2, kTime));
  Open();
  Published(2);
  ingress_.reset();
  broker_.Truncate(kNames.Ingress(kZorg), 0);
  Write(Started(3, kTime));
  Open();
  EXPECT_THAT(Published(3), ElementsAre("start-1", "start-2", "start-3"));
  ASSERT_TRUE(told_.WaitFor(1));
  absl::MutexLock lock(&mutex_);
  EXPECT_THAT(said_, HasSubstr("made anew"));
}

}  // namespace
}  // namespace overdracht::remote
