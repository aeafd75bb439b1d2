// The language of scenarios: mistakes are named with their place, a difference with its lines, and rewriting changes expectations only.

#include "services/scenario/scenario.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/chart/read.h"
#include "services/scenario/difference.h"
#include "services/scenario/run.h"

namespace overdracht::scenario {
namespace {

using ::testing::HasSubstr;

constexpr char kHead[] = R"(# For the reader.
workflow kort
organisation zorg 00000099000000001000 zorgaanbieder
organisation wijk 00000099000000002000 wijkteam
organisation delden 00000099000000003000 gemeente

)";

// A workflow of one task.
const chart::Workflows& Kort() {
  static const auto* workflows = [] {
    workflow::v1::WorkflowDefinition definition;
    definition.set_id("kort");
    definition.add_phases()->set_name("begin");
    workflow::v1::Task* task = definition.add_tasks();
    task->set_name("afspraak");
    task->mutable_owner()->set_role(event::v1::ROLE_ZORGAANBIEDER);
    task->set_table("begin");
    task->set_term("P1W");
    definition.mutable_task_escalation()->add_steps()->add_tell()->set_relation(workflow::v1::RELATION_OWNER);
    auto* made = new chart::Workflows;
    made->Add(*chart::Workflow::Compile(definition));
    return made;
  }();
  return *workflows;
}

std::optional<std::string> NoFile(absl::string_view) { return std::nullopt; }

Outcome Play(const std::string& text, Files files = NoFile) { return Run(Kort(), "map/x.scenario", text, files); }

TEST(Scenario, AMistakeIsNamedWithItsPlace) {
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {"2017-01-02 09:00 zorg tasks.voltooid\n----\n", "map/x.scenario:7: expected the name of an event, but tasks.voltooid is none"},
      {"2017-01-02 09:00 zrg tasks.completed task=afspraak\n----\n",
       "map/x.scenario:7: expected the name of an organisation, but zrg is none"},
      {"2017-02-30 09:00 zorg trajecten.started\n----\n",
       "map/x.scenario:7: expected a moment YYYY-MM-DD HH:MM[:SS], but 2017-02-30 09:00 is none"},
      {"\nstate taken\n----\n", "map/x.scenario:8: expected one of "},
      {"advance 2017-01-02 09:00\n----\n", "map/x.scenario:7: expected `advance to YYYY-MM-DD HH:MM`"},
      {"use weg.steps\n", "map/x.scenario:7: expected a file beside this one, but weg.steps is not there"},
      {"organisation zorg 00000099000000009000\n", "map/x.scenario:7: expected an organisation that is not there yet, but zorg is"},
      {"organisation x 00000099000000009000 baas\n", "map/x.scenario:7: expected a role ("},
      {"workflow lang\n", "map/x.scenario:7: expected one line `workflow`, but this is a second"},
      {"zorg\n----\n", "map/x.scenario:7: expected `YYYY-MM-DD HH:MM ORGANISATION EVENT [FIELD=VALUE…]`"},
  };
  for (const auto& [text, expected] : mistakes) {
    const Outcome outcome = Play(absl::StrCat(kHead, text));
    ASSERT_TRUE(outcome.problem.has_value()) << text;
    EXPECT_THAT(outcome.problem->ToString(), HasSubstr(expected));
  }
  EXPECT_THAT(Play("state\n----\n").problem->ToString(), HasSubstr("map/x.scenario:1: expected a line `workflow ID`"));
}

const std::string& Whole() {
  static const std::string text =
      Play(absl::StrCat(kHead, "2017-01-02 09:00 zorg trajecten.started\n\n# It waits.\nadvance to 2017-01-09 09:00\nstate timers\n----\n"))
          .text;
  return text;
}

TEST(Scenario, WhatCameIsWrittenBelowTheSteps) {
  EXPECT_THAT(Whole(), HasSubstr(kHead));
  EXPECT_THAT(Whole(), HasSubstr("2017-01-02 09:00 zorg trajecten.started\n----\n2017-01-02 09:00 zorg trajecten.started: accepted\n"));
  EXPECT_THAT(Whole(), HasSubstr("  told zorg: task-opened task=afspraak required dueBy=2017-01-09 09:00\n"));
  EXPECT_THAT(Whole(), HasSubstr("\n# It waits.\nadvance to 2017-01-09 09:00\nstate timers\n----\n2017-01-09 09:00 term task afspraak\n"));
  EXPECT_THAT(Whole(), HasSubstr("timers: task afspraak at=2017-01-16 09:00 times=2\n"));
  const Outcome again = Play(Whole());
  EXPECT_TRUE(again.ok()) << again.difference;
  EXPECT_EQ(again.text, Whole());
}

TEST(Scenario, ADifferenceIsShownWithItsLine) {
  const Outcome outcome = Play(absl::StrReplaceAll(Whole(), {{"times=2\n", "times=3\n"}}));
  EXPECT_THAT(outcome.difference,
              HasSubstr("- timers: task afspraak at=2017-01-16 09:00 times=3\n+ timers: task afspraak at=2017-01-16 09:00 times=2\n"));
  EXPECT_THAT(outcome.difference, HasSubstr("map/x.scenario:"));
  EXPECT_EQ(outcome.text, Whole());
}

TEST(Scenario, AMissingExpectationIsADifference) {
  const Outcome outcome = Play(absl::StrCat(kHead, "2017-01-02 09:00 zorg trajecten.started\n"));
  EXPECT_THAT(outcome.difference, HasSubstr("map/x.scenario:7: expected ---- and what comes of these steps"));
}

TEST(Scenario, StepsOfAnotherFileMustBeAccepted) {
  const auto files = [](absl::string_view path) -> std::optional<std::string> {
    if (path == "deep/start.steps")
      return "use more.steps\n2017-01-02 09:00 zorg trajecten.started\n2017-01-02 09:01 wijk tasks.completed task=afspraak\n";
    if (path == "deep/more.steps") return "# Nothing.\n";
    return std::nullopt;
  };
  const Outcome outcome = Play(absl::StrCat(kHead, "use deep/start.steps\n"), files);
  ASSERT_TRUE(outcome.problem.has_value());
  EXPECT_THAT(outcome.problem->ToString(), HasSubstr("deep/start.steps:3: expected a step that is accepted, but "));
  EXPECT_THAT(outcome.problem->ToString(), HasSubstr("ROLE_NOT_ALLOWED"));
}

TEST(Scenario, QuietlyOnlyRefusalsAreWritten) {
  const Outcome outcome = Play(
      absl::StrCat(kHead, "quietly\n2017-01-02 09:00 zorg trajecten.started\n2017-01-10 09:01 wijk tasks.completed task=afspraak\n----\n"));
  ASSERT_FALSE(outcome.problem.has_value()) << outcome.problem->ToString();
  const std::string came = outcome.text.substr(outcome.text.find("----\n") + 5);
  EXPECT_EQ(came.find("2017-01-10 09:01 wijk tasks.completed: ROLE_NOT_ALLOWED"), 0u) << came;
  EXPECT_EQ(std::count(came.begin(), came.end(), '\n'), 1) << came;
}

TEST(Difference, ShowsWhatIsMissingAndWhatIsTooMuch) {
  EXPECT_EQ(WriteDifference("f", 10, {"a", "b", "c", "d", "e"}, {"a", "b", "c", "d", "e"}), "");
  EXPECT_EQ(WriteDifference("f", 10, {"a", "b", "c", "d", "e"}, {"a", "b", "c", "e", "x"}), "f:12:\n  b\n  c\n- d\n  e\n+ x\n");
}

}  // namespace
}  // namespace overdracht::scenario
