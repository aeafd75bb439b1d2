// What a loop counts, and how it goes on where the one before it ended.
#include "services/workflow/outboxes.h"
#include "tests/unit/workflow/service.h"

namespace overdracht::workflow {
namespace {

TEST(Figures, GoOnWithTheNextLoopOfThePartition) {
  Folder folder;
  Figures figures;
  for (uint64_t loop = 1; loop <= 2; ++loop) {
    Service service(folder);
    service.options().figures = &figures;
    service.Start();
    EXPECT_EQ(service.Outcome(Started(static_cast<int>(loop), "2017-01-02T09:00:00Z")), "accepted");
    EXPECT_EQ(service.loop().counts().accepted, loop);
    service.Stop();
    EXPECT_EQ(figures.Read().accepted, loop);
    EXPECT_EQ(figures.Read().batches, loop + 1);  // the first deployed the workflow
  }
}

TEST(Figures, EachBatchIsACommit) {
  Folder folder;
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.Outcome(Started(1, "2017-01-02T09:00:00Z")), "accepted");
  EXPECT_EQ(service.Outcome(Started(1, "2017-01-02T09:00:00Z")), "again accepted");  // leaves nothing
  const LoopCounts counts = service.loop().counts();
  EXPECT_EQ(counts.batches, 2);
  EXPECT_EQ(counts.commit_s.count(), 2);
  EXPECT_GT(counts.commit_s.sum(), 0);
  EXPECT_LT(counts.commit_s.sum(), 60);  // seconds
  service.Stop();
}

TEST(Figures, CountTheNoticesThatATermRanOutByWhatItWasFor) {
  Folder folder;
  Service service(folder);
  service.Start();
  EXPECT_EQ(service.Outcome(Started(1, "2017-01-02T09:00:00Z")), "accepted");
  EXPECT_TRUE(service.loop().counts().overdue.empty());
  ASSERT_TRUE(service.Advance(*base::ParseTime("2018-01-02T09:00:00Z")).ok());
  const LoopCounts counts = service.loop().counts();
  service.Stop();
  std::map<notice::v1::TermKind, uint64_t> told;
  uint64_t notices = 0;
  for (const journal::v1::Record& record : service.Records()) {
    notices += static_cast<uint64_t>(record.notices_size());
    for (const auto& notice : record.notices()) {
      if (notice.has_term_expired()) ++told[notice.term_expired().of()];
    }
  }
  EXPECT_GT(told[notice::v1::TERM_KIND_TASK], 0);
  EXPECT_EQ(counts.overdue, told);
  EXPECT_EQ(counts.notices, notices);
}

class Nowhere : public Outboxes {
 public:
  absl::StatusOr<std::vector<Told>> Newest() override { return std::vector<Told>(); }
  void Tell(uint64_t, const base::Hash&, const std::vector<journal::v1::Record*>&) override {}
  absl::Status Settle() override { return absl::OkStatus(); }
};

TEST(Figures, KnowHowFarTheInputIsDecidedBeforeTheJournalDoes) {
  Folder folder;
  Nowhere nowhere;
  const auto expect_from = [&](uint64_t from) {
    Service service(folder);
    service.options().outboxes = &nowhere;
    service.options().note_input_after = absl::InfiniteDuration();
    service.Open();
    EXPECT_EQ(service.loop().input_to(), from);
    EXPECT_EQ(service.loop().counts().input_to, from);
    region::Report report = service.Read(Started(1, "2017-01-02T09:00:00Z"));
    report.done = [](const absl::StatusOr<Answer>&) {};
    ASSERT_TRUE(service.loop().Submit(Placed{.report = std::move(report), .to = from + 7}, 100).ok());
    service.Run();
    service.loop().Drain();
    EXPECT_EQ(service.loop().counts().input_to, from + 7);
  };
  expect_from(0);
  expect_from(7);  // a duplicate, of which nothing stands in the journal
  expect_from(7);
}

}  // namespace
}  // namespace overdracht::workflow
