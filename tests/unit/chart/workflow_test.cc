#include "services/chart/workflow.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/unit/chart/small.h"

namespace overdracht::chart {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

workflow::v1::WorkflowDefinition Definition(const std::string& text) {
  workflow::v1::WorkflowDefinition definition;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &definition));
  return definition;
}

std::shared_ptr<const Workflow> Compiled(const std::string& text) {
  auto workflow = Workflow::Compile(Definition(text));
  EXPECT_TRUE(workflow.ok()) << workflow.status();
  return workflow.ok() ? *workflow : nullptr;
}

TEST(Workflow, FindsByName) {
  const auto workflow = Compiled(R"(
    id: "w" phases { name: "a" states { name: "a1" } } phases { name: "z" final: STATUS_AFGEROND }
    tasks { name: "plan" table: "a" } decisions { name: "match" agreements: "budget" }
    series { name: "review" contact: "gesprek" } contacts { name: "strip" at_most: 10 }
    requirements { event: "homes.moved-in" gates { name: "g" } })");
  EXPECT_EQ(workflow->FindTask("plan")->table(), "a");
  EXPECT_EQ(workflow->FindTask("plannen"), nullptr);
  EXPECT_EQ(workflow->FindDecision("match")->name(), "match");
  EXPECT_EQ(workflow->FindDecision("review"), nullptr);
  EXPECT_EQ(workflow->FindSeries("review")->contact(), "gesprek");
  EXPECT_EQ(workflow->FindSeries("gesprek"), nullptr);
  EXPECT_EQ(workflow->FindContact("strip")->at_most(), 10u);
  EXPECT_EQ(workflow->FindContact("gesprek")->at_most(), 0u) << "a series' kind of contact too";
  EXPECT_EQ(workflow->FindContact("review"), nullptr);
  EXPECT_EQ(workflow->FindRequirement("homes.moved-in")->gates(0).name(), "g");
  EXPECT_EQ(workflow->FindRequirement("homes.lost"), nullptr);
  EXPECT_TRUE(workflow->IsAgreement("budget"));
  EXPECT_FALSE(workflow->IsAgreement("match"));
  EXPECT_EQ(workflow->FindState("a1")->name(), "a1");
  EXPECT_EQ(workflow->FindState("plan"), nullptr);
  EXPECT_EQ(workflow->PhaseOf("a1"), "a");
  EXPECT_EQ(workflow->PhaseOf("a"), "a");
  EXPECT_EQ(workflow->PhaseOf("b"), "");
}

TEST(Workflow, TellsATaskFromTheOneOfThatNamePerReference) {
  const auto workflow = Compiled(R"(
    id: "w" phases { name: "a" }
    tasks { name: "terug" per_reference: true } tasks { name: "terug_bw" called: "terug" } tasks { name: "plan" })");
  EXPECT_EQ(workflow->FindTaskCalled("terug:e-1")->name(), "terug");
  EXPECT_EQ(workflow->FindTaskCalled("terug")->name(), "terug_bw");
  EXPECT_EQ(workflow->FindTaskCalled("plan")->name(), "plan");
  EXPECT_EQ(workflow->FindTaskCalled("plan:x"), nullptr);
  EXPECT_EQ(workflow->FindTaskCalled("terug_bw"), nullptr) << "that is its name inside";
}

TEST(Workflow, FindsRulesByWhatTheyWaitFor) {
  const auto workflow = Compiled(R"(
    id: "w" phases { name: "a" } tasks { name: "plan" }
    rules { name: "r0" on { event: "homes.lost" } } rules { name: "r1" on { internal: INTERNAL_CLOSING } opens: "plan" }
    rules { name: "r2" on { event: "homes.lost" } } rules { name: "r3" on { event: "homes.offered" } })");
  EXPECT_THAT(workflow->RulesOn("homes.lost"), ElementsAre(0, 2));
  EXPECT_THAT(workflow->RulesOn("homes.offered"), ElementsAre(3));
  EXPECT_THAT(workflow->RulesOn("homes.declined"), IsEmpty());
  EXPECT_THAT(workflow->RulesOn(workflow::v1::INTERNAL_CLOSING), ElementsAre(1));
  EXPECT_THAT(workflow->RulesOn(workflow::v1::INTERNAL_INTERRUPTED), IsEmpty());
}

TEST(Workflow, KnowsWhatItsDurationsSayWhereverTheyStand) {
  const auto workflow = Compiled(R"(
    id: "w" phases { name: "a" transitions { to: "b" gates { name: "g" when { not { elapsed: "P24M" } } } } } phases { name: "b" }
    tasks { name: "plan" term: "P6W" terms { phase: "a" term: "PT1H" } } series { name: "s" every: "P1Y6M" }
    task_escalation { steps {} steps { wait: "P2D" } })");
  EXPECT_EQ(workflow->DurationOf("P24M"), (base::Duration{.months = 24}));
  EXPECT_EQ(workflow->DurationOf("P6W"), (base::Duration{.micros = 42 * base::kDay}));
  EXPECT_EQ(workflow->DurationOf("PT1H"), (base::Duration{.micros = 3600 * base::kSecond}));
  EXPECT_EQ(workflow->DurationOf("P1Y6M"), (base::Duration{.months = 18}));
  EXPECT_EQ(workflow->DurationOf("P2D"), (base::Duration{.micros = 2 * base::kDay}));
}

TEST(Workflow, KnowsTheMomentsThatAPhaseWaitsFor) {
  const auto workflow = Compiled(R"(
    id: "w"
    phases { name: "a" states { name: "a1" transitions { to: "b" gates { name: "g" when { all { conditions { elapsed: "P24M" } conditions { not { any { conditions { elapsed: "P6M" } } } } } } }
                                        gates { name: "h" when { elapsed: "P24M" } } } } }
    phases { name: "b" }
    tasks { name: "t" table: "a1" opens_if { elapsed: "P1M" } } tasks { name: "u" open_while { elapsed: "P2M" } phases: "b" }
    decisions { name: "d" awaited { elapsed: "P3M" } })");
  EXPECT_THAT(workflow->Milestones("a"), ElementsAre("P24M", "P6M", "P1M", "P3M"));
  EXPECT_THAT(workflow->Milestones("b"), ElementsAre("P2M", "P3M"));
  EXPECT_THAT(workflow->Milestones("a1"), IsEmpty()) << "time is counted from the phase's entry";
}

TEST(Workflow, HasAVersionThatChangesWithWhatItSays) {
  const std::string text = R"(id: "w" phases { name: "a" } tasks { name: "plan" term: "P2W" })";
  EXPECT_THAT(Compiled(text)->version(), SizeIs(64));
  EXPECT_EQ(Compiled(text)->version(), Compiled(text)->version());
  EXPECT_NE(Compiled(text)->version(), Compiled(R"(id: "w" phases { name: "a" } tasks { name: "plan" term: "P3W" })")->version());
}

TEST(Workflow, IsRefusedWhereNamesClashOrLeadNowhere) {
  for (const char* text : {
           R"(id: "w")",
           R"(id: "w" phases { name: "a" transitions { to: "b" } })",
           R"(id: "w" phases { name: "a" transitions { to: "a" on { event: "homes.sold" } } })",
           R"(id: "w" phases { name: "a" } tasks { name: "t" } tasks { name: "t" })",
           R"(id: "w" phases { name: "a" } tasks { name: "t" term: "2 weken" })",
           R"(id: "w" phases { name: "a" } tasks { name: "t" } tasks { name: "u" called: "t" })",
           R"(id: "w" phases { name: "a" } series { name: "s" } series { name: "s" })",
           R"(id: "w" phases { name: "a" } decisions { name: "d" } decisions { name: "d" })",
           R"(id: "w" phases { name: "a" } rules { name: "r" on { event: "homes.sold" } })",
           R"(id: "w" phases { name: "a" } rules { name: "r" on { event: "homes.lost" } opens: "t" })",
       }) {
    EXPECT_EQ(Workflow::Compile(Definition(text)).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(Event, HasTheNameOfItsKind) {
  event::v1::Event event;
  EXPECT_EQ(EventName(event), "");
  event.mutable_handovers_farewell_held();
  EXPECT_EQ(EventName(event), "handovers.farewell-held");
}

TEST(Event, MatchesByKindAndCodes) {
  event::v1::Event event;
  event.mutable_appointments_missed()->set_first(true);
  workflow::v1::Trigger trigger;
  EXPECT_FALSE(Matches(trigger, event)) << "a trigger without event waits for none";
  trigger.set_event("appointments.missed");
  EXPECT_TRUE(Matches(trigger, event));
  auto* where = trigger.add_where();
  where->set_field("first");
  where->add_codes("true");
  EXPECT_TRUE(Matches(trigger, event));
  event.mutable_appointments_missed()->set_first(false);
  EXPECT_FALSE(Matches(trigger, event));
  event.mutable_appointments_kept()->set_first(true);
  EXPECT_FALSE(Matches(trigger, event)) << "another kind";
}

TEST(Event, MatchesOneOfAList) {
  event::v1::Event event;
  event.mutable_decisions_taken()->add_agreements("budget");
  event.mutable_decisions_taken()->add_agreements("dag");
  workflow::v1::Trigger trigger;
  trigger.set_event("decisions.taken");
  auto* where = trigger.add_where();
  where->set_field("agreements");
  where->add_codes("dag");
  EXPECT_TRUE(Matches(trigger, event));
  event.mutable_decisions_taken()->clear_agreements();
  EXPECT_FALSE(Matches(trigger, event));
}

TEST(Workflows, AreFoundByIdAndByVersion) {
  const auto first = Compiled(R"(id: "w" phases { name: "a" } contacts { name: "strip" })");
  const auto second = Compiled(R"(id: "w" phases { name: "b" })");
  const auto other = Compiled(R"(id: "v" phases { name: "a" })");
  Workflows workflows;
  EXPECT_EQ(workflows.Find("w"), nullptr);
  for (const auto& workflow : {first, second, other, second}) workflows.Add(workflow);
  EXPECT_EQ(workflows.Find("w"), second.get());
  EXPECT_EQ(workflows.Find("w@" + first->version()), first.get());
  EXPECT_EQ(workflows.Find("w", second->version()), second.get());
  EXPECT_EQ(workflows.Find("v", second->version()), nullptr);
  EXPECT_EQ(workflows.Find("w@"), nullptr);
  EXPECT_THAT(workflows.All(), ElementsAre(first, second, other)) << "each version once";
  EXPECT_TRUE(workflows.KnowsContact("strip"));
  EXPECT_FALSE(workflows.KnowsContact("gesprek"));
  workflows.Add(first);
  EXPECT_EQ(workflows.Find("w"), first.get()) << "the one added last";
}

}  // namespace
}  // namespace overdracht::chart
