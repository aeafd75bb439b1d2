// The region over topics: what stands in which, who is answered with what, and what is said when something does not come.
#include "services/remote/kafka/kafka_region.h"

#include <absl/strings/match.h>

#include "services/base/uuid.h"
#include "services/event/write.h"
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

class KafkaRegionTest : public ::testing::Test {
 protected:
  KafkaRegionTest() {
    broker_.Make(kNames.Outbox(kZorg));
    broker_.Make(kNames.Workflows());
  }

  void Deploy() {
    for (const auto& definition : workflow::BaseWorkflow()) {
      broker_.Append(kNames.Workflows(), topics::WriteWorkflow(**chart::Workflow::Compile(definition)));
    }
  }
  void Open() {
    region_.reset();
    auto mirror = Mirror::Open(folder_ / "outbox.db", kNames.Outbox(kZorg));
    ASSERT_TRUE(mirror.ok()) << mirror.status();
    options_.organisation = kZorg;
    options_.names = kNames;
    options_.changed = [this] { changed_.Tell(); };
    options_.try_again = options_.look_every = absl::Milliseconds(5);
    region_.emplace(&broker_, *std::move(mirror), options_);
  }
  // Until it says so.
  bool WaitUntil(absl::StatusCode code) {
    for (int changes = 1; region_->linked().code() != code; ++changes) {
      if (!changed_.WaitFor(changes)) return false;
    }
    return true;
  }
  void Start() {
    Deploy();
    Open();
    ASSERT_TRUE(WaitUntil(absl::StatusCode::kOk)) << region_->linked();
  }

  // What comes of a report in the end.
  struct Outcome {
    absl::Notification came;
    absl::StatusOr<region::Answer> answer = absl::UnknownError("none");
    std::string Word() { return came.WaitForNotificationWithTimeout(kPatience) ? workflow::Service::Outcome(answer) : "nothing came"; }
  };
  std::shared_ptr<Outcome> Report(region::Report report) {
    auto outcome = std::make_shared<Outcome>();
    report.done = [outcome](absl::StatusOr<region::Answer> answer) {
      outcome->answer = std::move(answer);
      outcome->came.Notify();
    };
    if (absl::Status status = region_->Take(std::move(report), 1000, nullptr); !status.ok()) {
      outcome->answer = status;
      outcome->came.Notify();
    }
    return outcome;
  }
  std::shared_ptr<Outcome> Report(const std::string& json) { return Report(Read(&*region_, json)); }

  // The n-th report that was published, as a workflow service reads it, and its call.
  std::pair<region::Report, std::string> Published(size_t n) {
    EXPECT_TRUE(broker_.WaitFor(kNames.Events(), n));
    topics::Asking asking;
    region::Report report = topics::ReadReport(
        broker_.Of(kNames.Events())[n - 1], [](absl::string_view) { return true; }, &asking);
    return {std::move(report), asking.call};
  }
  // The answer to it, as a workflow service appends it.
  static api::v1::OutboxItem AnswerTo(const region::Report& report, uint64_t record, const journal::v1::Refusal* refusal = nullptr) {
    const auto& event = std::get<event::v1::Event>(report.event);
    api::v1::OutboxItem item;
    item.set_id(event::ItemId(3, record, event::kAnswer));
    item.set_sequence(event::FormatSequence(event::SequenceOf(record, event::kAnswer)));
    item.set_traject(base::FormatUuid(event.traject()));
    item.mutable_time()->set_seconds(1483347600);
    *item.mutable_answer() =
        event::MakeAnswer(event::SourceOf(event), event.id(), item.traject(), event::FormatPosition(3, record), false, refusal);
    return item;
  }
  void Tell(const api::v1::OutboxItem& item, const topics::ItemMarks& marks) {
    broker_.Append(kNames.Outbox(kZorg), topics::WriteItem(item, marks));
  }
  std::vector<std::string> Outbox() {
    const auto page = ReadOutbox(&*region_, {.organisation = kZorg, .after = 0, .answers = true});
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> ids;
    for (const auto& item : page.ok() ? page->items : std::vector<api::v1::OutboxItem>()) ids.push_back(item.id());
    return ids;
  }

  workflow::Folder folder_;
  FakeBroker broker_;
  KafkaOptions options_;
  Happening changed_;
  std::optional<KafkaRegion> region_;
};

TEST_F(KafkaRegionTest, AReportIsAnsweredByItsItemInTheOutbox) {
  Start();
  Happening told;
  const auto listener = region_->Listen(kZorg, [&] { told.Tell(); });
  region::Report report = Read(&*region_, Started(1, kTime));
  report.supplier = kWijk;
  report.if_position = 17;
  report.now = true;
  const auto outcome = Report(std::move(report));
  const auto [published, call] = Published(1);
  EXPECT_EQ(published.caller, kZorg);
  EXPECT_EQ(published.supplier, kWijk);
  EXPECT_EQ(published.if_position, 17u);
  EXPECT_TRUE(published.now);
  EXPECT_LE(call.size(), topics::kMostCallBytes);
  Tell(AnswerTo(published, 12), {.call = call});
  EXPECT_EQ(outcome->Word(), "accepted");
  EXPECT_EQ(outcome->answer->record, 12u);
  EXPECT_EQ(outcome->answer->partition, 3u);
  EXPECT_THAT(Outbox(), ElementsAre("3:12/answer")) << "whoever has the answer finds it there";
  EXPECT_TRUE(told.WaitFor(1));
}

TEST_F(KafkaRegionTest, ItsFiguresSayWhatWaitsAndWhatWasTakenIn) {
  Start();
  const auto first = Report(Started(1, kTime)), second = Report(Started(2, kTime));
  const auto [published, call] = Published(1);
  const KafkaRegionFigures before = region_->figures();
  EXPECT_EQ(before.unanswered, 2);
  EXPECT_GT(before.oldest, absl::ZeroDuration());
  EXPECT_LT(before.oldest, kPatience);
  EXPECT_EQ(before.items, 0);
  Tell(AnswerTo(published, 12), {.call = call});
  Tell(AnswerTo(published, 12), {.call = call});  // told again: it has it
  EXPECT_EQ(first->Word(), "accepted");
  Tell(AnswerTo(Published(2).first, 13), {.call = Published(2).second});
  EXPECT_EQ(second->Word(), "accepted");
  const KafkaRegionFigures after = region_->figures();
  EXPECT_EQ(after.unanswered, 0);
  EXPECT_EQ(after.oldest, absl::ZeroDuration());
  EXPECT_EQ(after.items, 2);
}

// What stands in the topic and cannot be taken in is behind.
TEST_F(KafkaRegionTest, ItsFiguresSayHowFarItIsBehind) {
  Start();
  for (int record = 1; record <= 3; ++record) broker_.Append(kNames.Outbox(kZorg), {.key = "", .headers = {}, .value = "no item"});
  ASSERT_TRUE(WaitUntil(absl::StatusCode::kDataLoss));
  EXPECT_GT(region_->figures().outbox_lag, 0);
  EXPECT_EQ(region_->figures().items, 0);
}

TEST_F(KafkaRegionTest, ARefusalIsTheSameOnItsWayBack) {
  Start();
  const auto outcome = Report(Completed(1, kTime, "inschrijven", "e-1"));
  const auto [published, call] = Published(1);
  journal::v1::Refusal refusal;
  refusal.set_code(journal::v1::REFUSAL_CODE_ILLEGAL_STATE);
  refusal.set_reason(journal::v1::REFUSAL_REASON_POSITION_MOVED);
  refusal.add_parameters()->set_name("state");
  refusal.mutable_parameters(0)->set_value("declined");
  Tell(AnswerTo(published, 13, &refusal), {.call = call});
  EXPECT_EQ(outcome->Word(), "illegal_state");
  EXPECT_EQ(outcome->answer->refusal->SerializeAsString(), refusal.SerializeAsString());
}

TEST_F(KafkaRegionTest, WhatIsOnlyForWhoAskedStandsInNoOutbox) {
  Start();
  const auto first = Report(Started(1, kTime));
  const auto [published, call] = Published(1);
  Tell(AnswerTo(published, 12), {.call = call});
  EXPECT_EQ(first->Word(), "accepted");

  const auto again = Report(Started(1, kTime));
  api::v1::OutboxItem answer = AnswerTo(published, 12);
  answer.mutable_answer()->set_duplicate(true);
  Tell(answer, {.call = Published(2).second, .duplicate = true});
  EXPECT_EQ(again->Word(), "again accepted");

  region::Report validate = Read(&*region_, Started(2, kTime));
  validate.validate_only = true;
  const auto validated = Report(std::move(validate));
  const auto [to_validate, its_call] = Published(3);
  EXPECT_TRUE(to_validate.validate_only);
  api::v1::OutboxItem unrecorded = AnswerTo(to_validate, 0);
  unrecorded.clear_sequence();
  unrecorded.mutable_answer()->clear_position();
  Tell(unrecorded, {.call = its_call, .unrecorded = true});
  EXPECT_EQ(validated->Word(), "accepted");
  EXPECT_EQ(validated->answer->record, 0u);
  EXPECT_THAT(Outbox(), ElementsAre("3:12/answer"));
}

TEST_F(KafkaRegionTest, WhatCannotBeReadIsKeptAndAnsweredWithoutADecision) {
  Start();
  EXPECT_EQ(Report("{no event}")->Word(), "malformed");
  const auto kept = broker_.Of(kNames.Unreadable());
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].value, "{no event}");
  EXPECT_THAT(kept[0].headers, Contains(Pair("overdracht-code", "MALFORMED")));

  region::Report validate = Read(&*region_, "{neither}");
  validate.validate_only = true;
  EXPECT_EQ(Report(std::move(validate))->Word(), "malformed");
  EXPECT_EQ(broker_.Of(kNames.Unreadable()).size(), 1u);

  EXPECT_THAT(broker_.Of(kNames.Events()), IsEmpty());

  broker_.Refuse(true);
  EXPECT_EQ(Report("{no event}")->Word(), "UNAVAILABLE") << "it is not kept";
  EXPECT_EQ(region_->figures().unreadable, 1u) << "what is kept, and nothing else";
}

// As of any other, its owner decides, and records that it is refused.
TEST_F(KafkaRegionTest, WhatNobodyReportsIsAnsweredInTheOutboxOfThisOrganisation) {
  Start();
  region::Report nobodys = Read(&*region_, Started(1, kTime));
  nobodys.caller.clear();
  nobodys.supplier = kWijk;
  const auto outcome = Report(std::move(nobodys));
  const auto [published, call] = Published(1);
  EXPECT_EQ(published.caller, "");
  EXPECT_EQ(published.supplier, kWijk);
  EXPECT_THAT(broker_.Of(kNames.Events())[0].headers, Contains(Pair("overdracht-asking", kZorg)));
  EXPECT_THAT(broker_.Of(kNames.Unreadable()), IsEmpty());
  journal::v1::Refusal refusal;
  refusal.set_code(journal::v1::REFUSAL_CODE_SOURCE_MISMATCH);
  refusal.set_reason(journal::v1::REFUSAL_REASON_NOT_THE_CALLER);
  Tell(AnswerTo(published, 12, &refusal), {.call = call, .unrecorded = true});
  EXPECT_EQ(outcome->Word(), "source_mismatch");
  EXPECT_EQ(outcome->answer->record, 12u);
  EXPECT_THAT(Outbox(), IsEmpty());
}

TEST_F(KafkaRegionTest, AnAnswerFindsWhoeverWaitsForIt) {
  Start();
  const auto outcome = Report(Started(1, kTime));
  const auto [published, call] = Published(1);
  const auto other = Report(Started(2, kTime));
  const auto [another, its_call] = Published(2);
  Tell(AnswerTo(published, 11), {.call = "another-process:1"});
  Tell(AnswerTo(another, 12), {.call = its_call});
  EXPECT_EQ(other->Word(), "accepted");
  EXPECT_FALSE(outcome->came.HasBeenNotified()) << "that was another's";
  Tell(AnswerTo(published, 11), {});
  EXPECT_EQ(outcome->Word(), "accepted") << "told again after a take-over";
  EXPECT_EQ(outcome->answer->record, 11u);
}

TEST_F(KafkaRegionTest, WhatIsNotAcknowledgedMayBeRecordedOrNot) {
  Start();
  broker_.Refuse(true);
  const auto order = std::make_shared<region::Order>();
  region::Report report = Read(&*region_, Started(1, kTime));
  report.order = order;
  const auto outcome = Report(std::move(report));
  EXPECT_EQ(outcome->Word(), "UNAVAILABLE");
  EXPECT_THAT(std::string(outcome->answer.status().message()), HasSubstr("under the same id"));
  broker_.Refuse(false);
  report = Read(&*region_, Started(2, kTime));
  report.order = order;
  EXPECT_EQ(Report(std::move(report))->Word(), "ABORTED") << "nothing of an order after what is not known";
  EXPECT_THAT(broker_.Of(kNames.Events()), IsEmpty());
}

TEST_F(KafkaRegionTest, WhoDoesNotWaitIsAnsweredWhenItIsKept) {
  Start();
  region::Report report = Read(&*region_, Started(1, kTime));
  report.no_wait = true;
  const auto outcome = Report(std::move(report));
  EXPECT_EQ(outcome->Word(), "accepted");
  EXPECT_EQ(outcome->answer->record, 0u);
  Tell(AnswerTo(Published(1).first, 12), {.call = Published(1).second});
  report = Read(&*region_, Started(2, kTime));
  report.no_wait = true;
  broker_.Refuse(true);
  EXPECT_EQ(Report(std::move(report))->Word(), "UNAVAILABLE");
}

TEST_F(KafkaRegionTest, AnAnswerThatDoesNotComeIsNotWaitedForForEver) {
  options_.patience = absl::Milliseconds(1);
  Start();
  const auto outcome = Report(Started(1, kTime));
  EXPECT_EQ(outcome->Word(), "UNAVAILABLE");
  Tell(AnswerTo(Published(1).first, 12), {});
  Happening told;
  const auto listener = region_->Listen(kZorg, [&] { told.Tell(); });
  while (Outbox().empty()) ASSERT_TRUE(told.WaitFor(1));
  // The answer to the second is lost, but the first is there.
  EXPECT_EQ(Report(Started(1, kTime))->Word(), "again accepted");
}

TEST_F(KafkaRegionTest, NorWhileItsOutboxCannotBeRead) {
  options_.patience = absl::Milliseconds(300);
  Start();
  const auto first = Report(Started(1, kTime));
  Tell(AnswerTo(Published(1).first, 12), {.call = Published(1).second});
  EXPECT_EQ(first->Word(), "accepted");
  const auto outcome = Report(Started(2, kTime));
  broker_.Truncate(kNames.Outbox(kZorg), 0);
  ASSERT_TRUE(WaitUntil(absl::StatusCode::kFailedPrecondition)) << region_->linked();
  EXPECT_EQ(outcome->Word(), "UNAVAILABLE");
}

TEST_F(KafkaRegionTest, NothingIsTakenInBeforeTheWorkflowsAreKnown) {
  Open();
  const auto why = [&] { return std::string(region_->linked().message()); };
  while (!absl::StrContains(why(), "no workflow service has said any yet")) ASSERT_TRUE(changed_.WaitFor(1)) << why();
  EXPECT_EQ(Report(Started(1, kTime))->Word(), "UNAVAILABLE");
  Deploy();
  ASSERT_TRUE(WaitUntil(absl::StatusCode::kOk));
  EXPECT_NE(region_->workflows()->Find("uitstroom"), nullptr);
}

TEST_F(KafkaRegionTest, ALostConnectionIsLookedAtAgain) {
  Start();
  const auto outcome = Report(Started(1, kTime));
  const auto [published, call] = Published(1);
  broker_.Cut();
  Tell(AnswerTo(published, 12), {.call = call});
  EXPECT_EQ(outcome->Word(), "accepted");
  EXPECT_TRUE(region_->linked().ok());
}

TEST_F(KafkaRegionTest, ATopicThatLostItemsIsNotServed) {
  Start();
  const auto outcome = Report(Started(1, kTime));
  const auto [published, call] = Published(1);
  Tell(AnswerTo(published, 12), {.call = call});
  EXPECT_EQ(outcome->Word(), "accepted");
  EXPECT_THAT(Outbox(), ElementsAre("3:12/answer"));
  broker_.Truncate(kNames.Outbox(kZorg), 0);
  ASSERT_TRUE(WaitUntil(absl::StatusCode::kFailedPrecondition)) << region_->linked();
  EXPECT_EQ(Report(Started(2, kTime))->Word(), "UNAVAILABLE");
  EXPECT_TRUE(absl::IsUnavailable(ReadOutbox(&*region_, {.organisation = kZorg}).status()));
}

TEST_F(KafkaRegionTest, ItReadsOnFromItsMirror) {
  Start();
  const auto outcome = Report(Started(1, kTime));
  Tell(AnswerTo(Published(1).first, 12), {.call = Published(1).second});
  EXPECT_EQ(outcome->Word(), "accepted");
  region_.reset();
  Tell(AnswerTo(Published(1).first, 13), {});
  Open();
  ASSERT_TRUE(WaitUntil(absl::StatusCode::kOk));
  EXPECT_THAT(Outbox(), ElementsAre("3:12/answer", "3:13/answer"));
}

TEST_F(KafkaRegionTest, ItSpeaksForNoOther) {
  Start();
  region::Report report = Read(&*region_, Started(1, kTime));
  report.caller = kWijk;
  EXPECT_EQ(Report(std::move(report))->Word(), "PERMISSION_DENIED");
  EXPECT_TRUE(absl::IsPermissionDenied(ReadOutbox(&*region_, {.organisation = kWijk}).status()));
  EXPECT_TRUE(absl::IsOutOfRange(ReadOutbox(&*region_, {.organisation = kZorg, .after = 1}).status()));
}

TEST_F(KafkaRegionTest, WhatWaitsIsBounded) {
  options_.most_reports = 2;
  Start();
  const auto first = Report(Started(1, kTime));
  Report(Started(2, kTime));
  region::Report third = Read(&*region_, Started(3, kTime));
  Happening room;
  EXPECT_TRUE(absl::IsResourceExhausted(region_->Take(std::move(third), 1000, [&] { room.Tell(); })));
  EXPECT_TRUE(std::holds_alternative<event::v1::Event>(third.event)) << "it is left alone";
  const auto [published, call] = Published(1);
  Tell(AnswerTo(published, 12), {.call = call});
  EXPECT_TRUE(room.WaitFor(1));
  EXPECT_EQ(first->Word(), "accepted");
}

TEST_F(KafkaRegionTest, WhoWaitsIsToldWhenItEnds) {
  Start();
  const auto outcome = Report(Started(1, kTime));
  region_->Drain(absl::ZeroDuration());
  EXPECT_EQ(Report(Started(2, kTime))->Word(), "UNAVAILABLE");
  EXPECT_EQ(outcome->Word(), "UNAVAILABLE");
}

}  // namespace
}  // namespace overdracht::remote
