// A new partition while it is written.
#include "services/move/new_partition.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>

#include "tests/unit/log/some_log.h"

namespace overdracht::move {
namespace {

using journal::v1::Record;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::SizeIs;

const std::string kTraject(16, '1'), kAnother(16, '2');

// What an owner says to its outboxes and its journal, in order.
class Outboxes : public workflow::Outboxes {
 public:
  explicit Outboxes(log::EventLog* journal) : journal_(journal) {}

  absl::StatusOr<std::vector<workflow::Told>> Newest() override { return std::vector<workflow::Told>(); }
  void Tell(uint64_t batch, const base::Hash&, const std::vector<Record*>& records) override {
    said.push_back(absl::StrCat("told ", records.size(), " of batch ", batch));
    unsettled_ = true;
    for (const Record* record : records) numbers.push_back(record->number());
  }
  absl::Status Settle() override {
    if (unsettled_) said.push_back(absl::StrCat("settled at batch ", Last()));
    unsettled_ = false;
    return settles;
  }
  uint64_t Last() const {
    uint64_t last = 0;
    EXPECT_TRUE(journal_
                    ->Read({},
                           [&](const log::Tip& at, const log::Batch&) {
                             last = at.number;
                             return absl::OkStatus();
                           })
                    .ok());
    return last;
  }

  std::vector<std::string> said;
  std::vector<uint64_t> numbers;
  absl::Status settles;

 private:
  log::EventLog* const journal_;
  bool unsettled_ = false;
};

Unnumbered Of(const std::string& traject, const std::string& reference) {
  Record record;
  record.set_traject(traject);
  record.mutable_term()->set_reference(reference);
  return WithoutNumber(std::move(record));
}

class NewPartitionTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<NewPartition>> TakeOver() {
    return NewPartition::TakeOver({.journal = log_.get(),
                                   .outboxes = &outboxes_,
                                   .program = "test",
                                   .machine_clock = [] { return int64_t{7}; },
                                   .most_bytes_per_batch = 1000});
  }

  log::TemporaryFolder folder_;
  const std::unique_ptr<log::EmbeddedLog> log_ = log::MustOpen(folder_.File("journal"));
  Outboxes outboxes_{log_.get()};
};

TEST_F(NewPartitionTest, NumbersAndChainsTheRecords) {
  const auto partition = TakeOver();
  ASSERT_TRUE(partition.ok()) << partition.status();
  for (const std::string& traject : {kTraject, kAnother, std::string(), kTraject, std::string(), kTraject, kAnother}) {
    ASSERT_TRUE((*partition)->Add(Of(traject, std::string(100, 'r'))).ok());
  }
  ASSERT_TRUE((*partition)->Finish().ok());
  std::map<std::string, base::Hash> heads;
  uint64_t last = 0, batches = 0;
  EXPECT_TRUE(log_->Read({},
                         [&](const log::Tip&, const log::Batch& batch) {
                           ++batches;
                           EXPECT_LE(batch.stored.size(), 1000);
                           EXPECT_EQ(batch.input_to, 0);
                           for (const log::StoredRecord& stored : batch.records) {
                             Record record;
                             EXPECT_TRUE(record.ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size())));
                             EXPECT_EQ(record.number(), ++last);
                             EXPECT_EQ(stored.number, last);
                             EXPECT_EQ(stored.traject, record.traject());
                             if (stored.traject.empty()) continue;
                             EXPECT_EQ(stored.previous, heads[record.traject()]);
                             heads[record.traject()] = stored.link;
                           }
                           return absl::OkStatus();
                         })
                  .ok());
  EXPECT_EQ(last, 7);
  EXPECT_THAT(batches, Gt(2));
  EXPECT_THAT(outboxes_.numbers, ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST_F(NewPartitionTest, AppendsNothingBeforeAllOfTheBatchBeforeItIsTold) {
  const auto partition = TakeOver();
  ASSERT_TRUE(partition.ok()) << partition.status();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*partition)->Add(Of(kTraject, std::string(600, 'r'))).ok());
  ASSERT_TRUE((*partition)->Finish().ok());
  EXPECT_THAT(outboxes_.said, ElementsAre("told 1 of batch 2", "settled at batch 2", "told 1 of batch 3", "settled at batch 3",
                                          "told 1 of batch 4", "settled at batch 4"));
}

TEST_F(NewPartitionTest, EndsWhenSomethingCannotBeTold) {
  const auto partition = TakeOver();
  ASSERT_TRUE(partition.ok()) << partition.status();
  ASSERT_TRUE((*partition)->Add(Of(kTraject, "r")).ok());
  outboxes_.settles = absl::UnavailableError("no broker");
  EXPECT_TRUE(absl::IsUnavailable((*partition)->Finish()));
  EXPECT_EQ(outboxes_.Last(), 1);
}

TEST_F(NewPartitionTest, IsNoneThatSomebodyHasBegun) {
  log::MustTakeOver(log_.get());
  EXPECT_TRUE(absl::IsFailedPrecondition(TakeOver().status()));
}

}  // namespace
}  // namespace overdracht::move
