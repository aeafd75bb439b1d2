// Nobody may do more with a region's topics than it has to.
#include "services/topics/rights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace overdracht::topics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kOwn[] = "00000099000000101000", kOther[] = "00000099000000102000", kService[] = "00000099000000910000";

std::vector<std::string> Said(const std::set<kafka::Right>& rights) {
  std::vector<std::string> said;
  for (const kafka::Right& right : rights) said.push_back(right.ToString());
  return said;
}

TEST(Rights, OfAnOrganisationAreItsOwnOutboxAndIngress) {
  EXPECT_THAT(Said(RightsOf(Names("pilot"), {.organisations = {kOwn}})),
              ElementsAre("User:oin-00000099000000101000 may write topic pilot.ingress.00000099000000101000",
                          "User:oin-00000099000000101000 may read topic pilot.outbox.00000099000000101000",
                          "User:oin-00000099000000101000 may read group pilot.00000099000000101000.*"));
}

TEST(Rights, OfServicesAndAuditors) {
  EXPECT_THAT(
      Said(RightsOf(Names("p"), {.partner_services = {kService}})),
      ElementsAre("User:oin-00000099000000910000 may write topic p.events", "User:oin-00000099000000910000 may read topic p.ingress.*",
                  "User:oin-00000099000000910000 may read topic p.outbox.*", "User:oin-00000099000000910000 may write topic p.unreadable",
                  "User:oin-00000099000000910000 may read topic p.workflows"));
  EXPECT_THAT(
      Said(RightsOf(Names("p"), {.workflow_services = {kService}})),
      ElementsAre("User:oin-00000099000000910000 may read topic p.events", "User:oin-00000099000000910000 may read topic p.journal",
                  "User:oin-00000099000000910000 may write topic p.journal", "User:oin-00000099000000910000 may read topic p.outbox.*",
                  "User:oin-00000099000000910000 may write topic p.outbox.*", "User:oin-00000099000000910000 may create topic p.outbox.*",
                  "User:oin-00000099000000910000 may write topic p.unreadable", "User:oin-00000099000000910000 may read topic p.workflows",
                  "User:oin-00000099000000910000 may write topic p.workflows",
                  "User:oin-00000099000000910000 may read group p.workflow-services"));
  EXPECT_THAT(Said(RightsOf(Names("p"), {.auditors = {kService}})), ElementsAre("User:oin-00000099000000910000 may read topic p.journal"));
}

TEST(Rights, ThatOthersHaveAreFound) {
  const Names names("pilot");
  const std::set<kafka::Right> wanted = RightsOf(names, {.organisations = {kOwn, kOther}});
  EXPECT_THAT(Others(names, wanted, wanted), IsEmpty());
  std::set<kafka::Right> there = wanted;
  const std::string principal = "User:x";
  for (const auto& [name, prefixed] : {std::pair("pilots.events", false), std::pair("pilots", true), std::pair("a", true)})
    there.insert({.principal = principal, .name = name, .prefixed = prefixed});
  EXPECT_THAT(Others(names, there, wanted), IsEmpty());
  there.insert({.principal = principal, .name = "*"});
  there.insert({.principal = principal, .name = "pilot.journal"});
  there.insert({.principal = principal, .name = "pil", .prefixed = true});
  there.insert({.principal = "User:oin-00000099000000101000", .name = names.Outbox(kOther)});
  EXPECT_EQ(Others(names, there, wanted).size(), 4u);
}

}  // namespace
}  // namespace overdracht::topics
