// Timers and the two clocks.
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
