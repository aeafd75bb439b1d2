// A journal that cannot be read for a while has lost nothing: only one that was read to its end, and is too short, has.
#include <absl/time/clock.h>

#include "services/workflow/outboxes.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

// A journal behind a broker that may not answer, or whose leader has yet to catch up.
class Faltering : public log::EventLog {
 public:
  explicit Faltering(log::EventLog* journal) : journal_(journal) {}

  absl::StatusOr<log::Tip> Append(const log::Tip& tip, absl::string_view batch) override { return journal_->Append(tip, batch); }
  absl::Status Read(const log::Tip& tip, Visit visit) override {
    ++reads;
    if (!answers) return absl::UnavailableError("no broker answers");
    bool hidden = false;
    const absl::Status read = journal_->Read(tip, [&](const log::Tip& at, const log::Batch& batch) {
      hidden = at.number > shown;
      if (hidden) return absl::CancelledError();
      if (reading) reading();
      return visit(at, batch);
    });
    if (reading) reading();
    return hidden ? absl::OkStatus() : read;
  }
  bool Wait(const log::Tip&, absl::Duration) override {
    if (waited) waited();
    return false;
  }

  bool answers = true;
  int reads = 0;
  uint64_t shown = 1'000;  // batches
  std::function<void()> waited;
  std::function<void()> reading;  // before each batch and at the end, where a broker may let a reader wait

 private:
  log::EventLog* const journal_;
};

class FalteringJournal : public ::testing::Test {
 protected:
  FalteringJournal() {
    {
      Service service(folder_);
      service.Start();
      for (int i = 1; i <= 3; ++i) EXPECT_EQ(service.Outcome(Started(i, "2017-01-02T09:00:00Z")), "accepted");
      service.Stop();
    }
    auto opened = log::EmbeddedLog::Open(folder_ / "journal.db");
    EXPECT_TRUE(opened.ok()) << opened.status();
    embedded_ = *std::move(opened);
    journal_ = std::make_unique<Faltering>(embedded_.get());
    const absl::Status read = embedded_->Read({}, [this](const log::Tip& at, const log::Batch&) {
      before_ = std::exchange(newest_, at);
      return absl::OkStatus();
    });
    EXPECT_TRUE(read.ok() && before_.last_record < newest_.last_record) << read;
  }

  // What is known of it so far as it shows itself: nobody has a cache of it.
  std::unique_ptr<Partition> OpenPartition() {
    auto opened = Partition::Open(folder_ / "another-cache.db", journal_.get(), {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }
  absl::Status Hold(absl::Duration patience) {
    const std::unique_ptr<Partition> partition = OpenPartition();
    const Told told{.topic = "outbox", .offset = 7, .record = newest_.last_record, .batch = newest_.number, .batch_hash = newest_.hash};
    return HoldToTold({told}, patience, partition.get(), journal_.get());
  }

  Folder folder_;
  std::unique_ptr<log::EmbeddedLog> embedded_;
  std::unique_ptr<Faltering> journal_;
  log::Tip before_, newest_;
};

TEST_F(FalteringJournal, ThatNobodyAnswersForHasLostNothing) {
  journal_->shown = before_.number;
  journal_->waited = [this] { journal_->answers = false; };
  for (const absl::Duration patience : {absl::ZeroDuration(), absl::Seconds(60)}) {
    journal_->answers = true;
    EXPECT_TRUE(absl::IsUnavailable(Hold(patience))) << patience;
  }
}

TEST_F(FalteringJournal, IsGivenTheTimeToCatchUp) {
  journal_->shown = before_.number;
  int waits = 0;
  journal_->waited = [&] {
    if (++waits == 3) journal_->shown = newest_.number;
  };
  const absl::Status held = Hold(absl::Seconds(60));
  EXPECT_TRUE(held.ok()) << held;
}

TEST_F(FalteringJournal, ThatCanBeReadAndIsTooShortHasLostTheRest) {
  journal_->shown = before_.number;
  EXPECT_TRUE(absl::IsDataLoss(Hold(absl::ZeroDuration())));
  EXPECT_TRUE(absl::IsDataLoss(Hold(absl::Milliseconds(20))));
}

TEST_F(FalteringJournal, ThatShowsLessThanWasReadIsAskedAgain) {
  const std::unique_ptr<Partition> partition = OpenPartition();
  const auto ignore = [](const log::Tip&, const log::Batch&) { return absl::OkStatus(); };
  EXPECT_TRUE(partition->ReadBatchOf(newest_.last_record, journal_.get(), ignore).ok());
  journal_->shown = before_.number;
  EXPECT_TRUE(absl::IsUnavailable(partition->ReadBatchOf(newest_.last_record, journal_.get(), ignore)));
}

// However many outboxes there are.
TEST_F(FalteringJournal, IsReadOnceForAllThatIsTold) {
  const std::unique_ptr<Partition> partition = OpenPartition();
  std::vector<Told> told;
  const absl::Status read = embedded_->Read({}, [&told](const log::Tip& at, const log::Batch& batch) {
    for (const log::StoredRecord& record : batch.records)
      told.push_back({.record = record.number, .batch = at.number, .batch_hash = at.hash});
    return absl::OkStatus();
  });
  ASSERT_TRUE(read.ok() && told.size() > 3) << read;
  journal_->reads = 0;
  EXPECT_TRUE(HoldToTold(told, absl::ZeroDuration(), partition.get(), journal_.get()).ok());
  EXPECT_EQ(journal_->reads, 1);
}

// Who follows it lets others look at what it has, whatever the broker does.
TEST_F(FalteringJournal, HoldsUpNobodyElse) {
  journal_->shown = 0;
  const std::unique_ptr<Partition> partition = OpenPartition();
  journal_->shown = newest_.number;
  absl::Mutex others;
  int moments = 0;
  journal_->reading = [&] {
    ++moments;
    ASSERT_TRUE(others.TryLock());
    others.Unlock();
  };
  EXPECT_TRUE(partition->CatchUp(journal_.get(), &others).ok());
  EXPECT_EQ(partition->tip(), newest_);
  EXPECT_GT(moments, 3);
}

}  // namespace
}  // namespace overdracht::workflow
