// The owner over a log that loses answers: what it then sends, and what it believes.
#include "services/log/owner.h"

#include <gmock/gmock.h>

#include <deque>

#include "tests/unit/log/some_log.h"

namespace overdracht::log {
namespace {

// A log whose next appends go as the script says; after it, as they should.
class Scripted : public EventLog {
 public:
  enum Fate {
    kDone,       // it lands and is answered
    kLost,       // it does not land, and nobody is told
    kUnheard,    // it lands, and nobody is told
    kLandsLate,  // nobody is told, and it lands when the next append comes
    kOvertaken,  // another owner's take-over lands in its place, and nobody is told
    kFull,       // nothing is sent: there is no room
    kRivalLate,  // it lands, and behind it a take-over that does not count
    kGone,       // the tip is not there any more
  };

  explicit Scripted(EmbeddedLog* log) : log_(log) {}
  std::deque<Fate> script;
  std::vector<std::string> sent;

  absl::StatusOr<Tip> Append(const Tip& tip, absl::string_view batch) override {
    sent.push_back(std::string(batch));
    if (!late_.empty()) (void)log_->Append(log_->tip(), std::exchange(late_, ""));
    const Fate fate = script.empty() ? kDone : script.front();
    if (!script.empty()) script.pop_front();
    if (fate == kRivalLate) ++lost_take_overs_;
    if (fate == kDone || fate == kRivalLate) return log_->Append(tip, batch);
    if (fate == kFull) return absl::ResourceExhaustedError("full");
    if (fate == kGone) return absl::DataLossError("gone");
    if (fate == kUnheard) (void)log_->Append(tip, batch);
    if (fate == kLandsLate) late_ = std::string(batch);
    if (fate == kOvertaken) MustTakeOver(log_);
    return absl::DeadlineExceededError("no answer");
  }
  absl::Status Read(const Tip& tip, Visit visit) override { return log_->Read(tip, visit); }
  // Nothing is waited for: time is not what these tests are about.
  bool Wait(const Tip&, absl::Duration) override { return false; }
  uint64_t LostTakeOvers() const override { return lost_take_overs_; }

 private:
  EmbeddedLog* log_;
  uint64_t lost_take_overs_ = 0;
  std::string late_;
};

class OwnerTest : public ::testing::Test {
 protected:
  std::vector<std::string> Records() {
    std::vector<std::string> records;
    EXPECT_TRUE(inner_
                    ->Read({},
                           [&](const Tip&, const Batch& batch) {
                             for (const StoredRecord& record : batch.records) records.push_back(std::string(record.bytes));
                             return absl::OkStatus();
                           })
                    .ok());
    return records;
  }

  TemporaryFolder folder_;
  std::unique_ptr<EmbeddedLog> inner_ = MustOpen(folder_.File("journal"));
  Scripted log_{inner_.get()};
};

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(OwnerTest, SendsTheSameBytesAgainUntilTheyCount) {
  const auto owner = MustTakeOver(&log_);
  log_.sent.clear();
  log_.script = {Scripted::kLost, Scripted::kLost};
  const std::string work = WorkOf(*owner, "a");
  EXPECT_TRUE(owner->Append(work).ok());
  EXPECT_THAT(log_.sent, ElementsAre(work, work, work));
  EXPECT_THAT(Records(), ElementsAre("a"));
}

TEST_F(OwnerTest, AnAnswerThatGotLostIsReadBack) {
  const auto owner = MustTakeOver(&log_);
  log_.sent.clear();
  log_.script = {Scripted::kUnheard};
  EXPECT_TRUE(owner->Append(WorkOf(*owner, "a")).ok());
  EXPECT_EQ(log_.sent.size(), 1);
  EXPECT_EQ(owner->tip(), inner_->tip());
  EXPECT_TRUE(owner->Append(WorkOf(*owner, "b")).ok());
  EXPECT_THAT(Records(), ElementsAre("a", "b"));
}

TEST_F(OwnerTest, ACopyThatLandsLateCountsOnce) {
  const auto owner = MustTakeOver(&log_);
  log_.script = {Scripted::kLandsLate};
  EXPECT_TRUE(owner->Append(WorkOf(*owner, "a")).ok());
  EXPECT_EQ(owner->tip(), inner_->tip());
  EXPECT_THAT(Records(), ElementsAre("a"));
}

TEST_F(OwnerTest, StandsDownWhenAnotherCounts) {
  const auto owner = MustTakeOver(&log_);
  log_.script = {Scripted::kOvertaken};
  EXPECT_TRUE(absl::IsAborted(owner->Append(WorkOf(*owner, "a"))));
  log_.sent.clear();
  EXPECT_TRUE(absl::IsAborted(owner->Append(WorkOf(*owner, "b"))));
  EXPECT_THAT(log_.sent, IsEmpty()) << "it sends nothing any more";
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_F(OwnerTest, WhatIsNotSettledMustBeSettledFirst) {
  const auto owner = MustTakeOver(&log_);
  log_.script.assign(5, Scripted::kLost);
  const std::string work = WorkOf(*owner, "a");
  EXPECT_TRUE(absl::IsUnavailable(owner->Append(work)));
  EXPECT_TRUE(absl::IsFailedPrecondition(owner->Append(WorkOf(*owner, "decided anew"))));
  EXPECT_TRUE(owner->Append(work).ok());
  EXPECT_THAT(Records(), ElementsAre("a"));
  EXPECT_TRUE(owner->Append(WorkOf(*owner, "b")).ok());
}

TEST_F(OwnerTest, WhatWasNeverSentMayBeDecidedAnew) {
  const auto owner = MustTakeOver(&log_);
  log_.script = {Scripted::kFull};
  EXPECT_TRUE(absl::IsResourceExhausted(owner->Append(WorkOf(*owner, "a"))));
  EXPECT_TRUE(owner->Append(WorkOf(*owner, "decided anew")).ok());
  EXPECT_THAT(Records(), ElementsAre("decided anew"));
}

TEST_F(OwnerTest, WhatMayBeOnItsWayIsNotForgottenWhenThereIsNoRoomToSendItAgain) {
  const auto owner = MustTakeOver(&log_);
  log_.script = {Scripted::kLandsLate, Scripted::kFull};
  const std::string work = WorkOf(*owner, "a");
  // The late copy lands when the second attempt comes, which itself sends nothing.
  EXPECT_TRUE(owner->Append(work).ok());
  log_.script = {Scripted::kLost, Scripted::kFull, Scripted::kFull, Scripted::kFull, Scripted::kFull};
  const std::string more = WorkOf(*owner, "b");
  EXPECT_TRUE(absl::IsUnavailable(owner->Append(more)));
  EXPECT_TRUE(absl::IsFailedPrecondition(owner->Append(WorkOf(*owner, "decided anew"))));
  EXPECT_TRUE(owner->Append(more).ok());
  EXPECT_THAT(Records(), ElementsAre("a", "b"));
}

TEST_F(OwnerTest, WhoseTipIsGoneSendsNothingAnyMore) {
  const auto owner = MustTakeOver(&log_);
  log_.script = {Scripted::kGone};
  EXPECT_TRUE(absl::IsDataLoss(owner->Append(WorkOf(*owner, "a"))));
  EXPECT_TRUE(absl::IsDataLoss(owner->Append(WorkOf(*owner, "a")))) << "also when it could be sent again";
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_F(OwnerTest, GivesWayToATakeOverThatCameTooLate) {
  const auto owner = MustTakeOver(&log_);
  EXPECT_EQ(owner->courtesy(), absl::ZeroDuration());
  log_.script = {Scripted::kRivalLate};
  EXPECT_TRUE(owner->Append(WorkOf(*owner, "a")).ok());
  EXPECT_EQ(owner->courtesy(), absl::Milliseconds(200));
  EXPECT_TRUE(owner->Append(WorkOf(*owner, "b")).ok());
  EXPECT_EQ(owner->courtesy(), absl::ZeroDuration());
}

TEST_F(OwnerTest, ConfirmsThatNobodyElseOwns) {
  const auto owner = MustTakeOver(&log_);
  EXPECT_TRUE(owner->Confirm(0).ok());
  EXPECT_EQ(owner->tip().number, 2);
  MustTakeOver(inner_.get());
  EXPECT_TRUE(absl::IsAborted(owner->Confirm(0)));
  EXPECT_THAT(Records(), IsEmpty());
}

TEST_F(OwnerTest, ATakeOverDrawsANewTokenForEachAttempt) {
  log_.script = {Scripted::kLost, Scripted::kLandsLate};
  const auto owner = MustTakeOver(&log_);
  ASSERT_EQ(log_.sent.size(), 4) << "lost, late, refused as the late one stands in its place, done";
  Batch batch;
  std::vector<OwnerToken> tokens;
  for (const std::string& sent : log_.sent) {
    ASSERT_FALSE(DecodeBatch(sent, &batch).has_value());
    for (const OwnerToken& other : tokens) EXPECT_NE(batch.owner, other);
    tokens.push_back(batch.owner);
  }
  EXPECT_EQ(owner->tip().owner, tokens.back());
  EXPECT_EQ(owner->tip().epoch, 2) << "the late one took epoch 1";
  EXPECT_EQ(owner->tip(), inner_->tip());
}

TEST_F(OwnerTest, ATakeOverWhoseAnswerGotLostIsReadBack) {
  log_.script = {Scripted::kUnheard};
  const auto owner = MustTakeOver(&log_);
  EXPECT_EQ(log_.sent.size(), 1);
  EXPECT_EQ(owner->tip(), inner_->tip());
}

TEST_F(OwnerTest, ATakeOverThatIsNeverAnsweredGivesUp) {
  log_.script.assign(100, Scripted::kLost);
  EXPECT_FALSE(Owner::TakeOver(&log_, {}, 0, 0, "test", FoldNothing).ok());
}

TEST_F(OwnerTest, ABatchThatIsNoneIsRefusedAndForgotten) {
  const auto owner = MustTakeOver(&log_);
  EXPECT_TRUE(absl::IsInvalidArgument(owner->Append("garbage")));
  EXPECT_TRUE(owner->Append(WorkOf(*owner, "a")).ok());
}

TEST(EventLog, LossIsSaidOfTheJournalOnly) {
  EXPECT_EQ(NotTheJournal(absl::DataLossError("the cache")), absl::UnavailableError("the cache"));
  for (const absl::Status& other : {absl::OkStatus(), absl::AbortedError("a"), absl::ResourceExhaustedError("full")})
    EXPECT_EQ(NotTheJournal(other), other);
}

}  // namespace
}  // namespace overdracht::log
