// An item comes out of its record as it went in, with what marks it on its way; a workflow does too.
#include "services/topics/item_record.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>

#include "services/chart/read.h"
#include "services/topics/workflow_record.h"

namespace overdracht::topics {
namespace {

using api::v1::OutboxItem;
using ::testing::HasSubstr;

OutboxItem Item(const std::string& body) {
  OutboxItem item;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
    sequence: "00000000001289000001" id: "0:1289/1" traject: "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a" gemeente: "00000099000000103000"
    time { seconds: 1483347600 nanos: 5000 } causationid: "e-1" )" +
                                                                body,
                                                            &item))
      << body;
  return item;
}
OutboxItem Notice() { return Item(R"(notice { appointment_missed { appointment: "a-1" } })"); }
OutboxItem Answer() { return Item(R"(answer { source: "urn:nld:oin:00000099000000101000:systeem:ecd" id: "e-1" accepted: true })"); }

TEST(ItemRecord, IsTheSameBack) {
  base::Hash hash;
  for (size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<uint8_t>(7 * i);
  const std::string call("\0\xff", 2);
  for (const auto& [item, marks] : {std::pair(Notice(), ItemMarks()), std::pair(Notice(), ItemMarks{.batch = 12, .batch_hash = hash}),
                                    std::pair(Answer(), ItemMarks{.batch = 12, .batch_hash = hash, .call = call}),
                                    std::pair(Answer(), ItemMarks{.call = call, .duplicate = true}),
                                    std::pair(Answer(), ItemMarks{.call = call, .unrecorded = true})}) {
    ItemMarks read;
    const absl::StatusOr<OutboxItem> back = ReadItem(WriteItem(item, marks), &read);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->SerializeAsString(), item.SerializeAsString());
    EXPECT_EQ(read.batch, marks.batch);
    EXPECT_EQ(read.batch_hash, marks.batch_hash);
    EXPECT_EQ(read.call, marks.call);
    EXPECT_EQ(read.duplicate, marks.duplicate);
    EXPECT_EQ(read.unrecorded, marks.unrecorded);
  }
}

TEST(ItemRecord, OfNoRecordNeedsNoName) {
  OutboxItem item;
  item.mutable_answer()->set_id("e-1");
  ItemMarks marks;
  const absl::StatusOr<OutboxItem> back = ReadItem(WriteItem(item, {.call = "c", .unrecorded = true}), &marks);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(marks.unrecorded);
  EXPECT_EQ(back->id(), "");
  EXPECT_EQ(back->sequence(), "");
  EXPECT_EQ(back->answer().id(), "e-1");
}

TEST(ItemRecord, WhatIsNoneIsRefused) {
  const auto why = [](const OutboxItem& item, const ItemMarks& marks, const std::function<void(base::KafkaRecord*)>& spoil) {
    base::KafkaRecord record = WriteItem(item, marks);
    spoil(&record);
    ItemMarks read;
    const absl::StatusOr<OutboxItem> back = ReadItem(record, &read);
    return back.ok() ? "ok" : std::string(back.status().message());
  };
  const auto set = [&](const std::string& name, const std::string& value) {
    return why(Notice(), {.batch = 12}, [&](base::KafkaRecord* record) {
      for (auto& [each, there] : record->headers) {
        if (each == name) there = value;
      }
    });
  };
  EXPECT_EQ(set("", ""), "ok");
  EXPECT_THAT(set("overdracht-batch", "012"), HasSubstr("batch"));
  EXPECT_THAT(set("overdracht-batch", ""), HasSubstr("batch"));
  EXPECT_THAT(set("overdracht-batch", "0"), HasSubstr("batch"));
  EXPECT_THAT(set("overdracht-batch-hash", ""), HasSubstr("hash"));
  EXPECT_THAT(set("overdracht-batch-hash", std::string(64, 'G')), HasSubstr("hash"));
  EXPECT_THAT(set("ce_id", ""), HasSubstr("id"));
  EXPECT_THAT(set("ce_sequence", ""), HasSubstr("sequence"));
  EXPECT_THAT(why(Notice(), {.unrecorded = true}, [](base::KafkaRecord*) {}), HasSubstr("notice"));
  EXPECT_THAT(why(Notice(), {.duplicate = true}, [](base::KafkaRecord*) {}), HasSubstr("notice"));
}

TEST(WorkflowRecord, IsTheSameBack) {
  const auto shipped = [](absl::string_view path) -> std::optional<std::string> { return chart::ShippedWorkflows().at(std::string(path)); };
  const auto workflow = *chart::Workflow::Compile(chart::ReadWorkflow("uitstroom", shipped).definition);
  base::KafkaRecord record = WriteWorkflow(*workflow);
  EXPECT_EQ(record.key, workflow->id());
  const auto back = ReadWorkflow(record);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ((*back)->version(), workflow->version());
  EXPECT_EQ((*back)->id(), workflow->id());
  record.headers[0].second = std::string(64, '0');
  EXPECT_TRUE(absl::IsInvalidArgument(ReadWorkflow(record).status()));
  record.value = "\xff";
  EXPECT_TRUE(absl::IsInvalidArgument(ReadWorkflow(record).status()));
}

}  // namespace
}  // namespace overdracht::topics
