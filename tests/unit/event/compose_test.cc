// What a person types becomes the event that is meant, or an error that says what could have been typed.
#include "services/event/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/event/read.h"
#include "tests/unit/event/sound_event.h"

namespace overdracht::event {
namespace {

const ReportEnvelope kEnvelope = {"00000099000000101000", "handmatig", "e-1", "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a",
                                  "2017-01-02T09:00:00Z"};

Json Data(absl::string_view name, const std::vector<std::string>& pairs) {
  const absl::StatusOr<std::string> event = ComposeEvent(name, kEnvelope, pairs);
  EXPECT_TRUE(event.ok()) << event.status();
  return event.ok() ? Json::parse(*event)["data"] : Json();
}

std::string Error(absl::string_view name, const std::vector<std::string>& pairs) {
  const absl::StatusOr<std::string> event = ComposeEvent(name, kEnvelope, pairs);
  EXPECT_EQ(event.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(event.status().message());
}

// The pairs that give a value back, by its JSON.
void AddPairs(const std::string& before, const Json& value, std::vector<std::string>* pairs) {
  for (const auto& item : value.items()) {
    const std::string name = before + item.key();
    if (item.value().is_object()) {
      AddPairs(name + ".", item.value(), pairs);
      continue;
    }
    const auto text = [](const Json& one) { return one.is_string() ? one.get<std::string>() : one.dump(); };
    std::string joined = item.value().is_array() ? "" : text(item.value());
    if (item.value().is_array()) {
      for (const Json& element : item.value()) {
        if (!joined.empty()) joined += ",";
        joined += element.is_object() ? text(element["role"]) + ":" + text(element["organisation"]) : text(element);
      }
    }
    pairs->push_back(name + "=" + joined);
  }
}

TEST(Compose, EveryKindWithEveryField) {
  for (const Kind& kind : Kinds()) {
    Json sound = SoundEvent(kind);
    sound["data"]["occurredOn"] = "2016-12-31";
    std::vector<std::string> pairs;
    AddPairs("", sound["data"], &pairs);
    const absl::StatusOr<std::string> event = ComposeEvent(kind.name, kEnvelope, pairs);
    ASSERT_TRUE(event.ok()) << event.status();
    EXPECT_EQ(Json::parse(*event)["data"], sound["data"]);
    EXPECT_TRUE(std::holds_alternative<v1::Event>(ReadCloudEvent(*event, SomeContacts))) << *event;
    std::vector<std::string> names;
    for (const std::string& pair : pairs) names.push_back(pair.substr(0, pair.find('=')));
    EXPECT_EQ(FieldNames(kind), names);
  }
}

TEST(Compose, TheEnvelope) {
  EXPECT_EQ(*ComposeEvent("homes.declined", kEnvelope, {"home=w-1"}),
            R"({"specversion":"1.0","id":"e-1","source":"urn:nld:oin:00000099000000101000:systeem:handmatig",)"
            R"("type":"nl.overdracht.homes.declined.v1","subject":"6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a","time":"2017-01-02T09:00:00Z",)"
            R"("datacontenttype":"application/json","data":{"home":"w-1"}})");
}

TEST(Compose, ValuesAreTypedByTheirField) {
  EXPECT_EQ(Data("supports.changed", {"support=1", "hoursPerWeek=4.5"}), Json({{"support", "1"}, {"hoursPerWeek", 4.5}}));
  EXPECT_EQ(Data("appointments.kept", {"appointment=a", "first=false"}), Json({{"appointment", "a"}, {"first", false}}));
  EXPECT_EQ(Data("consents.withdrawn", {"consent=c", "categories="}), Json({{"consent", "c"}, {"categories", Json::array()}}));
  EXPECT_EQ(Data("consents.withdrawn", {"consent=a=b"}), Json({{"consent", "a=b"}}));
  EXPECT_EQ(Data("handovers.offered", {"dossier.digest=x", "dossier.reference=d"}),
            Json({{"dossier", {{"digest", "x"}, {"reference", "d"}}}}));
  EXPECT_EQ(Data("handovers.meeting-held", {"participants=ggz,00000099000000102000"}),
            Json({{"participants", {"ggz", "00000099000000102000"}}}));
}

TEST(Compose, ErrorsSayWhatCanBeTyped) {
  EXPECT_EQ(Error("homes.declined", {"naam=x"}),
            "expected one of the fields of homes.declined (home, occurredOn), but there is another one");
  EXPECT_EQ(Error("handovers.offered", {"dossier=d-1"}),
            "expected one of the fields of handovers.offered (handover, recipient, purpose, categories, transfersResponsibility, "
            "dossier.reference, "
            "dossier.digest, occurredOn), but there is another one");
  EXPECT_EQ(Error("handovers.offered", {"handover.x=d-1"}).rfind("expected one of the fields of handovers.offered", 0), 0u);
  EXPECT_EQ(Error("homes.declined", {"home"}), "expected FIELD=VALUE, but there is no =");
  EXPECT_EQ(Error("homes.declined", {"home=a", "home=b"}), "expected each field once, but home is there twice");
  EXPECT_EQ(Error("homes.declined", {"occurredOn=2017-01-01", "occurredOn=2017-01-01"}),
            "expected each field once, but occurredOn is there twice");
  EXPECT_EQ(Error("supports.changed", {"hoursPerWeek=veel"}), "expected a number for hoursPerWeek, but it is something else");
  EXPECT_EQ(Error("supports.changed", {"hoursPerWeek=inf"}), "expected a number for hoursPerWeek, but it is something else");
  EXPECT_EQ(Error("appointments.kept", {"first=ja"}), "expected true or false for first, but it is something else");
  EXPECT_EQ(Error("trajecten.started", {"participants=gemeente"}),
            "expected role:organisation for each of participants, but it is something else");
  EXPECT_THAT(Error("homes.verloren", {}), testing::HasSubstr("homes.lost, handovers.offered"));
}

TEST(Compose, WhatIsNotUtf8IsRefusedByTheReader) {
  const absl::StatusOr<std::string> event = ComposeEvent("homes.declined", kEnvelope, {"home=\xff"});
  ASSERT_TRUE(event.ok());
  EXPECT_TRUE(std::holds_alternative<Malformed>(ReadCloudEvent(*event, SomeContacts)));
}

}  // namespace
}  // namespace overdracht::event
