// A region with one partition comes to three, and from there to two, without Kafka: what an auditor makes of it stays the same.
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>

#include <fstream>

#include "services/audit/replay.h"
#include "services/base/uuid.h"
#include "services/move/contents.h"
#include "services/move/destinations.h"
#include "services/move/new_partition.h"
#include "services/move/old_partition.h"
#include "services/workflow/moved.h"
#include "tests/unit/audit/some_journal.h"

namespace overdracht::move {
namespace {

using audit::SomeJournal;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Nobody is told.
class NoOutboxes : public workflow::Outboxes {
 public:
  absl::StatusOr<std::vector<workflow::Told>> Newest() override { return std::vector<workflow::Told>(); }
  void Tell(uint64_t, const base::Hash&, const std::vector<journal::v1::Record*>&) override {}
  absl::Status Settle() override { return absl::OkStatus(); }
};

std::string TrajectNumber(int n) { return absl::StrCat("00000000-0000-4000-8000-", 100000000000 + n); }

// Trajecten that begin and are offered, refused starts, and terms that run out.
std::string SomeRegion(SomeJournal* journal) {
  int id = 0;
  for (int day = 10; day < 20; ++day) {
    const std::string time = absl::StrCat("2017-03-", day, "T09:00:00Z"), traject = TrajectNumber(day);
    journal->Publish(audit::Start(++id, traject, time));
    journal->Publish(audit::Start(++id, traject, time));
    journal->Publish(audit::Offer(++id, traject, time));
    journal->Publish(audit::Offer(++id, TrajectNumber(day + 100), time));
    if (day > 10) journal->Publish(audit::Accept(++id, TrajectNumber(day - 1), time));
  }
  journal->AdvanceTo("2017-05-01T00:00:00Z");
  return journal->Export();
}

class WholeMove : public ::testing::Test {
 protected:
  // The export of the new region.
  std::string Move(const std::string& path, uint32_t partitions, bool complete = true) {
    const auto verified = audit::Verify(path);
    EXPECT_TRUE(verified.ok() && !verified->divergence);
    old_ = Contents();
    std::vector<NextRecord> old;
    for (const audit::BatchTip& tip : verified->tips) {
      old.push_back([this, partition = std::shared_ptr<OldPartition>(*OldPartition::Open(path, *verified, tip.partition))] {
        absl::StatusOr<std::optional<Unnumbered>> next = partition->Next();
        if (next.ok() && *next) old_.Add(*(*next)->record, (*next)->rest);
        return next;
      });
    }
    Order order(std::move(old));
    logs_.clear();
    std::vector<std::unique_ptr<NewPartition>> fresh;
    std::vector<log::EventLog*> journals;
    ++moves_;
    for (uint32_t partition = 0; partition < partitions; ++partition) {
      logs_.push_back(log::MustOpen(folder_.File(absl::StrCat("journal-", moves_, "-", partition))));
      journals.push_back(logs_.back().get());
      fresh.push_back(*NewPartition::TakeOver({.journal = journals.back(),
                                               .outboxes = &outboxes_,
                                               .program = "test",
                                               .machine_clock = [] { return int64_t{0}; },
                                               .most_bytes_per_batch = 300'000}));
    }
    std::vector<journal::v1::MovedFrom> from(1);
    from[0].set_batch(verified->tips[0].batch);
    from[0].set_hash(std::string(base::Hasher::View(verified->tips[0].hash)));
    Destinations destinations(partitions, from);
    const auto write = [&](uint32_t partition, Unnumbered what) { return fresh[partition]->Add(std::move(what)); };
    EXPECT_TRUE(destinations.Begin(write).ok());
    for (;;) {
      auto next = order.Next();
      EXPECT_TRUE(next.ok()) << next.status();
      if (!next.ok() || !*next) break;
      EXPECT_TRUE(destinations.Take(**std::move(next), write).ok());
    }
    if (complete) {
      EXPECT_TRUE(destinations.Complete(write).ok());
    }
    for (const auto& partition : fresh) EXPECT_TRUE(partition->Finish().ok());
    std::string moved = folder_.File(absl::StrCat("export-", moves_));
    EXPECT_TRUE(audit::Export(journals, moved).ok());
    return moved;
  }

  static std::map<std::string, std::string> StatesOf(const std::string& path) {
    const auto replayed = audit::Replay(path, {.traject = {}, .until = {}, .compare = true});
    EXPECT_TRUE(replayed.ok()) << replayed.status();
    EXPECT_FALSE((*replayed)->difference()) << (*replayed)->difference()->position << " " << (*replayed)->difference()->why;
    std::map<std::string, std::string> states;
    for (const engine::TrajectState* state : (*replayed)->Trajecten())
      states[base::FormatUuid(state->traject.id())] = engine::StateHash(state->traject);
    return states;
  }

  static Contents ContentsOf(const std::string& path) {
    Contents contents;
    const auto verified = audit::Verify(path);
    for (const audit::BatchTip& tip : verified->tips) {
      const auto partition = *OldPartition::Open(path, *verified, tip.partition);
      for (auto next = partition->Next(); next.ok() && *next; next = partition->Next()) contents.Add(*(*next)->record, (*next)->rest);
    }
    return contents;
  }

  // Of a service that has followed the partition.
  absl::Status HoldToMoved(uint32_t partition) {
    const auto folded = workflow::Partition::Open(folder_.File(absl::StrCat("cache-", moves_, "-", partition)), logs_[partition].get(), {});
    EXPECT_TRUE(folded.ok()) << folded.status();
    return workflow::HoldToMoved(folded->get(), logs_[partition].get());
  }

  log::TemporaryFolder folder_;
  SomeJournal journal_;
  NoOutboxes outboxes_;
  std::vector<std::unique_ptr<log::EmbeddedLog>> logs_;
  Contents old_;
  int moves_ = 0;
};

TEST_F(WholeMove, LeavesEachTrajectAsItWas) {
  const std::string old = SomeRegion(&journal_);
  const auto states = StatesOf(old);
  ASSERT_THAT(states, SizeIs(10));
  const std::string moved = Move(old, 3);
  EXPECT_EQ(old_.DifferenceTo(ContentsOf(moved)), std::nullopt);
  EXPECT_EQ(StatesOf(moved), states);
  const auto verified = audit::Verify(moved), verified_old = audit::Verify(old);
  ASSERT_TRUE(verified.ok() && !verified->divergence) << verified->divergence->why;
  ASSERT_THAT(verified->moved_from, SizeIs(1));
  EXPECT_EQ(verified->moved_from[0].batch, verified_old->tips[0].batch);
  EXPECT_EQ(verified->moved_from[0].hash, verified_old->tips[0].hash);
  for (const audit::BatchTip& tip : verified->tips) EXPECT_GT(tip.record, 6) << "in partition " << tip.partition;

  const std::string again = Move(moved, 2);
  EXPECT_EQ(old_.DifferenceTo(ContentsOf(again)), std::nullopt);
  EXPECT_EQ(StatesOf(again), states);
}

TEST_F(WholeMove, IsOwnedOnlyWhenItIsWhole) {
  const std::string old = SomeRegion(&journal_);
  Move(old, 2, /*complete=*/false);
  for (uint32_t partition = 0; partition < 2; ++partition) {
    EXPECT_TRUE(absl::IsFailedPrecondition(HoldToMoved(partition)));
    EXPECT_THAT(std::string(HoldToMoved(partition).message()), HasSubstr("broken off"));
  }
  Move(old, 2);
  for (uint32_t partition = 0; partition < 2; ++partition) EXPECT_TRUE(HoldToMoved(partition).ok()) << HoldToMoved(partition);
  // Whoever owned it has decided on.
  const auto owner = log::MustTakeOver(logs_[0].get());
  journal::v1::Record record;
  record.set_number(owner->tip().last_record + 1);
  record.mutable_clock();
  ASSERT_TRUE(owner->Append(log::WorkOf(*owner, record.SerializeAsString())).ok());
  EXPECT_TRUE(HoldToMoved(0).ok()) << HoldToMoved(0);
}

TEST_F(WholeMove, ReadsOnlyWhatWasVerified) {
  const std::string old = SomeRegion(&journal_);
  const auto verified = audit::Verify(old);
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(old));
  std::fstream(old, std::ios::in | std::ios::out | std::ios::binary).seekp(size / 2).put('\x7f');
  const auto partition = *OldPartition::Open(old, *verified, 0);
  absl::StatusOr<std::optional<Unnumbered>> next;
  do {
    next = partition->Next();
  } while (next.ok() && *next);
  EXPECT_TRUE(absl::IsDataLoss(next.status()));
}

}  // namespace
}  // namespace overdracht::move
