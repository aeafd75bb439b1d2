// An event on Kafka is the event that it is in JSON, in each of the modes; what is none is told as it is there.
#include "services/event/kafka_event.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "services/base/limits.h"
#include "services/texts/sentences.h"
#include "tests/unit/event/sound_event.h"

namespace overdracht::event {
namespace {

using ::testing::Contains;
using ::testing::Pair;

v1::Event FromJson(const Json& event) { return std::get<v1::Event>(ReadCloudEvent(event.dump(), SomeContacts)); }

// An event in JSON as a record in binary mode, with its data as it is.
KafkaRecord BinaryJson(const Json& event) {
  KafkaRecord record{.key = "", .headers = {{"content-type", "application/json; charset=utf-8"}}, .value = event["data"].dump()};
  for (const auto& [name, value] : event.items()) {
    if (name != "data") record.headers.emplace_back("ce_" + name, value.get<std::string>());
  }
  return record;
}

KafkaRecord Structured(const Json& event) {
  return {.key = "", .headers = {{"content-type", "application/CloudEvents+JSON"}}, .value = event.dump()};
}

void ExpectRead(const KafkaRecord& record, const v1::Event& expected, absl::string_view what) {
  const auto read = ReadKafkaEvent(record, SomeContacts);
  ASSERT_TRUE(std::holds_alternative<v1::Event>(read)) << what << ": " << std::get<Malformed>(read).refusal.ShortDebugString();
  EXPECT_EQ(std::get<v1::Event>(read).SerializeAsString(), expected.SerializeAsString()) << what;
}

TEST(KafkaEvent, OfEveryKindIsTheSameInEachMode) {
  for (const Kind& kind : Kinds()) {
    Json json = SoundEvent(kind);
    json["data"]["occurredOn"] = "2017-01-01";
    json["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    json["correlationid"] = "c-1";
    const v1::Event event = FromJson(json);
    ExpectRead(Structured(json), event, kind.name);
    ExpectRead(BinaryJson(json), event, kind.name);
    ExpectRead(WriteKafkaEvent(event), event, kind.name);
  }
}

TEST(KafkaEvent, IsWrittenInBinaryModeUnderItsTraject) {
  const KafkaRecord record = WriteKafkaEvent(FromJson(SoundEvent("homes.lost")));
  const std::string traject = "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a";
  EXPECT_EQ(record.key, traject);
  EXPECT_THAT(record.headers, Contains(Pair("content-type", "application/protobuf")));
  EXPECT_THAT(record.headers, Contains(Pair("ce_specversion", "1.0")));
  EXPECT_THAT(record.headers, Contains(Pair("ce_type", "nl.overdracht.homes.lost.v1")));
  EXPECT_THAT(record.headers, Contains(Pair("ce_source", "urn:nld:oin:00000099000000101000:systeem:ecd")));
  EXPECT_THAT(record.headers, Contains(Pair("ce_subject", traject)));
  EXPECT_THAT(record.headers, Contains(Pair("ce_partitionkey", traject)));
  EXPECT_THAT(record.headers, Contains(Pair("ce_time", "2017-01-02T09:00:00Z")));
}

// "UNREADABLE /data protobuf" of a record that was spoiled.
std::string Outcome(const std::function<KafkaRecord(const Json&)>& mode, const std::function<void(KafkaRecord*)>& spoil) {
  KafkaRecord record = mode(SoundEvent("homes.lost"));
  spoil(&record);
  const auto read = ReadKafkaEvent(record, SomeContacts);
  if (std::holds_alternative<v1::Event>(read)) return "accepted";
  const journal::v1::Refusal& refusal = std::get<Malformed>(read).refusal;
  EXPECT_FALSE(texts::English(refusal).empty());
  std::string outcome = journal::v1::RefusalReason_Name(refusal.reason()).substr(strlen("REFUSAL_REASON_"));
  for (const auto& parameter : refusal.parameters()) absl::StrAppend(&outcome, " ", parameter.value());
  return outcome;
}

void Set(KafkaRecord* record, const std::string& header, const std::string& value) {
  for (auto& [name, there] : record->headers) {
    if (name == header) there = value;
  }
}
void Drop(KafkaRecord* record, const std::string& header) {
  std::erase_if(record->headers, [&](const auto& there) { return there.first == header; });
}

KafkaRecord BinaryProtobuf(const Json& event) { return WriteKafkaEvent(FromJson(event)); }

TEST(KafkaEvent, WhatIsNoneSaysWhereAndWhatWasExpected) {
  const auto as_is = [](KafkaRecord*) {};
  EXPECT_EQ(Outcome(BinaryProtobuf, as_is), "accepted");
  EXPECT_EQ(Outcome(BinaryJson, as_is), "accepted") << "also with the ce_datacontenttype that some writers add";
  EXPECT_EQ(Outcome(BinaryJson, [](auto* record) { record->headers.emplace_back("ce_unknown", "x"); }), "accepted");

  const auto of = [](auto spoil) { return Outcome(BinaryProtobuf, spoil); };
  EXPECT_EQ(of([](auto* record) { Drop(record, "content-type"); }), "FIELD_MISSING /content-type content_type");
  EXPECT_EQ(of([](auto* record) { Set(record, "content-type", "text/plain"); }), "FIELD_INVALID /content-type content_type");
  EXPECT_EQ(of([](auto* record) { Drop(record, "ce_id"); }), "FIELD_MISSING /id event_id");
  EXPECT_EQ(of([](auto* record) { Set(record, "ce_type", "nl.overdracht.unknown.v1"); }), "TYPE_UNKNOWN /type event_type");
  EXPECT_EQ(of([](auto* record) { Set(record, "ce_time", "yesterday"); }), "FIELD_INVALID /time time");
  EXPECT_EQ(of([](auto* record) { record->headers.emplace_back("ce_id", "e-2"); }), "UNREADABLE names_once");
  EXPECT_EQ(of([](auto* record) { record->headers.emplace_back("ce_occurredon", "today"); }), "FIELD_INVALID /data/occurredOn date");
  EXPECT_EQ(of([](auto* record) { record->value = "\xff"; }), "UNREADABLE /data protobuf");
  EXPECT_EQ(of([](auto* record) { record->value.clear(); }), "FIELD_MISSING /data/home reference");
  EXPECT_EQ(of([](auto* record) { record->value += std::string("\xfa\x06\x01x", 4); }), "FIELD_UNKNOWN /data");
  EXPECT_EQ(of([](auto* record) { record->headers.emplace_back("x", std::string(base::kMaxEventBytes, 'x')); }),
            absl::StrCat("TOO_LONG ", base::kMaxEventBytes));

  EXPECT_EQ(Outcome(BinaryJson, [](auto* record) { record->value = "[]"; }), "FIELD_INVALID /data object");
  EXPECT_EQ(Outcome(BinaryJson, [](auto* record) { record->value = "{]"; }), "UNREADABLE byte 2 json");
  EXPECT_EQ(Outcome(BinaryJson, [](auto* record) { record->value = "{}"; }), "FIELD_MISSING /data/home reference");
  EXPECT_EQ(Outcome(Structured, [](auto* record) { record->value = "{}"; }), "FIELD_MISSING /specversion version_1_0");
}

TEST(KafkaEvent, TheAnswerFindsItsWayByWhatCouldBeRead) {
  KafkaRecord record = BinaryProtobuf(SoundEvent("homes.lost"));
  record.value = "\xff";
  const auto malformed = std::get<Malformed>(ReadKafkaEvent(record, SomeContacts));
  EXPECT_EQ(malformed.id, "e-1");
  EXPECT_EQ(malformed.source, "urn:nld:oin:00000099000000101000:systeem:ecd");
  EXPECT_EQ(malformed.subject, "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");
}

}  // namespace
}  // namespace overdracht::event
