// What an organisation is told over Kafka is what it is told in JSON.
#include "services/event/kafka_item.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <functional>

#include "services/event/write.h"

namespace overdracht::event {
namespace {

using api::v1::OutboxItem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

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

void ExpectTheSameBack(const OutboxItem& item) {
  const absl::StatusOr<OutboxItem> back = ReadKafkaItem(WriteKafkaItem(item));
  ASSERT_TRUE(back.ok()) << back.status() << " " << item.ShortDebugString();
  EXPECT_EQ(back->SerializeAsString(), item.SerializeAsString()) << item.ShortDebugString();
}

TEST(KafkaItem, OfEveryKindIsTheSameBack) {
  const auto* const notice = notice::v1::Notice::descriptor();
  const auto* const kinds = notice->FindOneofByName("data");
  for (int i = 0; i < kinds->field_count(); ++i) ExpectTheSameBack(Item("notice { " + kinds->field(i)->name() + " {} }"));
  ExpectTheSameBack(Item(R"(notice { category_withheld { handover: "h-1" category: CATEGORY_VEILIGHEID } })"));
  ExpectTheSameBack(Item(R"(answer { source: "urn:nld:oin:00000099000000101000:systeem:ecd" id: "e-1" accepted: true position: "0:1289" }
                            reported { id: "e-1" homes_lost { home: "x-1" } })"));
  OutboxItem refused =
      Item(R"(answer { id: "e-1" position: "0:1289" code: "ILLEGAL_STATE" parameters { name: "state" value: "declined" } })");
  refused.clear_gemeente();
  ExpectTheSameBack(refused);
}

TEST(KafkaItem, HasTheAttributesThatItHasInJson) {
  const auto record = WriteKafkaItem(Item(R"(notice { appointment_missed { appointment: "a-1" } })"));
  EXPECT_EQ(record.key, "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");
  for (const auto& [name, value] : {std::pair("ce_specversion", "1.0"), std::pair("ce_id", "0:1289/1"),
                                    std::pair("ce_source", "urn:nld:oin:00000099000000103000:systeem:overdracht"),
                                    std::pair("ce_type", "nl.overdracht.notices.appointment-missed.v1"),
                                    std::pair("ce_subject", "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a"),
                                    std::pair("ce_time", "2017-01-02T09:00:00.000005Z"), std::pair("ce_sequence", "00000000001289000001"),
                                    std::pair("ce_causationid", "e-1"), std::pair("content-type", "application/protobuf")}) {
    EXPECT_THAT(record.headers, Contains(Pair(name, value)));
  }
  EXPECT_EQ(FindAttribute(record, "cursor"), nullptr);
  notice::v1::AppointmentMissed data;
  EXPECT_TRUE(data.ParseFromString(record.value));
  EXPECT_EQ(data.appointment(), "a-1");
}

TEST(KafkaItem, IsNamedByItsSequenceWhereverItStands) {
  OutboxItem item = Item(R"(notice { appointment_missed { appointment: "a-1" } })");
  item.set_cursor("00000000000000000007");
  absl::StatusOr<OutboxItem> back = ReadKafkaItem(WriteKafkaItem(item));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->sequence(), "00000000001289000001");
  EXPECT_EQ(back->cursor(), "");
  // Where none is said, it is the cursor.
  item.set_cursor(item.sequence());
  item.clear_sequence();
  back = ReadKafkaItem(WriteKafkaItem(item));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->sequence(), "00000000001289000001");
  // An answer that stands in no journal has none.
  item.clear_cursor();
  back = ReadKafkaItem(WriteKafkaItem(item));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->sequence(), "");
}

TEST(KafkaItem, WhatIsNoneIsRefused) {
  const auto why = [](const std::function<void(KafkaRecord*)>& spoil) {
    KafkaRecord record = WriteKafkaItem(Item(R"(notice { appointment_missed { appointment: "a-1" } })"));
    spoil(&record);
    const absl::StatusOr<OutboxItem> item = ReadKafkaItem(record);
    return item.ok() ? "ok" : std::string(item.status().message());
  };
  const auto set = [&](const std::string& header, const std::string& value) {
    return why([&](KafkaRecord* record) {
      for (auto& [name, there] : record->headers) {
        if (name == header) there = value;
      }
    });
  };
  EXPECT_EQ(why([](KafkaRecord*) {}), "ok");
  EXPECT_THAT(set("ce_type", "nl.overdracht.notices.unknown.v1"), HasSubstr("type"));
  EXPECT_THAT(set("ce_type", "nl.overdracht.answers.accepted.v1"), HasSubstr("type or data"));
  EXPECT_THAT(set("ce_type", "nl.overdracht.notices.appointment_missed.v1"), HasSubstr("type"));
  EXPECT_THAT(set("ce_sequence", "1"), HasSubstr("sequence"));
  EXPECT_THAT(set("ce_source", "x"), HasSubstr("source"));
  EXPECT_THAT(set("ce_time", "x"), HasSubstr("time"));
  EXPECT_THAT(set("ce_id", ""), HasSubstr("id"));
  EXPECT_THAT(why([](KafkaRecord* record) { record->value = "\xff"; }), HasSubstr("data"));
}

}  // namespace
}  // namespace overdracht::event
