// A mirror of an outbox topic: items once each, whatever the topic holds twice, and pages as a region gives them.
#include "services/remote/kafka/mirror.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "services/event/write.h"

namespace overdracht::remote {
namespace {

using api::v1::OutboxItem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kTopic[] = "almelo.outbox.00000099000000102000";

OutboxItem Notice(uint32_t partition, uint64_t record, int n = 0) {
  OutboxItem item;
  item.set_id(event::ItemId(partition, record, n));
  item.set_sequence(event::FormatSequence(event::SequenceOf(record, n)));
  item.set_traject("7e57ab1e-0000-4000-8000-000000000001");
  item.mutable_time()->set_seconds(1483347600);
  item.mutable_notice()->mutable_appointment_missed()->set_appointment("a-1");
  return item;
}

OutboxItem Answer(uint32_t partition, uint64_t record, const std::string& id) {
  OutboxItem item = Notice(partition, record, event::kAnswer);
  item.mutable_answer()->set_source("urn:nld:oin:00000099000000102000:systeem:test");
  item.mutable_answer()->set_id(id);
  item.mutable_answer()->set_subject(item.traject());
  return item;
}

class MirrorTest : public ::testing::Test {
 protected:
  MirrorTest() {
    std::string name = ::testing::TempDir() + "overdracht.XXXXXX";
    folder_ = mkdtemp(name.data());
    Open();
  }
  ~MirrorTest() override {
    mirror_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::string Path() const { return folder_ + "/outbox.db"; }

  void Open() {
    mirror_.reset();
    auto mirror = Mirror::Open(Path(), kTopic);
    ASSERT_TRUE(mirror.ok()) << mirror.status();
    mirror_ = *std::move(mirror);
  }
  // As a service that is killed: what was not committed is gone.
  void Crash() {
    std::filesystem::copy(folder_, folder_ + ".copy", std::filesystem::copy_options::recursive);
    mirror_.reset();
    std::filesystem::remove_all(folder_);
    std::filesystem::rename(folder_ + ".copy", folder_);
    Open();
  }
  // What stands in the topic from an offset on.
  absl::Status Add(uint64_t offset, const std::vector<std::optional<OutboxItem>>& items) {
    std::vector<OutboxRecord> records;
    for (const auto& item : items) records.push_back({.offset = offset++, .item = item});
    return mirror_->Add(records);
  }
  std::vector<std::string> Ids(uint64_t after = 0, bool answers = true) {
    const auto page = mirror_->Read({.organisation = "", .after = after, .answers = answers});
    EXPECT_TRUE(page.ok()) << page.status();
    std::vector<std::string> ids;
    if (page.ok()) {
      for (const OutboxItem& item : page->items) ids.push_back(absl::StrCat(item.id(), "@", std::stoull(item.cursor())));
    }
    return ids;
  }

  std::string folder_;
  std::unique_ptr<Mirror> mirror_;
};

TEST_F(MirrorTest, ItemsStandThereOnceInTheOrderOfTheirOffsets) {
  ASSERT_TRUE(Add(0, {Notice(1, 5), Notice(0, 3, 0), Notice(0, 3, 1), Notice(0, 3, 0), std::nullopt, Notice(1, 5), Notice(1, 6)}).ok());
  EXPECT_THAT(Ids(), ElementsAre("1:5/0@1", "0:3/0@2", "0:3/1@3", "1:6/0@7"));
  EXPECT_EQ(mirror_->end(), 7u);
  const auto page = mirror_->Read({.organisation = "", .after = 2});
  ASSERT_TRUE(page.ok());
  OutboxItem expected = Notice(0, 3, 1);
  expected.set_cursor("00000000000000000003");
  EXPECT_EQ(page->items[0].SerializeAsString(), expected.SerializeAsString()) << "as it was, with its cursor";
}

TEST_F(MirrorTest, WhatWasReadBeforeIsPassedOver) {
  ASSERT_TRUE(Add(0, {Notice(0, 1), Notice(0, 2)}).ok());
  ASSERT_TRUE(mirror_->Commit().ok());
  ASSERT_TRUE(Add(0, {Notice(0, 1), Notice(0, 2), Notice(0, 3)}).ok());
  EXPECT_THAT(Ids(), ElementsAre("0:1/0@1", "0:2/0@2", "0:3/0@3"));
}

TEST_F(MirrorTest, GoesOnWhereItWasCommitted) {
  ASSERT_TRUE(Add(0, {Notice(0, 1), Notice(0, 1), std::nullopt}).ok());
  ASSERT_TRUE(mirror_->Commit().ok());
  ASSERT_TRUE(Add(3, {Notice(0, 2)}).ok());
  EXPECT_THAT(Ids(), ElementsAre("0:1/0@1", "0:2/0@4")) << "seen before it is committed";
  Crash();
  EXPECT_THAT(Ids(), ElementsAre("0:1/0@1"));
  EXPECT_EQ(mirror_->end(), 3u);
  EXPECT_EQ(mirror_->from(), 0u) << "its last item, which is to be there still";
  ASSERT_TRUE(Add(mirror_->from(), {Notice(0, 1), Notice(0, 1), std::nullopt, Notice(0, 2), Notice(0, 3)}).ok());
  EXPECT_THAT(Ids(), ElementsAre("0:1/0@1", "0:2/0@4", "0:3/0@5"));
}

TEST_F(MirrorTest, DeletedItIsTheSameAgain) {
  const std::vector<std::optional<OutboxItem>> topic = {Notice(0, 1), Answer(0, 1, "e-1"), Notice(0, 1), std::nullopt, Notice(2, 1)};
  ASSERT_TRUE(Add(0, topic).ok());
  ASSERT_TRUE(mirror_->Commit().ok());
  const auto before = Ids();
  mirror_.reset();
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directory(folder_);
  Open();
  EXPECT_THAT(Ids(), IsEmpty());
  EXPECT_EQ(mirror_->from(), 0u);
  ASSERT_TRUE(Add(0, topic).ok());
  EXPECT_EQ(Ids(), before);
}

TEST_F(MirrorTest, AFileThatIsNoneIsThrownAway) {
  ASSERT_TRUE(Add(0, {Notice(0, 1)}).ok());
  ASSERT_TRUE(mirror_->Commit().ok());
  mirror_.reset();
  std::ofstream(Path()) << "no database at all, but long enough to be looked at as one, whatever stands in its first page of bytes";
  Open();
  EXPECT_THAT(Ids(), IsEmpty());
}

TEST_F(MirrorTest, AnotherTopicIsRefused) {
  ASSERT_TRUE(Add(0, {Notice(0, 1), Notice(0, 2), Notice(0, 3)}).ok());
  ASSERT_TRUE(mirror_->Commit().ok());
  EXPECT_TRUE(mirror_->Fits(3).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(mirror_->Fits(2))) << "it ends before what was read";
  EXPECT_EQ(mirror_->from(), 2u);
  const absl::Status anew = Add(2, {Notice(0, 4), Notice(0, 5)});
  EXPECT_TRUE(absl::IsFailedPrecondition(anew)) << anew;
  EXPECT_THAT(std::string(anew.message()), HasSubstr("something else stands at offset 2"));
  EXPECT_TRUE(absl::IsFailedPrecondition(Add(2, {std::nullopt})));
  OutboxItem later = Notice(0, 3);
  later.mutable_time()->set_seconds(1483347601);
  EXPECT_TRUE(absl::IsFailedPrecondition(Add(2, {later}))) << "the region was made anew, and says the same of another day";
  EXPECT_THAT(Ids(), ElementsAre("0:1/0@1", "0:2/0@2", "0:3/0@3"));
  EXPECT_TRUE(Add(2, {Notice(0, 3), Notice(0, 4)}).ok());

  mirror_.reset();
  const auto other = Mirror::Open(Path(), "enschede.outbox.00000099000000102000");
  EXPECT_TRUE(absl::IsFailedPrecondition(other.status())) << other.status();
  EXPECT_THAT(std::string(other.status().message()), HasSubstr("then delete"));
}

TEST_F(MirrorTest, AfterAnErrorItIsWhereItWas) {
  ASSERT_TRUE(Add(0, {Notice(0, 1)}).ok());
  ASSERT_TRUE(mirror_->Commit().ok());
  OutboxItem nameless = Notice(0, 3);
  nameless.clear_sequence();
  EXPECT_TRUE(absl::IsInvalidArgument(Add(1, {Notice(0, 2), nameless})));
  EXPECT_THAT(Ids(), ElementsAre("0:1/0@1"));
  EXPECT_EQ(mirror_->end(), 1u);
  ASSERT_TRUE(Add(1, {Notice(0, 2)}).ok());
  ASSERT_TRUE(mirror_->Commit().ok());
  EXPECT_THAT(Ids(), ElementsAre("0:1/0@1", "0:2/0@2"));
}

TEST_F(MirrorTest, APageIsBounded) {
  std::vector<std::optional<OutboxItem>> items;
  for (uint64_t n = 1; n <= 3000; ++n) items.push_back(Notice(0, n));
  ASSERT_TRUE(Add(0, items).ok());
  for (const bool large : {false, true}) {
    uint64_t seen = 0, pages = 0;
    region::OutboxPage page;
    do {
      auto next = mirror_->Read({.organisation = "", .after = page.after, .answers = true, .large_pages = large});
      ASSERT_TRUE(next.ok()) << next.status();
      page = *std::move(next);
      for (const OutboxItem& item : page.items) EXPECT_EQ(item.cursor(), event::FormatSequence(++seen));
      EXPECT_EQ(page.after, seen);
      EXPECT_EQ(page.more, seen < 3000);
      EXPECT_EQ(page.end, 3000u);
      ++pages;
    } while (page.more);
    EXPECT_EQ(seen, 3000u);
    EXPECT_EQ(pages, large ? 3u : 47u);
  }
}

TEST_F(MirrorTest, APageOfLargeItemsEndsEarlier) {
  std::vector<std::optional<OutboxItem>> items;
  for (uint64_t n = 1; n <= 10; ++n) {
    items.push_back(Notice(0, n));
    items.back()->mutable_notice()->mutable_appointment_missed()->set_appointment(std::string(30 << 10, 'a'));
  }
  ASSERT_TRUE(Add(0, items).ok());
  const auto page = mirror_->Read({.organisation = "", .after = 0});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->items.size(), 3u);
  EXPECT_TRUE(page->more);
}

TEST_F(MirrorTest, AnswersAreReadOnRequest) {
  ASSERT_TRUE(Add(0, {Answer(0, 1, "e-1"), Notice(0, 2), Answer(0, 2, "e-2"), std::nullopt}).ok());
  EXPECT_THAT(Ids(0, false), ElementsAre("0:2/0@2"));
  EXPECT_THAT(Ids(0, true), ElementsAre("0:1/answer@1", "0:2/0@2", "0:2/answer@3"));
  const auto page = mirror_->Read({.organisation = "", .after = 0});
  ASSERT_TRUE(page.ok());
  EXPECT_FALSE(page->more);
  EXPECT_EQ(page->after, 4u) << "what was passed over need not be looked at again";
  EXPECT_THAT(Ids(page->after), IsEmpty());
}

TEST_F(MirrorTest, AnOutboxOfAnswersIsPassedOverInSteps) {
  std::vector<std::optional<OutboxItem>> items;
  for (uint64_t n = 1; n <= 5000; ++n) items.push_back(Answer(0, n, absl::StrCat("e-", n)));
  items.push_back(Notice(0, 5001));
  ASSERT_TRUE(Add(0, items).ok());
  const auto first = mirror_->Read({.organisation = "", .after = 0});
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(first->items, IsEmpty());
  EXPECT_TRUE(first->more);
  EXPECT_THAT(Ids(first->after, false), ElementsAre("0:5001/0@5001"));
}

TEST_F(MirrorTest, ACursorAheadIsOutOfRange) {
  ASSERT_TRUE(Add(0, {Notice(0, 1), std::nullopt}).ok());
  EXPECT_TRUE(mirror_->Read({.organisation = "", .after = 2}).ok());
  EXPECT_TRUE(absl::IsOutOfRange(mirror_->Read({.organisation = "", .after = 3}).status()));
}

TEST_F(MirrorTest, AnswersAreFoundByWhatTheyAnswer) {
  OutboxItem other = Answer(0, 3, "e-1");
  other.mutable_answer()->set_subject("7e57ab1e-0000-4000-8000-000000000002");
  ASSERT_TRUE(Add(0, {other, Answer(0, 4, "e-1"), Answer(0, 5, "e-2"), Notice(0, 6)}).ok());
  const OutboxItem asked = Answer(0, 4, "e-1");
  const auto found = mirror_->FindAnswer(asked.answer().source(), "e-1", asked.answer().subject());
  ASSERT_TRUE(found.ok() && *found) << found.status();
  EXPECT_EQ((*found)->id(), "0:4/answer");
  const auto none = mirror_->FindAnswer(asked.answer().source(), "e-3", asked.answer().subject());
  EXPECT_TRUE(none.ok() && !*none);
}

}  // namespace
}  // namespace overdracht::remote
