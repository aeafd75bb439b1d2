// Timers and the two clocks.
#include <absl/strings/str_replace.h>

#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

std::vector<std::pair<std::string, base::Micros>> TermsOf(Service& service) {
  std::vector<std::pair<std::string, base::Micros>> terms;
  for (const auto& record : service.Records()) {
    if (record.has_term())
      terms.emplace_back(absl::StrCat(base::FormatUuid(record.traject()).substr(32), " ", record.term().reference()), record.time_us());
  }
  return terms;
}

TEST(ClockEvents, AnEventOfOneTrajectFiresWhatIsDueInAll) {
  Folder folder;
  Service service(folder);
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  service.Publish(Started(2, "2017-01-03T09:00:00Z")).IgnoreError();
  service.Publish(Completed(9, "2017-01-20T09:00:00Z", "actieplan", "x")).IgnoreError();
  const std::vector<std::pair<std::string, base::Micros>> expected = {{"0001 inschrijving_woningzoekende", At("2017-01-16T09:00:00Z")},
                                                                      {"0002 inschrijving_woningzoekende", At("2017-01-17T09:00:00Z")}};
  EXPECT_EQ(TermsOf(service), expected);
  EXPECT_EQ(service.Records().back().refusal().code(), journal::v1::REFUSAL_CODE_UNKNOWN_TRAJECT) << "decided after what was due";
}

TEST(ClockEvents, ATermDueAtTheInstantOfAnEventFiresFirst) {
  Folder folder;
  Service service(folder);
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  EXPECT_EQ(service.Outcome(Completed(1, "2017-01-16T09:00:00Z", "inschrijving_woningzoekende", "x")), "accepted");
  const auto records = service.Records();
  EXPECT_TRUE(records[records.size() - 2].has_term());
}

TEST(ClockEvents, MovedByADuplicateItIsTheSameAfterARestart) {
  Folder folder;
  {
    Service service(folder);
    service.Start();
    service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
    EXPECT_EQ(service.Outcome(Started(1, "2017-01-10T09:00:00Z")), "again accepted");
    EXPECT_TRUE(service.Records().back().has_clock());
    service.Stop();
  }
  std::filesystem::remove(folder / "cache.db");
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.Clock(), At("2017-01-10T09:00:00Z"));
}

TEST(ClockEvents, AdvancedItFiresWhatIsDueAndIsTheSameAfterARestart) {
  Folder folder;
  {
    Service service(folder);
    service.Start();
    service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
    EXPECT_EQ(*service.Advance(At("2017-01-17T00:00:00Z")), At("2017-01-17T00:00:00Z"));
    EXPECT_EQ(TermsOf(service).size(), 1u);
    EXPECT_EQ(*service.Advance(At("2017-01-05T00:00:00Z")), At("2017-01-17T00:00:00Z")) << "never back";
    service.Stop();
  }
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.Clock(), At("2017-01-17T00:00:00Z"));
}

TEST(ClockEvents, ManyYearsOfTermsGoInSeveralBatches) {
  Folder folder;
  Service service(folder);
  service.options().most_bytes_per_batch = 4096;
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  ASSERT_TRUE(service.Advance(At("2060-01-01T00:00:00Z")).ok());
  const auto terms = TermsOf(service);
  EXPECT_GT(terms.size(), 500u);
  EXPECT_TRUE(std::is_sorted(terms.begin(), terms.end(), [](const auto& a, const auto& b) { return a.second < b.second; }));
  EXPECT_EQ(service.Clock(), At("2060-01-01T00:00:00Z"));
}

// The decisions are the same however many of them a round makes, and who only asks is answered between them.
TEST(ClockEvents, ManyTermsAtOnceGoInSeveralRounds) {
  std::vector<std::pair<std::string, base::Micros>> in_long_rounds;
  for (const absl::Duration longest_round : {absl::InfiniteDuration(), absl::ZeroDuration()}) {
    Folder folder;
    Service service(folder);
    service.options().longest_round = longest_round;
    service.Open();
    uint64_t asked_at = 0;
    absl::Notification done;
    const auto submit = [&](Input input) { ASSERT_TRUE(service.loop().Submit(std::move(input), 100).ok()); };
    for (int i = 1; i <= 5; ++i) {
      Report report = service.Read(Started(i, "2017-01-02T09:00:00Z"));
      report.done = [](const absl::StatusOr<Answer>& answer) { EXPECT_TRUE(answer.ok()); };
      submit(std::move(report));
    }
    submit(Advance{.to_us = At("2025-01-01T00:00:00Z"),
                   .done = [](const absl::StatusOr<base::Micros>& clock) { EXPECT_EQ(*clock, At("2025-01-01T00:00:00Z")); }});
    Report last = service.Read(Completed(1, "2026-01-01T00:00:00Z", "actieplan", "x"));
    last.done = [&](const absl::StatusOr<Answer>& answer) {
      EXPECT_EQ(Service::Outcome(answer), "accepted");
      done.Notify();
    };
    submit(std::move(last));
    submit(Question{[&](const absl::StatusOr<Partition*>& partition) { asked_at = (*partition)->tip().last_record; }});
    service.Run();
    done.WaitForNotification();
    service.Stop();
    const auto terms = TermsOf(service);
    EXPECT_GT(terms.size(), 500u);
    if (longest_round == absl::ZeroDuration()) {
      EXPECT_EQ(terms, in_long_rounds);
      EXPECT_LT(asked_at, terms.size() / 2) << "asked while reports waited";
    } else {
      EXPECT_GT(asked_at, terms.size());
      in_long_rounds = terms;
    }
  }
}

// All due in one moment, and looked up two at a time.
TEST(ClockEvents, TermsOfOneMomentFireInTheSameOrderHoweverTheyAreLookedUp) {
  std::vector<std::pair<std::string, base::Micros>> expected;
  for (const size_t at_once : {1000, 2}) {
    Folder folder;
    Service service(folder);
    service.options().partition.timers_at_once = at_once;
    service.Start();
    for (const char* id : {"f1", "01", "80", "7f", "a0"}) {
      std::string event = absl::StrReplaceAll(Started(1, "2017-01-02T09:00:00Z"), {{"start-1", id}});
      const std::string number = absl::StrCat(id, TrajectNumber(1).substr(2));
      EXPECT_EQ(service.Outcome(absl::StrReplaceAll(event, {{TrajectNumber(1), number}})), "accepted");
    }
    service.Stop();
    service.Start();
    ASSERT_TRUE(service.Advance(At("2018-01-01T00:00:00Z")).ok());
    std::vector<std::pair<std::string, base::Micros>> terms;
    for (const auto& record : service.Records()) {
      if (record.has_term()) terms.emplace_back(base::FormatUuid(record.traject()), record.time_us());
    }
    ASSERT_GT(terms.size(), 10u);
    EXPECT_EQ(terms[0].first.substr(0, 2), "80") << "bytes with a sign";
    if (at_once == 2) EXPECT_EQ(terms, expected);
    expected = terms;
  }
}

TEST(ClockWall, CannotBeAdvanced) {
  Folder folder;
  Service service(folder, ClockKind::kWall);
  service.Start();
  EXPECT_TRUE(absl::IsFailedPrecondition(service.Advance(At("2030-01-01T00:00:00Z")).status()));
}

TEST(ClockWall, DecidesAtTheMachinesClockAndNeverEarlierThanBefore) {
  Folder folder;
  Service service(folder, ClockKind::kWall);
  service.machine_clock_us = At("2020-01-02T00:00:00Z");
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  EXPECT_EQ(service.Records().back().time_us(), At("2020-01-02T00:00:00Z"));
  service.machine_clock_us = At("2020-01-01T00:00:00Z");
  EXPECT_EQ(service.Outcome(Completed(1, "2017-01-02T09:00:00Z", "actieplan", "x")), "accepted");
  EXPECT_EQ(service.Records().back().time_us(), At("2020-01-02T00:00:00Z"));
}

TEST(ClockWall, WhatIsOverdueAfterAStandstillFiresAtOnceInDueOrder) {
  Folder folder;
  {
    Service service(folder, ClockKind::kWall);
    service.machine_clock_us = At("2020-01-02T00:00:00Z");
    service.Start();
    service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
    service.machine_clock_us = At("2020-01-03T00:00:00Z");
    service.Publish(Started(2, "2017-01-02T09:00:00Z")).IgnoreError();
    service.Stop();
  }
  Service service(folder, ClockKind::kWall);
  service.machine_clock_us = At("2020-01-18T00:00:00Z");
  service.Start();
  service.List();  // a round later
  service.List();
  const std::vector<std::pair<std::string, base::Micros>> expected = {{"0001 inschrijving_woningzoekende", At("2020-01-16T00:00:00Z")},
                                                                      {"0002 inschrijving_woningzoekende", At("2020-01-17T00:00:00Z")}};
  EXPECT_EQ(TermsOf(service), expected);
}

}  // namespace
}  // namespace overdracht::workflow
