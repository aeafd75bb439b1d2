#include "services/event/schema.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace overdracht::event {
namespace {

nlohmann::json DataOf(const char* type) { return nlohmann::json::parse(*WriteSchema(type))["properties"]["data"]; }

TEST(Schema, OfEveryType) {
  for (const std::string& type : SchemaTypes()) {
    const auto schema = nlohmann::json::parse(WriteSchema(type).value_or("null"));
    EXPECT_EQ(schema["properties"]["type"]["const"], type);
  }
  EXPECT_FALSE(WriteSchema("nl.overdracht.nothing.v1"));
  EXPECT_FALSE(WriteSchema(""));
}

TEST(Schema, AnEventSaysWhatTheReaderAccepts) {
  const nlohmann::json started = DataOf("nl.overdracht.trajecten.started.v1");
  EXPECT_EQ(started["additionalProperties"], false);
  EXPECT_EQ(started["required"], nlohmann::json({"workflow", "client", "participants"}));
  EXPECT_EQ(started["properties"]["participants"]["allOf"].size(), 3u);
  const nlohmann::json granted = DataOf("nl.overdracht.supports.granted.v1");
  EXPECT_EQ(granted["properties"]["hoursPerWeek"], nlohmann::json::parse(R"({"type":"number","exclusiveMinimum":0,"maximum":168.0})"));
  EXPECT_TRUE(granted["properties"]["until"].contains("anyOf"));
  const nlohmann::json signalled = DataOf("nl.overdracht.terugvallen.signalled.v1");
  EXPECT_EQ(signalled["properties"]["severity"]["enum"], nlohmann::json({"dreigend", "crisis"}));
}

TEST(Schema, ANoticeSaysWhatTheWriterWrites) {
  const nlohmann::json opened = DataOf("nl.overdracht.notices.task-opened.v1");
  EXPECT_EQ(opened["required"], nlohmann::json({"required"}));
  EXPECT_EQ(opened["properties"]["dueBy"]["format"], "date-time");
  EXPECT_FALSE(opened.contains("additionalProperties"));
}

}  // namespace
}  // namespace overdracht::event
