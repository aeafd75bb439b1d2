// What every region promises, of the one in this process and of the one over gRPC.
#include "services/region/region.h"

#include "services/event/write.h"
#include "tests/unit/remote/regions.h"

namespace overdracht::remote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

enum class Kind { kLocal, kRemote };

class RegionTest : public ::testing::TestWithParam<Kind> {
 protected:
  // What is reported before Run waits in the region's queue.
  void Open(size_t room = 1000) {
    local_.emplace(folder_, room);
    region_ = local_->region();
    if (GetParam() == Kind::kLocal) return;
    port_.emplace(region_, 0);
    remote_.emplace(port_->address());
    ASSERT_TRUE(remote_->WaitUntilLinked());
    region_ = remote_->region();
  }
  void Start() {
    Open();
    local_->Run();
  }

  std::string Outcome(const std::string& json) { return remote::Outcome(region_, json); }
  std::string Outcome(region::Report report) { return workflow::Service::Outcome(Publish(region_, std::move(report))); }
  region::Report Read(const std::string& json) { return remote::Read(region_, json); }

  workflow::Folder folder_;
  std::optional<Local> local_;
  std::optional<Port> port_;
  std::optional<Remote> remote_;
  region::Region* region_ = nullptr;
};

TEST_P(RegionTest, ItKnowsTheWorkflowsThatAreDeployed) {
  Start();
  const auto workflows = region_->workflows();
  ASSERT_NE(workflows->Find("uitstroom"), nullptr);
  EXPECT_EQ(workflows->Find("uitstroom")->version(), local_->region()->workflows()->Find("uitstroom")->version());
  EXPECT_TRUE(workflows->KnowsContact("monitoring"));
  EXPECT_FALSE(workflows->KnowsContact("nothing"));
}

TEST_P(RegionTest, AReportIsDecided) {
  Start();
  const auto first = Publish(region_, Read(Started(1, kTime)));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->duplicate);
  EXPECT_FALSE(first->refusal);
  EXPECT_EQ(first->record, local_->service().Records().back().number());
  const auto again = Publish(region_, Read(Started(1, kTime)));
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->record, first->record);
  const auto refused = Publish(region_, Read(Completed(1, kTime, "verhuizing", "a")));
  ASSERT_TRUE(refused.ok());
  ASSERT_TRUE(refused->refusal);
  EXPECT_EQ(refused->refusal->code(), journal::v1::REFUSAL_CODE_ILLEGAL_STATE);
  EXPECT_THAT(refused->refusal->parameters(), Not(IsEmpty()));
}

TEST_P(RegionTest, WhatIsNoEventIsKeptAsItCame) {
  Start();
  EXPECT_EQ(Outcome("no event"), "malformed");
  region::Report wrong = Read(Completed(1, kTime, "a b c", "x"));
  ASSERT_TRUE(std::holds_alternative<event::Malformed>(wrong.event));
  wrong.bytes = "bytes";
  const auto answer = Publish(region_, std::move(wrong));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->record, 0);
  EXPECT_EQ(answer->refusal->reason(), journal::v1::REFUSAL_REASON_FIELD_INVALID);
}

TEST_P(RegionTest, ItDecidesWithoutRecording) {
  Start();
  region::Report report = Read(Started(1, kTime));
  report.validate_only = true;
  const auto answer = Publish(region_, std::move(report));
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->record, 0);
  EXPECT_EQ(Outcome(Started(1, kTime)), "accepted");
}

TEST_P(RegionTest, OnlyIfNothingChangedTheTraject) {
  Start();
  const auto started = Publish(region_, Read(Started(1, kTime)));
  ASSERT_TRUE(started.ok());
  for (const auto& [position, outcome] : {std::pair<uint64_t, std::string>(1, "illegal_state"), {started->record, "accepted"}}) {
    region::Report report = Read(Completed(1, kTime, "actieplan", absl::StrCat("a-", position)));
    report.if_position = position;
    EXPECT_EQ(Outcome(std::move(report)), outcome);
  }
}

TEST_P(RegionTest, NowIsTheClockOfTheRegion) {
  Start();
  ASSERT_EQ(Outcome(Started(1, kTime)), "accepted");
  region::Report report = Read(Completed(1, "1999-01-01T00:00:00Z", "actieplan", "a"));
  report.now = true;
  EXPECT_EQ(Outcome(std::move(report)), "accepted");
  EXPECT_EQ(local_->service().Records().back().event().time_us(), workflow::At(kTime));
}

TEST_P(RegionTest, AReportOfNobodyIsOfAnotherSource) {
  Start();
  region::Report report = Read(Started(1, kTime));
  report.caller = "";
  EXPECT_EQ(Outcome(std::move(report)), "source_mismatch");
}

TEST_P(RegionTest, ASupplierStandsInTheRecord) {
  Start();
  region::Report report = Read(Started(1, kTime));
  report.supplier = kWijk;
  EXPECT_EQ(Outcome(std::move(report)), "accepted");
  EXPECT_EQ(local_->service().Records().back().caller(), kWijk);
}

TEST_P(RegionTest, ReportsAreDecidedInTheirOrderAndAnsweredOnce) {
  constexpr int kReports = 2000;
  Start();
  absl::Mutex mutex;
  std::vector<int> answered;
  for (int i = 0; i < kReports; ++i) {
    region::Report report = Read(i == 0 ? Started(1, kTime) : Completed(1, kTime, "actieplan", absl::StrCat("a-", i)));
    report.done = [&, i](const absl::StatusOr<region::Answer>& answer) {
      EXPECT_TRUE(answer.ok());
      absl::MutexLock lock(&mutex);
      answered.push_back(i);
    };
    absl::Notification room;
    while (absl::IsResourceExhausted(region_->Take(std::move(report), 1000, [&] { room.Notify(); }))) {
      room.WaitForNotification();
      room.~Notification();
      new (&room) absl::Notification();
    }
  }
  absl::MutexLock lock(&mutex);
  const auto all = [&] { return answered.size() == kReports; };
  ASSERT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), kPatience));
  EXPECT_TRUE(std::is_sorted(answered.begin(), answered.end()));
  int last = -1;
  for (const journal::v1::Record& record : local_->service().Records()) {
    if (record.event().data_case() != event::v1::Event::kTasksCompleted) continue;
    const int number = std::stoi(record.event().id().substr(2));
    EXPECT_GT(number, last);
    last = number;
  }
  EXPECT_EQ(last, kReports - 1);
}

TEST_P(RegionTest, AnOutboxIsReadPageByPage) {
  Start();
  for (int i = 1; i <= 300; ++i) ASSERT_EQ(Outcome(Started(i, kTime)), "accepted");
  for (const bool answers : {false, true}) {
    region::OutboxRequest request{.organisation = kZorg, .after = 0, .answers = answers};
    std::vector<std::string> expected, read;
    for (auto* region : {local_->region(), region_}) {
      request.after = 0;
      std::vector<std::string>& items = region == region_ ? read : expected;
      items.clear();
      for (bool more = true; more;) {
        const auto page = remote::ReadOutbox(region, request);
        ASSERT_TRUE(page.ok()) << page.status();
        for (const auto& item : page->items) items.push_back(item.SerializeAsString());
        more = page->more;
        request.after = page->after;
      }
    }
    EXPECT_GT(read.size(), 300U);
    if (GetParam() == Kind::kRemote) {
      EXPECT_EQ(read, expected);
    }
  }
}

TEST_P(RegionTest, ACursorAheadOfTheOutboxIsOutOfRange) {
  Start();
  const uint64_t ahead = event::SequenceOf(1'000'000, 0);
  EXPECT_TRUE(absl::IsOutOfRange(remote::ReadOutbox(region_, {.organisation = kZorg, .after = ahead}).status()));
}

TEST_P(RegionTest, WhoListensIsToldOfItsOwnOutbox) {
  Start();
  Happening told;
  {
    const auto listener = region_->Listen(kZorg, [&] { told.Tell(); });
    ASSERT_EQ(Outcome(Started(1, kTime)), "accepted");
    ASSERT_TRUE(told.WaitFor(1));
  }
  ASSERT_EQ(Outcome(Started(2, kTime)), "accepted");
}

TEST_P(RegionTest, AFullRegionSlowsDownAndThenTakesTheRest) {
  constexpr int kReports = 300;
  Open(1);  // room for one
  ASSERT_TRUE(local_->service().loop().Submit(workflow::Advance{.to_us = 0, .done = [](const auto&) {}}, 1).ok());
  absl::Mutex mutex;
  int accepted = 0;
  std::vector<region::Report> reports;
  for (int i = 0; i < kReports; ++i) {
    reports.push_back(Read(Started(i + 1, kTime)));
    reports.back().done = [&](const absl::StatusOr<region::Answer>& answer) {
      absl::MutexLock lock(&mutex);
      accepted += answer.ok() && !answer->refusal ? 1 : 0;
    };
  }
  size_t next = 0;
  std::function<void()> send = [&] {
    while (next < reports.size() && region_->Take(std::move(reports[next]), 1000, send).ok()) ++next;
  };
  send();
  local_->Run();
  absl::MutexLock lock(&mutex);
  const auto all = [&] { return accepted == kReports; };
  EXPECT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), kPatience)) << accepted;
}

INSTANTIATE_TEST_SUITE_P(, RegionTest, ::testing::Values(Kind::kLocal, Kind::kRemote),
                         [](const auto& kind) { return kind.param == Kind::kLocal ? "Local" : "Remote"; });

}  // namespace
}  // namespace overdracht::remote
