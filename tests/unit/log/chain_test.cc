// The rule as a table: one batch that counts, and what each single change makes of it.
#include "services/log/chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace overdracht::log {
namespace {

OwnerToken Token(uint8_t byte) {
  OwnerToken token;
  token.fill(byte);
  return token;
}

const Tip kTip{.offset = 12, .number = 8, .epoch = 3, .owner = Token(1), .hash = base::Sha256("tip"), .input_to = 40, .last_record = 99};

Batch Work() {
  Batch batch;
  batch.kind = BatchKind::kWork;
  batch.number = 9;
  batch.epoch = 3;
  batch.owner = Token(1);
  batch.previous = kTip.hash;
  batch.input_from = 40;
  batch.input_to = 42;
  batch.first_record = 100;
  batch.anchor = {12, kTip.hash};
  batch.hash = base::Sha256("work");
  batch.records.resize(2);
  return batch;
}

Batch TakeOver() {
  Batch batch = Work();
  batch.kind = BatchKind::kTakeOver;
  batch.epoch = 4;
  batch.owner = Token(2);
  batch.input_to = 40;
  batch.records.clear();
  return batch;
}

Batch FirstTakeOver() {
  Batch batch = TakeOver();
  batch.number = 1;
  batch.epoch = 1;
  batch.previous = {};
  batch.input_from = batch.input_to = 5;
  batch.first_record = 1;
  batch.anchor = {};
  return batch;
}

struct Row {
  const char* what;
  Tip tip;
  Batch batch;
  std::function<void(Batch&)> change;
  Verdict verdict;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.what; }

class Chain : public ::testing::TestWithParam<Row> {};

TEST_P(Chain, Judges) {
  Batch batch = GetParam().batch;
  GetParam().change(batch);
  EXPECT_EQ(Judge(GetParam().tip, batch), GetParam().verdict) << Reason(Judge(GetParam().tip, batch));
}

INSTANTIATE_TEST_SUITE_P(
    Rule, Chain,
    ::testing::Values(
        Row{"work of the owner", kTip, Work(), [](Batch&) {}, Verdict::kCounts},
        Row{"work without input or records", kTip, Work(), [](Batch& b) { b.input_to = 40, b.records.clear(); }, Verdict::kCounts},
        Row{"work behind another batch", kTip, Work(), [](Batch& b) { b.previous = base::Sha256("other"), b.anchor = {}; },
            Verdict::kNotBehindTip},
        Row{"work of an older epoch", kTip, Work(), [](Batch& b) { b.epoch = 2; }, Verdict::kOtherEpoch},
        Row{"work of the next epoch", kTip, Work(), [](Batch& b) { b.epoch = 4; }, Verdict::kOtherEpoch},
        Row{"work with another token", kTip, Work(), [](Batch& b) { b.owner = Token(2); }, Verdict::kOtherOwner},
        Row{"work with one bit of the token changed", kTip, Work(), [](Batch& b) { b.owner[15] ^= 1; }, Verdict::kOtherOwner},
        Row{"work with the number of the tip", kTip, Work(), [](Batch& b) { b.number = 8; }, Verdict::kNumberGap},
        Row{"work that leaves a number out", kTip, Work(), [](Batch& b) { b.number = 10; }, Verdict::kNumberGap},
        Row{"work that leaves input out", kTip, Work(), [](Batch& b) { b.input_from = 41; }, Verdict::kInputGap},
        Row{"work that decides input twice", kTip, Work(), [](Batch& b) { b.input_from = 39; }, Verdict::kInputGap},
        Row{"work whose input runs backwards", kTip, Work(), [](Batch& b) { b.input_to = 39; }, Verdict::kInputBackwards},
        Row{"work that leaves a record out", kTip, Work(), [](Batch& b) { b.first_record = 101; }, Verdict::kRecordGap},
        Row{"work that numbers a record twice", kTip, Work(), [](Batch& b) { b.first_record = 99; }, Verdict::kRecordGap},
        Row{"a take-over of the next epoch", kTip, TakeOver(), [](Batch&) {}, Verdict::kCounts},
        Row{"a take-over by the owner itself", kTip, TakeOver(), [](Batch& b) { b.owner = Token(1); }, Verdict::kCounts},
        Row{"a take-over of the same epoch", kTip, TakeOver(), [](Batch& b) { b.epoch = 3; }, Verdict::kNotNextEpoch},
        Row{"a take-over of an older epoch", kTip, TakeOver(), [](Batch& b) { b.epoch = 2; }, Verdict::kNotNextEpoch},
        Row{"a take-over that leaves an epoch out", kTip, TakeOver(), [](Batch& b) { b.epoch = 5; }, Verdict::kNotNextEpoch},
        Row{"a take-over with the last epoch there is", kTip, TakeOver(), [](Batch& b) { b.epoch = ~uint64_t{0}; }, Verdict::kNotNextEpoch},
        Row{"a take-over behind another batch", kTip, TakeOver(), [](Batch& b) { b.previous = {}, b.anchor = {}; }, Verdict::kNotBehindTip},
        Row{"a take-over that sets the input", kTip, TakeOver(), [](Batch& b) { b.input_from = b.input_to = 50; }, Verdict::kInputGap},
        Row{"the first take-over", Tip{}, FirstTakeOver(), [](Batch&) {}, Verdict::kCounts},
        Row{"a first take-over of epoch 2", Tip{}, FirstTakeOver(), [](Batch& b) { b.epoch = 2; }, Verdict::kNotNextEpoch},
        Row{"a first take-over behind something", Tip{}, FirstTakeOver(), [](Batch& b) { b.previous = base::Sha256("x"); },
            Verdict::kNotBehindTip},
        Row{"a first take-over numbered 2", Tip{}, FirstTakeOver(), [](Batch& b) { b.number = 2; }, Verdict::kNumberGap},
        Row{"a first take-over whose records begin at 2", Tip{}, FirstTakeOver(), [](Batch& b) { b.first_record = 2; },
            Verdict::kRecordGap},
        Row{"work of nobody at the beginning", Tip{}, FirstTakeOver(),
            [](Batch& b) { b.kind = BatchKind::kWork, b.epoch = 0, b.owner = {}; }, Verdict::kFirstNotTakeOver}));

TEST(Chain, TheTipFollows) {
  EXPECT_EQ(
      Follow(kTip, 15, Work()),
      (Tip{.offset = 15, .number = 9, .epoch = 3, .owner = Token(1), .hash = base::Sha256("work"), .input_to = 42, .last_record = 101}));
  EXPECT_EQ(Follow(kTip, 13, TakeOver()).last_record, 99);
}

TEST(Chain, AWriterThatKnewAnotherBatchInTheTipsPlaceIsFound) {
  Batch batch = Work();
  EXPECT_FALSE(KnowsOtherHistory(kTip, batch));
  batch.anchor = {3, base::Sha256("further back")};
  EXPECT_FALSE(KnowsOtherHistory(kTip, batch));
  batch.anchor = {12, base::Sha256("other")};
  EXPECT_TRUE(KnowsOtherHistory(kTip, batch));
  EXPECT_FALSE(KnowsOtherHistory(Tip{}, FirstTakeOver()));
}

TEST(Chain, EveryVerdictHasItsReason) {
  for (int verdict = 0; verdict <= static_cast<int>(Verdict::kRecordGap); ++verdict)
    EXPECT_FALSE(Reason(static_cast<Verdict>(verdict)).empty()) << verdict;
}

}  // namespace
}  // namespace overdracht::log
