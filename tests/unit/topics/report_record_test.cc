// A report comes out of its record as it went in, and what was not written by ours comes out as Malformed.
#include "services/topics/report_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "services/event/kafka_record.h"
#include "services/kafka/publisher.h"
#include "services/topics/unreadable_record.h"
#include "tests/unit/event/sound_event.h"

namespace overdracht::topics {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Pair;

constexpr char kReporter[] = "00000099000000101000", kSupplier[] = "00000099000000999000";

region::Report SomeReport() {
  region::Report report;
  report.event = std::get<event::v1::Event>(event::ReadCloudEvent(event::SoundEvent("homes.lost").dump(), event::SomeContacts));
  report.caller = kReporter;
  return report;
}

struct Read {
  Asking asking;
  region::Report report;
};

Read ReadBack(const base::KafkaRecord& record) {
  Read read;
  read.report = ReadReport(record, event::SomeContacts, &read.asking);
  return read;
}

TEST(ReportRecord, SaysAllThatTheReportSays) {
  region::Report report = SomeReport();
  report.supplier = kSupplier;
  report.now = report.validate_only = true;
  report.if_position = 12;
  const std::string call("\0\xff:7", 4);
  const base::KafkaRecord record = WriteReport(report, {.call = call, .organisation = kReporter});
  EXPECT_EQ(record.key, "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a");
  const Read read = ReadBack(record);
  ASSERT_TRUE(std::holds_alternative<event::v1::Event>(read.report.event));
  EXPECT_EQ(std::get<event::v1::Event>(read.report.event).SerializeAsString(),
            std::get<event::v1::Event>(report.event).SerializeAsString());
  EXPECT_EQ(read.report.caller, kReporter);
  EXPECT_EQ(read.report.supplier, kSupplier);
  EXPECT_TRUE(read.report.now);
  EXPECT_TRUE(read.report.validate_only);
  EXPECT_EQ(read.report.if_position, 12);
  EXPECT_EQ(read.asking.call, call);
}

TEST(ReportRecord, GoesToThePartitionOfItsTraject) {
  region::Report report = SomeReport();
  std::set<uint32_t> partitions;
  for (int i = 0; i < 50; ++i) {
    auto& event = std::get<event::v1::Event>(report.event);
    event.mutable_traject()->back() = static_cast<char>(i);
    const uint32_t partition = PartitionOf(event.traject(), 5);
    EXPECT_EQ(partition, static_cast<uint32_t>(kafka::PartitionOf(WriteReport(report, {}).key, 5)));
    partitions.insert(partition);
  }
  EXPECT_EQ(partitions.size(), 5);
}

TEST(ReportRecord, SaysNothingThatTheReportDoesNot) {
  const base::KafkaRecord record = WriteReport(SomeReport(), {});
  for (const auto& [name, value] : record.headers) {
    EXPECT_TRUE(name == "overdracht-caller" || name.substr(0, 11) != "overdracht-") << name;
  }
  const Read read = ReadBack(record);
  EXPECT_EQ(read.report.supplier, "");
  EXPECT_FALSE(read.report.now);
  EXPECT_FALSE(read.report.validate_only);
  EXPECT_EQ(read.report.if_position, std::nullopt);
  EXPECT_EQ(read.asking.call, "");
}

TEST(ReportRecord, IsAnsweredToWhomItIsMadeForOrElseToWhoAsks) {
  region::Report report = SomeReport();
  base::KafkaRecord record = WriteReport(report, {.organisation = kSupplier});
  EXPECT_EQ(base::FindHeader(record, "overdracht-asking"), nullptr);
  EXPECT_EQ(ReadBack(record).asking.organisation, kReporter);
  record.headers.emplace_back("overdracht-asking", kSupplier);
  EXPECT_EQ(ReadBack(record).asking.organisation, kReporter) << "who writes there cannot have an answer sent elsewhere";

  report.caller.clear();
  const Read nobodys = ReadBack(WriteReport(report, {.organisation = kSupplier}));
  EXPECT_TRUE(std::holds_alternative<event::v1::Event>(nobodys.report.event));
  EXPECT_EQ(nobodys.report.caller, "");
  EXPECT_EQ(nobodys.asking.organisation, kSupplier);
  EXPECT_EQ(ReadBack(WriteReport(report, {})).asking.organisation, "");
}

TEST(ReportRecord, OfTheLargestEventIsRead) {
  region::Report report = SomeReport();
  auto& event = std::get<event::v1::Event>(report.event);
  // Larger as a record than an event may be: its attributes have names there.
  const std::string member = "a=" + std::string(100, 'b');
  event.set_tracestate(member);
  base::KafkaRecord record = WriteReport(report, {.call = std::string(kMostCallBytes, 'c')});
  record.headers.emplace_back("of-a-broker", std::string(65'536, 'x'));
  EXPECT_TRUE(std::holds_alternative<event::v1::Event>(ReadBack(record).report.event));
}

TEST(ReportRecord, OfSomebodyElseIsMalformed) {
  const auto place = [](const std::function<void(base::KafkaRecord*)>& spoil) -> std::string {
    region::Report nobodys = SomeReport();
    nobodys.caller.clear();
    base::KafkaRecord record = WriteReport(nobodys, {.call = "c"});
    spoil(&record);
    const Read read = ReadBack(record);
    const auto* const malformed = std::get_if<event::Malformed>(&read.report.event);
    if (malformed == nullptr) return "an event";
    EXPECT_EQ(read.report.bytes, record.value);
    for (const auto& parameter : malformed->refusal.parameters()) {
      if (parameter.name() == "place") return parameter.value();
    }
    return "nowhere";
  };
  const auto add = [&](const std::string& name, const std::string& value) {
    return place([&](base::KafkaRecord* record) {
      for (auto& [each, there] : record->headers) {
        if (each == name) return there = value, void();
      }
      record->headers.emplace_back(name, value);
    });
  };
  EXPECT_EQ(place([](base::KafkaRecord*) {}), "an event");
  EXPECT_EQ(add("overdracht-caller", "1"), "/overdracht-caller");
  EXPECT_EQ(add("overdracht-asking", "x"), "/overdracht-asking");
  EXPECT_EQ(add("overdracht-supplier", "x"), "/overdracht-supplier");
  EXPECT_EQ(add("overdracht-if-position", "-1"), "/overdracht-if-position");
  EXPECT_EQ(add("overdracht-if-position", "007"), "/overdracht-if-position");
  EXPECT_EQ(add("overdracht-call", std::string(33, 'x')), "/overdracht-call");
  EXPECT_EQ(add("ce_time", "yesterday"), "/time");
  EXPECT_EQ(place([](base::KafkaRecord* record) { record->value = "\xff"; }), "/data");
  EXPECT_EQ(place([](base::KafkaRecord* record) {
              record->headers.emplace_back("overdracht-now", "1"), record->headers.emplace_back("overdracht-now", "");
            }),
            "nowhere");
}

TEST(UnreadableRecord, KeepsTheBytesAndSaysWhereTheyCameFrom) {
  event::Malformed malformed;
  malformed.refusal.set_code(journal::v1::REFUSAL_CODE_MALFORMED);
  malformed.refusal.set_reason(journal::v1::REFUSAL_REASON_UNREADABLE);
  const base::KafkaRecord came = {.key = "k", .headers = {{"ce_id", "e-1"}, {"overdracht-topic", "mine"}}, .value = "{"};
  const base::KafkaRecord kept = WriteUnreadable(came, {.topic = "pilot.events", .partition = 3, .offset = 7}, malformed);
  EXPECT_EQ(kept.value, "{");
  EXPECT_EQ(kept.key, "k");
  for (const auto& [name, value] : {std::pair("overdracht-code", "MALFORMED"),
                                    {"overdracht-reason", "UNREADABLE"},
                                    {"overdracht-topic", "pilot.events"},
                                    {"overdracht-partition", "3"},
                                    {"overdracht-offset", "7"},
                                    {"ce_id", "e-1"}}) {
    const std::string* const found = base::FindHeader(kept, name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(*found, value) << name;
  }

  region::Report report;
  report.bytes = "}";
  report.caller = kReporter;
  const base::KafkaRecord called = WriteUnreadable(report, malformed.refusal);
  EXPECT_EQ(called.value, "}");
  EXPECT_THAT(called.headers, ElementsAre(Pair("overdracht-code", "MALFORMED"), Pair("overdracht-reason", "UNREADABLE"),
                                          Pair("overdracht-caller", kReporter)));
}

}  // namespace
}  // namespace overdracht::topics
