// What becomes of a report, and what stands in the journal.
#include "services/base/limits.h"
#include "services/texts/sentences.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

TEST(Loop, AnswersWithTheRecordOfTheDecision) {
  Folder folder;
  Service service(folder);
  service.Start();
  const auto answer = service.Publish(Started(1, "2017-01-02T09:00:00Z"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_FALSE(answer->refusal);
  const auto records = service.Records();
  ASSERT_EQ(records.size(), answer->record);
  EXPECT_EQ(records.back().event().id(), "start-1");
  EXPECT_EQ(records.back().time_us(), At("2017-01-02T09:00:00Z"));
}

TEST(Loop, ADuplicateHasTheAnswerOfTheFirst) {
  Folder folder;
  Service service(folder);
  service.Start();
  const auto first = service.Publish(Started(1, "2017-01-02T09:00:00Z"));
  const auto refused = service.Publish(Completed(1, "2017-01-02T09:00:00Z", "verhuizing", "x"));
  ASSERT_TRUE(refused->refusal);
  const size_t records = service.Records().size();
  const auto again = service.Publish(Completed(1, "2017-01-02T09:00:00Z", "actieplan", "x"));
  EXPECT_TRUE(again->duplicate);
  EXPECT_EQ(again->record, refused->record);
  EXPECT_EQ(again->refusal->SerializeAsString(), refused->refusal->SerializeAsString());
  EXPECT_EQ(service.Publish(Started(1, "2017-01-02T09:00:00Z"))->record, first->record);
  EXPECT_EQ(service.Records().size(), records) << "a duplicate that moves no clock leaves no record";
}

TEST(Loop, AnUnknownTrajectIsRefusedOnTheRecordAndNotRemembered) {
  Folder folder;
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.Outcome(Completed(7, "2017-01-02T09:00:00Z", "actieplan", "x")), "unknown_traject");
  EXPECT_EQ(service.Outcome(Completed(7, "2017-01-02T09:00:00Z", "actieplan", "x")), "unknown_traject");
  EXPECT_TRUE(service.List().empty());
  EXPECT_EQ(service.Records().back().refusal().code(), journal::v1::REFUSAL_CODE_UNKNOWN_TRAJECT);
  EXPECT_TRUE(service.Records().back().traject().empty()) << "it has no chain";
}

TEST(Loop, ASourceMismatchStandsInTheJournalAndConcernsNoTraject) {
  Folder folder;
  Service service(folder);
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  const auto before = service.List();
  const auto mismatch = service.Publish(service.Read(Completed(1, "2030-01-02T09:00:00Z", "actieplan", "x"), kWijk));
  EXPECT_EQ(Service::Outcome(mismatch), "source_mismatch");
  const auto records = service.Records();
  EXPECT_EQ(records.back().number(), mismatch->record);
  EXPECT_EQ(records.back().caller(), kWijk);
  EXPECT_EQ(service.List(), before);
  EXPECT_EQ(service.Clock(), At("2017-01-02T09:00:00Z"));
  EXPECT_EQ(service.Outcome(Completed(1, "2017-01-03T09:00:00Z", "actieplan", "x")), "accepted") << "its id is not used up";
}

TEST(Loop, WhoReportsForAnotherStandsInTheJournal) {
  constexpr char kSupplier[] = "00000099000000999000";
  Folder folder;
  Service service(folder);
  service.Start();
  Report report = service.Read(Started(1, "2017-01-02T09:00:00Z"));
  report.supplier = kSupplier;
  EXPECT_EQ(Service::Outcome(service.Publish(std::move(report))), "accepted");
  EXPECT_EQ(service.Records().back().event().organisation(), kZorg);
  EXPECT_EQ(service.Records().back().caller(), kSupplier);
  report = service.Read(Completed(1, "2017-01-02T09:00:00Z", "actieplan", "x"), "");
  report.supplier = kSupplier;
  EXPECT_EQ(Service::Outcome(service.Publish(std::move(report))), "source_mismatch") << "for whom it may not";
  EXPECT_EQ(service.Records().back().caller(), kSupplier);
}

TEST(Loop, WhatCannotBeReadIsKeptOutsideTheJournal) {
  Folder folder;
  {
    Service service(folder);
    service.Start();
    const size_t records = service.Records().size();
    const auto answer = service.Publish(std::string("not an event"));
    EXPECT_EQ(Service::Outcome(answer), "malformed");
    EXPECT_EQ(answer->record, 0u);
    EXPECT_EQ(service.Records().size(), records);
    service.Stop();
  }
  auto database = Database::Open(folder / "unreadable.db");
  ASSERT_TRUE(database.ok());
  auto rows = (*database)->Prepare("SELECT bytes, reason FROM unreadable");
  ASSERT_TRUE(rows.ok());
  ASSERT_TRUE(*rows->Step());
  EXPECT_EQ(rows->Bytes(0), "not an event");
  EXPECT_EQ(rows->Bytes(1), "unreadable");
}

TEST(Loop, ValidatingRecordsNothing) {
  Folder folder;
  Service service(folder);
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  const size_t records = service.Records().size();
  const auto before = service.List();
  for (const auto& [task, outcome] : {std::pair("actieplan", "accepted"), std::pair("verhuizing", "illegal_state")}) {
    Report report = service.Read(Completed(1, "2017-03-03T09:00:00Z", task, task));
    report.validate_only = true;
    EXPECT_EQ(Service::Outcome(service.Publish(std::move(report))), outcome);
  }
  EXPECT_EQ(service.Records().size(), records);
  EXPECT_EQ(service.List(), before);
}

TEST(Loop, AnOutdatedPositionIsRefused) {
  Folder folder;
  Service service(folder);
  service.Start();
  const auto started = service.Publish(Started(1, "2017-01-02T09:00:00Z"));
  Report first = service.Read(Completed(1, "2017-01-02T09:00:00Z", "actieplan", "a"));
  first.if_position = started->record;
  EXPECT_EQ(Service::Outcome(service.Publish(std::move(first))), "accepted");
  Report second = service.Read(Completed(1, "2017-01-02T09:00:00Z", "crisiskaart", "b"));
  second.if_position = started->record;
  const auto answer = service.Publish(std::move(second));
  ASSERT_TRUE(answer->refusal);
  EXPECT_EQ(answer->refusal->reason(), journal::v1::REFUSAL_REASON_POSITION_MOVED);
  const std::string now = absl::StrCat("0:", started->record + 1);
  EXPECT_EQ(texts::English(*answer->refusal),
            absl::StrCat("expected the traject at position 0:", started->record, ", but it has changed since and is at ", now));
  EXPECT_NE(texts::Dutch(*answer->refusal).find(now), std::string::npos);

  Report only_asked = service.Read(Completed(1, "2017-01-02T09:00:00Z", "crisiskaart", "c"));
  only_asked.if_position = started->record;
  only_asked.validate_only = true;
  EXPECT_EQ(service.Publish(std::move(only_asked))->refusal->SerializeAsString(), answer->refusal->SerializeAsString());
}

// A woningcorporatie is not told of a terugval, and a position would tell it that there was one.
TEST(Loop, APositionMovesForThoseWithoutACareRoleOnlyWithWhatTheyKnowOf) {
  constexpr char kCorporatie[] = "00000099000000104000";
  Folder folder;
  Service service(folder);
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  const auto report = [&](const std::string& who, const std::string& id, const std::string& kind, const std::string& data) {
    return service.Read(Event(who, TrajectNumber(1), "2017-01-02T09:00:00Z", kind, data, id));
  };
  const auto known = service.Publish(
      report(kZorg, "a", "participants.added", absl::StrCat(R"({"role":"woningcorporatie","organisation":")", kCorporatie, R"("})")));
  ASSERT_EQ(Service::Outcome(known), "accepted");
  const auto seen_by = [&](const std::string& who, const std::string& id) {
    Report asks = report(who, id, "signals.reported", R"({"signal":"s-1","kind":"nuisance"})");
    asks.if_position = known->record;
    asks.validate_only = true;
    return Service::Outcome(service.Publish(std::move(asks)));
  };
  EXPECT_EQ(seen_by(kCorporatie, "b"), "accepted");
  EXPECT_EQ(seen_by(kZorg, "b"), "accepted");
  ASSERT_EQ(Service::Outcome(service.Publish(report(kZorg, "c", "terugvallen.signalled", R"({"episode":"e-1","severity":"crisis"})"))),
            "accepted");
  EXPECT_EQ(seen_by(kCorporatie, "d"), "accepted");
  EXPECT_EQ(seen_by(kZorg, "d"), "illegal_state");
  ASSERT_EQ(Service::Outcome(service.Publish(report(kCorporatie, "e", "contacts.held", R"({"kind":"home_visit"})"))), "accepted");
  EXPECT_EQ(seen_by(kCorporatie, "f"), "illegal_state");
}

TEST(Loop, AStrangerIsNotToldAPosition) {
  Folder folder;
  Service service(folder);
  service.Start();
  service.Publish(Started(1, "2017-01-02T09:00:00Z")).IgnoreError();
  const std::string by_a_stranger =
      Event("00000099000000109000", TrajectNumber(1), "2017-01-02T09:00:00Z", "tasks.completed", R"({"task":"actieplan"})", "a");
  for (bool validate_only : {true, false}) {
    Report report = service.Read(by_a_stranger);
    report.if_position = 1;
    report.validate_only = validate_only;
    EXPECT_EQ(Service::Outcome(service.Publish(std::move(report))), "not_a_participant");
  }
}

TEST(Loop, DrainingFinishesWhatWaitsAndTakesNothingMore) {
  Folder folder;
  Service service(folder);
  service.Start();
  std::atomic<int> answered = 0;
  for (int i = 1; i <= 200; ++i) {
    Report report = service.Read(Started(i, "2017-01-02T09:00:00Z"));
    report.done = [&](const absl::StatusOr<Answer>& answer) { answered += answer.ok() && !answer->refusal; };
    ASSERT_TRUE(service.loop().Submit(std::move(report), 100).ok());
  }
  service.loop().Drain();
  EXPECT_EQ(answered, 200);
  EXPECT_TRUE(absl::IsUnavailable(service.loop().Submit(service.Read(Started(999, "2017-01-02T09:00:00Z")), 100)));
  EXPECT_TRUE(service.ended().ok());
}

// How many records each batch has, of 200 reports by one and perhaps one by another, who came last.
std::vector<size_t> BatchesOf200(bool another) {
  Folder folder;
  Service service(folder);
  service.options().longest_round = absl::InfiniteDuration();
  service.options().longest_wait_for_one = absl::ZeroDuration();
  service.Open();
  for (int i = 1; i <= 200 + another; ++i) {
    Report report = service.Read(Started(i, "2017-01-02T09:00:00Z"));
    report.done = [](const absl::StatusOr<Answer>& answer) { EXPECT_EQ(Service::Outcome(answer), "accepted"); };
    EXPECT_TRUE(service.loop().Submit(std::move(report), 100, nullptr, i <= 200 ? "many" : "one").ok());
  }
  log::Tip before;
  const auto read = [&](log::EventLog::Visit visit) { EXPECT_TRUE(service.journal().Read(before, visit).ok()); };
  read([&](const log::Tip& at, const log::Batch&) { return before = at, absl::OkStatus(); });
  service.Run();
  service.loop().Drain();
  std::vector<size_t> records;
  read([&](const log::Tip&, const log::Batch& batch) { return records.push_back(batch.records.size()), absl::OkStatus(); });
  return records;
}

TEST(Loop, NobodyWaitsInARoundForWhatOneAloneSends) {
  EXPECT_EQ(BatchesOf200(false), (std::vector<size_t>{200}));
  EXPECT_EQ(BatchesOf200(true), (std::vector<size_t>{16, 185}));
}

TEST(Loop, AListKeepsNoMoreTrajectenInMemoryThanReportsDo) {
  Folder folder;
  Service service(folder);
  service.options().partition.hot_trajecten = 2;
  service.Start();
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(service.Outcome(Started(i, "2017-01-02T09:00:00Z")), "accepted");
  EXPECT_EQ(service.List().size(), 5u);
  EXPECT_TRUE(service.Ask([](Partition& partition) { EXPECT_LE(partition.hot(), 2u); }).ok());
  EXPECT_EQ(service.Outcome(Completed(1, "2017-01-03T09:00:00Z", "actieplan", "a")), "accepted");
}

// Bytes of each batch of the journal.
std::vector<size_t> BatchesOf(Service& service) {
  std::vector<size_t> bytes;
  const auto take = [&](const log::Tip&, const log::Batch& batch) { return bytes.push_back(batch.stored.size()), absl::OkStatus(); };
  EXPECT_TRUE(service.journal().Read({}, take).ok());
  return bytes;
}

// A decision with these agreements.
workflow::v1::WorkflowDefinition With(const std::string& id, const std::vector<std::string>& agreements) {
  workflow::v1::WorkflowDefinition definition = BaseWorkflow().front();
  definition.set_id(id);
  workflow::v1::Decision* const decision = definition.add_decisions();
  decision->set_name("afspraken");
  for (const std::string& agreement : agreements) decision->add_agreements(agreement);
  return definition;
}

constexpr size_t kMostKafkaTakes = 900'000;  // services/log/kafka/kafka_log.h

TEST(Loop, TheLargestWorkflowsTakeABatchThatKafkaTakes) {
  Folder folder;
  Service service(folder);
  service.definitions.clear();
  // The second is such that the batch with it alone is not full.
  for (const auto& [id, less] : {std::pair("a", 10), std::pair("b", 20'000), std::pair("c", 10)}) {
    const size_t room = base::kMaxDefinitionBytes - With(id, {}).ByteSizeLong();
    service.definitions.push_back(With(id, {std::string(room - static_cast<size_t>(less), 'x')}));
    EXPECT_LE(service.definitions.back().ByteSizeLong(), base::kMaxDefinitionBytes);
  }
  service.Start();
  const std::vector<size_t> batches = BatchesOf(service);
  EXPECT_EQ(batches.size(), 4u) << "a take-over, and one for each";
  EXPECT_LT(*std::max_element(batches.begin(), batches.end()), kMostKafkaTakes);
}

TEST(Loop, TheLargestEventFitsBehindAnyBatchThatIsNotFull) {
  Folder folder;
  Service service(folder);
  service.definitions = {With("uitstroom", {"a"})};
  service.Start();
  ASSERT_EQ(service.Outcome(Started(1, "2017-01-02T09:00:00Z")), "accepted");
  std::string agreements = R"("a")";
  while (agreements.size() < base::kMaxEventBytes - 600) agreements += R"(,"a")";
  const std::string largest = Event(kGemeente, TrajectNumber(1), "2017-01-03T09:00:00Z", "decisions.taken",
                                    absl::StrCat(R"({"decision":"afspraken","outcome":"granted","agreements":[)", agreements, "]}"), "d");
  ASSERT_EQ(service.Outcome(largest), "accepted");
  const size_t bytes = service.Records().back().ByteSizeLong();
  EXPECT_GT(bytes, base::kMaxEventBytes) << "it stands there twice";
  EXPECT_LT(bytes + service.options().most_bytes_per_batch, kMostKafkaTakes);
}

}  // namespace
}  // namespace overdracht::workflow
