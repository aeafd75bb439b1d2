// The workflows that are inside the binary: they read without a finding, and do what their regions say, as far as the chart says it.
#include <absl/strings/str_join.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "services/chart/workflow.h"
#include "tests/unit/chart/small.h"

namespace overdracht::chart {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Ids() {
  std::set<std::string> ids;
  for (const auto& [path, text] : ShippedWorkflows()) ids.insert(path.substr(0, path.find('/')));
  return {ids.begin(), ids.end()};
}

std::shared_ptr<const Workflow> Shipped(const std::string& id) {
  const ReadResult result = ReadFrom(ShippedWorkflows(), id);
  EXPECT_THAT(FindingsOf(result), IsEmpty());
  auto workflow = Workflow::Compile(result.definition);
  EXPECT_TRUE(workflow.ok()) << workflow.status();
  return *workflow;
}

class EachShipped : public testing::TestWithParam<std::string> {};

TEST_P(EachShipped, IsSound) { Shipped(GetParam()); }

TEST_P(EachShipped, HasAPage) {
  std::ifstream page(std::string(OVERDRACHT_SOURCE_DIR) + "/workflows/" + GetParam() + "/README.md");
  EXPECT_TRUE(page.good()) << "write what is particular to " << GetParam();
}

TEST_P(EachShipped, IsTheFileOfTheSource) {
  for (const char* name : {"workflow.yaml", "texts.nl.yaml"}) {
    std::ifstream file(std::string(OVERDRACHT_SOURCE_DIR) + "/workflows/" + GetParam() + "/" + name);
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(ShippedWorkflows().at(GetParam() + "/" + name), text.str());
  }
}

TEST_P(EachShipped, SpeaksInShortSentences) {
  const ReadResult result = ReadFrom(ShippedWorkflows(), GetParam());
  for (const auto& text : result.texts.texts()) {
    EXPECT_LE(text.label().size(), 60u) << text.name();
    EXPECT_EQ(text.help().back(), '.') << text.name();
    for (size_t begin = 0, end; begin < text.help().size(); begin = end + 1) {
      end = std::min(text.help().find('.', begin), text.help().size());
      const std::string sentence = text.help().substr(begin, end - begin);
      EXPECT_LE(std::count(sentence.begin(), sentence.end(), ' '), 18) << text.name() << ": " << sentence;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, EachShipped, testing::ValuesIn(Ids()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Shipped, TheFourAreThere) {
  EXPECT_THAT(Ids(), ElementsAre("uitstroom", "uitstroom-apeldoorn", "uitstroom-den-haag", "uitstroom-dordrecht"));
}

TEST(Shipped, EachHasAVersionOfItsOwn) {
  std::set<std::string> versions;
  for (const std::string& id : Ids()) versions.insert(Shipped(id)->version());
  EXPECT_EQ(versions.size(), Ids().size());
}

// A guard that opens the gates that are named.
std::string After(const Workflow& workflow, const Configuration& from, const std::string& decision, event::v1::DecisionOutcome outcome,
                  const std::set<std::string>& open) {
  event::v1::Event event;
  event.mutable_decisions_taken()->set_decision(decision);
  event.mutable_decisions_taken()->set_outcome(outcome);
  const auto guard = [&](const workflow::v1::Condition& condition) { return open.contains(condition.ShortDebugString()); };
  const auto step = workflow.Next(from, {}, decision.empty() ? nullptr : &event, guard);
  return step ? absl::StrJoin(step->configuration, " ") : "";
}

TEST(Shipped, TheBaseGoesThroughItsPhases) {
  const auto workflow = Shipped("uitstroom");
  EXPECT_THAT(workflow->Start().configuration, ElementsAre("voor"));
  EXPECT_EQ(After(*workflow, {"voor"}, "", {}, {"tasks_closed: \"voor\"", "not { interrupted: true }"}), "tijdens");
  EXPECT_EQ(After(*workflow, {"voor"}, "", {}, {"tasks_closed: \"voor\""}), "") << "not while interrupted";
  EXPECT_THAT(workflow->Milestones("na"), ElementsAre("P24M"));
  EXPECT_THAT(workflow->Milestones("voor"), IsEmpty());
}

TEST(Shipped, ApeldoornAsksTheCommittee) {
  const auto workflow = Shipped("uitstroom-apeldoorn");
  EXPECT_THAT(workflow->Start().configuration, ElementsAre("aanmelding", "dossier"));
  EXPECT_EQ(After(*workflow, {"aanmelding", "dossier"}, "", {}, {"tasks_closed: \"dossier\""}), "aanmelding commissie");
  const Configuration committee = {"aanmelding", "commissie"};
  EXPECT_EQ(After(*workflow, committee, "opstapcommissie", event::v1::DECISION_OUTCOME_MORE_NEEDED, {}), "aanmelding dossier");
  EXPECT_EQ(After(*workflow, committee, "opstapcommissie", event::v1::DECISION_OUTCOME_DENIED, {}), "gestopt");
  EXPECT_EQ(After(*workflow, committee, "", {},
                  {"decision { decision: \"opstapcommissie\" outcome: DECISION_OUTCOME_GRANTED }", "not { interrupted: true }"}),
            "voor");
  EXPECT_EQ(After(*workflow, {"tijdens"}, "terugkeer", event::v1::DECISION_OUTCOME_GRANTED, {}), "voor");
  EXPECT_EQ(After(*workflow, {"na", "nazorg"}, "terugkeer", event::v1::DECISION_OUTCOME_GRANTED, {}), "voor");
  EXPECT_EQ(After(*workflow, {"na", "nazorg"}, "terugkeer", event::v1::DECISION_OUTCOME_DENIED, {}), "");
  EXPECT_EQ(After(*workflow, {"na", "nazorg"}, "", {}, {"elapsed: \"P24M\""}), "na huurcontract");
  EXPECT_THAT(workflow->Milestones("na"), ElementsAre("P24M"));
}

TEST(Shipped, DordrechtWaitsForTheDoeTafel) {
  const auto workflow = Shipped("uitstroom-dordrecht");
  EXPECT_THAT(workflow->Start().configuration, ElementsAre("voor", "voorbereiding", "maatwerk", "niet_op_doe_tafel"));
  const Configuration start = workflow->Start().configuration;
  EXPECT_EQ(After(*workflow, start, "doe_tafel", event::v1::DECISION_OUTCOME_GRANTED, {}), "voor voorbereiding maatwerk doe_tafel");
  const std::set<std::string> ready = {"tasks_closed: \"voor\"", "not { interrupted: true }", "not { in { names: \"doe_tafel\" } }"};
  EXPECT_EQ(After(*workflow, start, "", {}, ready), "tijdens");
  EXPECT_EQ(
      After(*workflow, {"voor", "voorbereiding", "maatwerk", "doe_tafel"}, "", {}, {"tasks_closed: \"voor\"", "not { interrupted: true }"}),
      "");
}

TEST(Shipped, DenHaagDemandsNoTreatment) {
  Texts files = ShippedWorkflows();
  files["uitstroom-den-haag/workflow.yaml"] = With(files["uitstroom-den-haag/workflow.yaml"], "    tasks:\n",
                                                   "    tasks:\n      behandeling: {leefgebied: gezondheid, owner: ggz, term: P4W}\n");
  files["uitstroom-den-haag/texts.nl.yaml"] += "  behandeling: {label: Behandeling, help: Ga naar de behandelaar.}\n";
  EXPECT_THAT(
      FindingsOf(ReadFrom(files, "uitstroom-den-haag")),
      Contains(HasSubstr(
          "invariant: expected no gate that waits for a task of ggz (geen_behandeling_geeist), but 'taken_voor' waits for 'behandeling'")));
}

}  // namespace
}  // namespace overdracht::chart
