// Topics are as they have to be, or it is said in what they are not.
#include "services/topics/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/kafka/publisher.h"

namespace overdracht::topics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kOrganisation[] = "00000099000000101000";

TEST(Names, OfARegion) {
  const Names names("pilot");
  EXPECT_EQ(names.Outbox(kOrganisation), "pilot.outbox.00000099000000101000");
  EXPECT_EQ(names.Ingress(kOrganisation), "pilot.ingress.00000099000000101000");
}

TEST(Topics, OfARegion) {
  std::vector<std::string> said;
  for (const kafka::NewTopic& topic :
       TopicsOf({.names = Names("pilot"), .partitions = 4, .organisations = {kOrganisation}, .replication = 3})) {
    said.push_back(absl::StrCat(topic.name, " ", topic.partitions, " ", topic.replication, " ", topic.settings.at("min.insync.replicas")));
    EXPECT_EQ(topic.settings.at("cleanup.policy"), "delete");
    EXPECT_EQ(topic.settings.at("retention.ms"), "-1");
    EXPECT_EQ(topic.settings.at("retention.bytes"), "-1");
    EXPECT_GE(std::stoul(topic.settings.at("max.message.bytes")), kafka::kMostRecordBytes + 100'000);
  }
  EXPECT_THAT(said, ElementsAre("pilot.events 4 3 2", "pilot.journal 4 3 2", "pilot.unreadable 1 3 2", "pilot.workflows 1 3 2",
                                "pilot.outbox.00000099000000101000 1 3 2", "pilot.ingress.00000099000000101000 1 3 2"));
  EXPECT_EQ(TopicsOf({.names = Names("pilot")}).front().settings.at("min.insync.replicas"), "1");
}

TEST(Topics, ThatAreThereAreHeldToIt) {
  const kafka::NewTopic wanted = TopicsOf({.names = Names("pilot"), .partitions = 4, .replication = 3}).front();
  kafka::Settings settings = wanted.settings;
  settings["segment.bytes"] = "7";  // not ours
  settings["max.message.bytes"] = "2000000";
  settings["min.insync.replicas"] = "3";
  EXPECT_THAT(Differences(wanted, {.partitions = 4, .replication = 5}, settings), IsEmpty());
  settings["retention.ms"] = "604800000";
  settings["min.insync.replicas"] = "1";
  settings["max.message.bytes"] = "1000";
  settings["cleanup.policy"] = "compact";
  EXPECT_THAT(
      Differences(wanted, {.partitions = 5, .replication = 3}, settings),
      ElementsAre(HasSubstr("expected 4 partitions, but it has 5"), HasSubstr("expected cleanup.policy to be delete, but it is compact"),
                  HasSubstr("max.message.bytes"), HasSubstr("min.insync.replicas to be 2, but it is 1"),
                  HasSubstr("expected retention.ms to be -1, but it is 604800000")));
}

TEST(Region, IsWhatItsTopicsSay) {
  const Names names("pilot");
  std::map<std::string, kafka::TopicThere> there = {{"pilot.events", {4, 1}}, {"pilot.journal", {4, 1}}, {"pilots.events", {7, 1}}};
  EXPECT_EQ(*CheckTopics(names, there), 4u);
  there["pilot.journal"].partitions = 5;
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckTopics(names, there).status()));
  there.erase("pilot.journal");  // a partner service does not see it
  EXPECT_EQ(*CheckTopics(names, there), 4u);
  there[names.Outbox(kOrganisation)] = {2, 1};
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckTopics(names, there).status()));
  there.erase("pilot.events");
  EXPECT_TRUE(absl::IsNotFound(CheckTopics(names, there).status()));
}

}  // namespace
}  // namespace overdracht::topics
