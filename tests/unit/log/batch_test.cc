#include "services/log/batch.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace overdracht::log {
namespace {

using ::testing::HasSubstr;

const std::string kTraject(16, 't');

BatchHeader SomeHeader() {
  BatchHeader header{.kind = BatchKind::kWork,
                     .number = 7,
                     .epoch = 3,
                     .input_from = 40,
                     .input_to = 42,
                     .first_record = 100,
                     .anchor = {6, base::Sha256("anchor")},
                     .written_us = -5,
                     .decided_by = "0.1.0"};
  header.owner.fill(9);
  header.previous = base::Sha256("previous");
  return header;
}

// Three records: two of a traject, one of none.
std::string SomeBatch() {
  BatchWriter writer(SomeHeader());
  const base::Hash head = writer.Add(kTraject, base::Sha256("head"), "first");
  writer.Add("", {}, "second");
  writer.Add(kTraject, head, "third");
  return writer.Finish();
}

TEST(Batch, ReadsWhatWasWritten) {
  const std::string stored = SomeBatch();
  Batch batch;
  ASSERT_FALSE(DecodeBatch(stored, &batch).has_value());
  EXPECT_EQ(batch.kind, BatchKind::kWork);
  EXPECT_EQ(batch.number, 7);
  EXPECT_EQ(batch.epoch, 3);
  EXPECT_EQ(batch.owner, SomeHeader().owner);
  EXPECT_EQ(batch.previous, base::Sha256("previous"));
  EXPECT_EQ(batch.input_from, 40);
  EXPECT_EQ(batch.input_to, 42);
  EXPECT_EQ(batch.first_record, 100);
  EXPECT_EQ(batch.anchor, SomeHeader().anchor);
  EXPECT_EQ(batch.written_us, -5);
  EXPECT_EQ(batch.decided_by, "0.1.0");
  EXPECT_EQ(batch.stored, stored);
  ASSERT_EQ(batch.records.size(), 3);
  EXPECT_EQ(batch.records[0].number, 100);
  EXPECT_EQ(batch.records[0].traject, kTraject);
  EXPECT_EQ(batch.records[0].previous, base::Sha256("head"));
  EXPECT_EQ(batch.records[1].number, 101);
  EXPECT_EQ(batch.records[1].traject, "");
  EXPECT_EQ(batch.records[1].previous, base::Hash{});
  EXPECT_EQ(batch.records[1].bytes, "second");
  EXPECT_EQ(batch.records[2].previous, batch.records[0].link);
}

// The bytes and hashes of format 1, for ever: docs/formats.md, 'A batch, byte by byte'.
TEST(Batch, HasTheBytesOfTheFormat) {
  BatchHeader header{
      .kind = BatchKind::kTakeOver, .number = 1, .epoch = 1, .first_record = 1, .anchor = {}, .written_us = 2, .decided_by = "v"};
  header.owner.fill(0xaa);
  BatchWriter writer(header);
  writer.Add("0123456789abcdef", {}, "xyz");
  const std::string stored = writer.Finish();
  const auto zeros = [](size_t bytes) { return std::string(2 * bytes, '0'); };
  EXPECT_EQ(base::Hex(stored),
            absl::StrCat("4f564201", "02", "0000000000000001", "0000000000000001", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", zeros(32), zeros(8),
                         zeros(8), "0000000000000001", zeros(8), zeros(32), "0000000000000002", "00000001", "01", "76", "10",
                         "30313233343536373839616263646566", zeros(32), "b5d4ad0574d584b7e28f439762600293cab41ae7281e47678839b7e651422bfd",
                         "00000003", "78797a", "f9393360cc9fc0f862c70708a21607776eb7618c6c7b7a50a03d13dd72e58cb9"));
}

TEST(Batch, HashesCoverWhatTheySay) {
  const base::Hash link = LinkHash(kTraject, base::Sha256("a"), "bytes");
  EXPECT_NE(link, LinkHash(std::string(16, 'u'), base::Sha256("a"), "bytes"));
  EXPECT_NE(link, LinkHash(kTraject, base::Sha256("b"), "bytes"));
  EXPECT_NE(link, LinkHash(kTraject, base::Sha256("a"), "bytez"));
}

TEST(Batch, ARecordOfNoTrajectFollowsNone) {
  BatchWriter writer(SomeHeader());
  EXPECT_EQ(writer.Add("", base::Sha256("ignored"), "x"), base::Hash{});
  const std::string stored = writer.Finish();
  Batch batch;
  ASSERT_FALSE(DecodeBatch(stored, &batch).has_value());
  EXPECT_EQ(batch.records[0].previous, base::Hash{});
}

TEST(Batch, AFlippedBitInAnyByteIsFound) {
  const std::string good = SomeBatch();
  Batch batch;
  for (size_t at = 0; at < good.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[at] ^= static_cast<char>(1 << bit);
      EXPECT_TRUE(DecodeBatch(bad, &batch).has_value()) << "byte " << at << ", bit " << bit;
    }
  }
}

TEST(Batch, AFlippedByteInARecordNamesThatRecord) {
  const std::string good = SomeBatch();
  Batch batch;
  for (const auto& [text, record] : std::vector<std::pair<std::string, size_t>>{{"first", 0}, {"second", 1}, {"third", 2}}) {
    std::string bad = good;
    bad[bad.find(text)] ^= 1;
    const auto error = DecodeBatch(bad, &batch);
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->record, record);
    EXPECT_LE(error->byte, bad.find(text.substr(1)));
    EXPECT_THAT(error->why, HasSubstr("hash"));
  }
}

TEST(Batch, EveryLengthButItsOwnIsRefused) {
  const std::string good = SomeBatch();
  Batch batch;
  for (size_t size = 0; size < good.size(); ++size)
    EXPECT_TRUE(DecodeBatch(absl::string_view(good).substr(0, size), &batch).has_value()) << size;
  EXPECT_TRUE(DecodeBatch(good + "x", &batch).has_value());
  EXPECT_TRUE(DecodeBatch(std::string(kMaxBatchBytes + 1, 'x'), &batch).has_value());
}

// Whatever the bytes: no crash, no read outside them (sanitizers see to that), no allocation beyond what they could hold.
TEST(Batch, HostileBytesAreRefused) {
  const uint32_t seed = 20261126;
  std::mt19937 random(seed);
  const std::string good = SomeBatch();
  for (int round = 0; round < 200'000; ++round) {
    std::string bytes = good.substr(0, random() % 4 == 0 ? random() % good.size() : good.size());
    for (uint32_t changes = 1 + random() % 8; changes > 0 && !bytes.empty(); --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (bytes == good) continue;
    // In a buffer of exactly this size, so that one byte too far is seen.
    const std::unique_ptr<char[]> exact(new char[bytes.size()]);
    std::copy(bytes.begin(), bytes.end(), exact.get());
    Batch batch;
    EXPECT_TRUE(DecodeBatch({exact.get(), bytes.size()}, &batch).has_value()) << "seed " << seed << ", round " << round;
    EXPECT_LE(batch.records.size(), bytes.size() / 69);
  }
}

TEST(Batch, KnowsItsSizeAndNumbersWhileItIsWritten) {
  BatchWriter writer(SomeHeader());
  EXPECT_TRUE(writer.empty());
  EXPECT_EQ(writer.next_number(), 100);
  writer.Add(kTraject, {}, "x");
  EXPECT_FALSE(writer.empty());
  EXPECT_EQ(writer.next_number(), 101);
  const size_t size = writer.size();
  EXPECT_EQ(writer.Finish().size(), size);
}

}  // namespace
}  // namespace overdracht::log
