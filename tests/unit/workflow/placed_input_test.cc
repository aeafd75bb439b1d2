// Where the input has places the journal notes how far it is decided, and nothing of it is decided twice, passed over or untold, wherever a
// loop ends.
#include "services/workflow/outboxes.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// What stands in the input, place by place.
std::vector<std::string> WhatIsReported() {
  return {
      Started(1, "2017-01-02T09:00:00Z"),
      Started(2, "2017-01-02T10:00:00Z"),
      Completed(1, "2017-01-03T09:00:00Z", "inschrijving_woningzoekende", "a"),
      Completed(1, "2017-01-03T09:00:00Z", "inschrijving_woningzoekende", "a"),
      Completed(2, "2017-03-05T09:00:00Z", "verhuizing", "a"),
      Completed(1, "2017-03-19T09:00:00Z", "actieplan", "b"),
      Completed(2, "2017-03-20T09:00:00Z", "actieplan", "b"),
  };
}

struct Heard : Outboxes {
  explicit Heard(int settles = 1'000) : settles(settles) {}
  absl::StatusOr<std::vector<Told>> Newest() override { return newest; }
  void Tell(uint64_t batch, const base::Hash&, const std::vector<journal::v1::Record*>& records) override {
    batches.push_back(batch);
    for (const journal::v1::Record* record : records) told.push_back(record->number());
    unsettled = true;
  }
  absl::Status Settle() override {
    if (settles-- == 0) return absl::UnavailableError("the outboxes cannot be reached");
    unsettled = false;
    return absl::OkStatus();
  }

  int settles;  // that succeed
  bool unsettled = false;
  std::vector<Told> newest;
  std::vector<uint64_t> batches;
  std::vector<uint64_t> told;  // of which records
};

// One owner after the other reads the same input.
struct Owners {
  // Decides what the input still has, each in a batch of its own, until the loop ends or the input does.
  void Own(Heard* heard, absl::Duration note_input_after = absl::InfiniteDuration()) {
    Service service(folder);
    service.options().outboxes = heard;
    service.options().note_input_after = note_input_after;
    service.options().most_bytes_per_batch = 1;
    service.Open();
    began.push_back(service.loop().input_to());
    for (uint64_t place = service.loop().input_to(); place < input.size(); ++place) Submit(&service, place);
    service.Run();
    service.Stop();
    ended = service.ended();
    tip = ReadTip(service);
    records = service.Records();
  }

  void Submit(Service* service, uint64_t place) {
    Report report = service->Read(input[place]);
    report.done = [this, place](const absl::StatusOr<Answer>& answer) {
      if (answer.ok()) answered.push_back(absl::StrCat(place, ": ", Service::Outcome(answer)));
    };
    ASSERT_TRUE(service->loop().Submit(Placed{.report = std::move(report), .to = place + 1}, 100).ok());
  }

  static log::Tip ReadTip(Service& service) {
    log::Tip tip;
    EXPECT_TRUE(service.journal()
                    .Read({},
                          [&tip](const log::Tip& at, const log::Batch&) {
                            tip = at;
                            return absl::OkStatus();
                          })
                    .ok());
    return tip;
  }

  // Without the one clock record more or less that depends on how the input fell into batches.
  std::vector<std::string> Decisions() const {
    std::vector<std::string> decisions;
    for (journal::v1::Record record : records) {
      if (!record.has_clock()) decisions.push_back(record.SerializeAsString());
    }
    return decisions;
  }

  Folder folder;
  std::vector<std::string> input = WhatIsReported();
  std::vector<uint64_t> began;
  std::vector<std::string> answered;
  absl::Status ended;  // the last of them, and how
  log::Tip tip;
  std::vector<journal::v1::Record> records;
};

TEST(PlacedInput, IsNotedAsFarAsItIsDecided) {
  Owners owners;
  Heard heard;
  owners.Own(&heard);
  EXPECT_EQ(owners.tip.input_to, owners.input.size());
  EXPECT_THAT(owners.answered, ElementsAre("0: accepted", "1: accepted", "2: accepted", "3: again accepted", "4: illegal_state",
                                           "5: accepted", "6: accepted"));
  owners.Own(&heard);
  EXPECT_THAT(owners.began, ElementsAre(0, owners.input.size()));
}

TEST(PlacedInput, ThatLeavesNoRecordIsNotedByABatchOfItsOwn) {
  Owners owners;
  owners.input.resize(4);  // the last one was reported before
  Heard heard;
  owners.Own(&heard);
  EXPECT_EQ(owners.tip.input_to, 3);
  owners.Own(&heard, absl::ZeroDuration());
  EXPECT_EQ(owners.tip.input_to, 4);
  EXPECT_THAT(owners.answered, ElementsAre("0: accepted", "1: accepted", "2: accepted", "3: again accepted", "3: again accepted"));
}

TEST(PlacedInput, ThatCannotBeDecidedIsPassedOver) {
  Owners owners;
  owners.input.clear();
  Heard heard;
  Service service(owners.folder);
  service.options().outboxes = &heard;
  service.options().note_input_after = absl::ZeroDuration();
  service.Open();
  ASSERT_TRUE(service.loop().Submit(Placed{.report = std::nullopt, .to = 5}, 100).ok());
  service.Run();
  service.Stop();
  EXPECT_EQ(owners.ReadTip(service).input_to, 5);
}

// Wherever an owner fails, the owners after it together decide and tell the same as one that does not fail.
TEST(PlacedInput, IsDecidedOnceAndToldWhereverAnOwnerFails) {
  Owners owners;
  Heard unbroken;
  owners.Own(&unbroken);
  ASSERT_TRUE(owners.ended.ok());
  const std::vector<std::string> decisions = owners.Decisions();
  int failed = 0;
  for (int settles = 2;; ++settles) {
    SCOPED_TRACE(settles);
    Owners other;
    Heard first(settles), second;
    other.Own(&first);
    const bool fails = !other.ended.ok();
    failed += fails;
    other.Own(&second);
    EXPECT_EQ(other.Decisions(), decisions);
    // The newest batch is told again, first of all, as nobody knows whether all of it was heard.
    ASSERT_FALSE(first.told.empty() || second.told.empty());
    EXPECT_EQ(second.told.front(), first.told.back());
    std::vector<uint64_t> told = first.told;
    told.insert(told.end(), second.told.begin() + 1, second.told.end());
    std::vector<uint64_t> all;
    for (const auto& record : other.records) all.push_back(record.number());
    EXPECT_EQ(told, all);
    if (!fails) break;
  }
  EXPECT_GT(failed, 3);
}

// What outboxes tell of a journal: each of its records.
std::vector<Told> AllTold(Service& service) {
  std::vector<Told> told;
  EXPECT_TRUE(service.journal()
                  .Read({},
                        [&told](const log::Tip& at, const log::Batch& batch) {
                          for (const log::StoredRecord& record : batch.records) {
                            told.push_back({.topic = "pilot.outbox.1",
                                            .offset = 1000 + record.number,
                                            .record = record.number,
                                            .batch = at.number,
                                            .batch_hash = at.hash});
                          }
                          return absl::OkStatus();
                        })
                  .ok());
  return told;
}

class ToldOfTheJournal : public ::testing::Test {
 protected:
  ToldOfTheJournal() {
    Heard heard;
    owners_.Own(&heard);
  }
  // What becomes of an owner when the outboxes tell that.
  absl::Status Open(const std::function<void(std::vector<Told>*)>& change) {
    Service service(owners_.folder);
    Heard heard;
    heard.newest = AllTold(service);
    EXPECT_GT(heard.newest.size(), 5u);
    change(&heard.newest);
    service.options().outboxes = &heard;
    service.options().journal_catches_up = absl::ZeroDuration();
    const log::Tip before = owners_.ReadTip(service);
    absl::Status opened = service.TryToOpen();
    EXPECT_EQ(owners_.ReadTip(service).epoch, before.epoch + opened.ok()) << "nobody takes over a journal that has lost something";
    EXPECT_EQ(heard.told.empty(), !opened.ok());
    return opened;
  }

  Owners owners_;
};

TEST_F(ToldOfTheJournal, IsHeldToIt) {
  EXPECT_TRUE(Open([](std::vector<Told>*) {}).ok());
  EXPECT_TRUE(Open([](std::vector<Told>* told) { told->clear(); }).ok());
  EXPECT_TRUE(Open([](std::vector<Told>* told) { std::reverse(told->begin(), told->end()); }).ok());
}

TEST_F(ToldOfTheJournal, MoreThanItHoldsEndsTheOwnership) {
  const absl::Status lost = Open([](std::vector<Told>* told) {
    Told more = told->back();
    ++more.record, ++more.batch, ++more.offset;
    more.batch_hash.fill(0xee);
    told->insert(told->begin(), more);
  });
  EXPECT_TRUE(absl::IsDataLoss(lost));
  EXPECT_THAT(std::string(lost.message()), AllOf(HasSubstr("pilot.outbox.1 says at offset 10"), HasSubstr(std::string(64, 'e')),
                                                 HasSubstr(absl::StrCat("batch ", owners_.tip.number, " (", base::Hex(owners_.tip.hash)))));
}

// However old it is: nothing newer was told.
TEST_F(ToldOfTheJournal, AnotherBatchThanItHoldsEndsTheOwnership) {
  for (size_t i = 0; i < 5; ++i) {
    const absl::Status lost = Open([i](std::vector<Told>* told) {
      told->resize(i + 1);
      told->back().batch_hash[31] ^= 1;
    });
    EXPECT_TRUE(absl::IsDataLoss(lost)) << i;
    EXPECT_THAT(std::string(lost.message()), HasSubstr(absl::StrCat("pilot.outbox.1 says at offset ", 1001 + i))) << i;
  }
}

TEST_F(ToldOfTheJournal, WhateverElseIsToldOfTheSameBatchIsCompared) {
  for (const bool first : {false, true}) {
    const absl::Status lost = Open([first](std::vector<Told>* told) {
      Told other = told->back();
      other.batch_hash[0] ^= 1;
      told->insert(first ? told->begin() : told->end(), other);
    });
    EXPECT_TRUE(absl::IsDataLoss(lost));
  }
}

}  // namespace
}  // namespace overdracht::workflow
