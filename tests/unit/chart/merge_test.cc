// `extends`: what a region writes, laid over its base.
#include <absl/strings/str_join.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/chart/small.h"

namespace overdracht::chart {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char kRegion[] = "workflow: regio\nextends: klein\n";

ReadResult Region(const std::string& text, const std::string& texts = "label: Regio\n") {
  Texts files = SmallFiles();
  files["regio/workflow.yaml"] = kRegion + text;
  files["regio/texts.nl.yaml"] = texts;
  return ReadFrom(files, "regio");
}

template <typename Entries>
std::string Names(const Entries& entries) {
  return absl::StrJoin(entries, " ", [](std::string* out, const auto& entry) { out->append(entry.name()); });
}

TEST(Merge, ARegionThatSaysNothingIsItsBase) {
  const ReadResult region = Region(""), base = ReadFrom(SmallFiles(), "klein");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  workflow::v1::WorkflowDefinition expected = base.definition;
  expected.set_id("regio");
  EXPECT_EQ(region.definition.DebugString(), expected.DebugString());
  EXPECT_EQ(region.texts.label(), "Regio");
  EXPECT_THAT(region.texts.texts(), SizeIs(5));
}

TEST(Merge, ARecordMergesKeyByKey) {
  const ReadResult region = Region("phases: {begin: {tasks: {plan: {term: P3W}}}}\n");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  EXPECT_EQ(region.definition.tasks(0).term(), "P3W");
  EXPECT_EQ(region.definition.tasks(0).owner().role(), event::v1::ROLE_GEMEENTE);
}

TEST(Merge, AddedEntriesComeAfterTheBases) {
  const ReadResult region = Region("rules: {regel: {on: homes.lost, tell: gemeente}}\n");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  EXPECT_EQ(Names(region.definition.rules()), "sluiting regel");
}

TEST(Merge, BeforePutsAnEntryBeforeAnother) {
  const ReadResult region = Region("phases: {vooraf: {before: begin, transitions: {begin: {on: homes.lost}}}}\n",
                                   "label: Regio\ntexts: {vooraf: {label: Vooraf, help: Vooraf.}}\n");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  EXPECT_EQ(Names(region.definition.phases()), "vooraf begin klaar");
}

TEST(Merge, BeforeMovesAnEntryOfTheBaseToo) {
  const ReadResult region = Region("phases: {klaar: {before: begin}}\n");
  EXPECT_EQ(Names(region.definition.phases()), "klaar begin");
}

TEST(Merge, BeforeWhatIsNotThereIsFound) {
  EXPECT_THAT(FindingsOf(Region("phases: {klaar: {before: weg}}\n")),
              ElementsAre("regio/workflow.yaml:3:26: before: expected the name of another entry here, but 'weg' is none"));
  EXPECT_THAT(FindingsOf(Region("phases: {klaar: {before: klaar}}\n")),
              ElementsAre("regio/workflow.yaml:3:26: before: expected the name of another entry here, but 'klaar' is none"));
}

TEST(Merge, DropRemovesEntriesAndKeys) {
  const ReadResult region = Region(
      "phases: {begin: {tasks: {plan: {optional: true, drop: term}}}}\n"
      "rules: {drop: [sluiting], einde: {on: closing, opens: afsluiten}}\n");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  EXPECT_EQ(region.definition.tasks(0).term(), "");
  EXPECT_EQ(Names(region.definition.rules()), "einde");
}

TEST(Merge, DropOfWhatTheBaseHasNotIsFound) {
  EXPECT_THAT(FindingsOf(Region("rules: {drop: [weg]}\n")),
              ElementsAre("regio/workflow.yaml:3:16: drop: expected a name that the base has here, but it has no 'weg'"));
}

TEST(Merge, WithoutABaseThereIsNothingToDropOrToGoBefore) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = With(kSmall, "  sluiting:", "  drop: [weg]\n  sluiting:");
  EXPECT_THAT(FindingsOf(ReadFrom(files, "klein")),
              ElementsAre("klein/workflow.yaml:16:3: drop: expected a name, but there is no base from which to drop here"));
  files["klein/workflow.yaml"] = With(kSmall, "{final: afgerond}", "{final: afgerond, before: begin}");
  EXPECT_THAT(
      FindingsOf(ReadFrom(files, "klein")),
      ElementsAre("klein/workflow.yaml:10:28: unknown_key: expected one of states, parallel, initial, final, history, transitions, tasks, "
                  "but this is 'before'"));
}

TEST(Merge, ATextOfSomethingDroppedIsLeftOut) {
  const ReadResult region = Region("phases: {begin: {tasks: {drop: plan}}}\n");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  EXPECT_THAT(region.texts.texts(), SizeIs(4));
}

TEST(Merge, ListsScalarsAndConditionsAreReplacedWhole) {
  const ReadResult region = Region(
      "task_escalation: [{tell: gemeente}, {tell: owner}]\n"
      "phases: {begin: {transitions: {klaar: {gates: {taken: {interrupted: false}}}}}}\n");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  EXPECT_THAT(region.definition.task_escalation().steps(), SizeIs(2));
  EXPECT_EQ(region.definition.phases(0).transitions(0).gates(0).when().ShortDebugString(), "not { interrupted: true }");
}

TEST(Merge, AGateIsAddedToTheBases) {
  const ReadResult region = Region("phases: {begin: {transitions: {klaar: {gates: {plan: {interrupted: false}}}}}}\n");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  EXPECT_EQ(Names(region.definition.phases(0).transitions(0).gates()), "taken plan");
}

TEST(Merge, AProtocolMergesTermByTerm) {
  const ReadResult region =
      Region("terugval: {longest_respite: P5D, terms: {gesignaleerd: {dreigend: PT4H}}}\nhandover: {more: {term: P3D}}\n");
  EXPECT_THAT(FindingsOf(region), IsEmpty());
  EXPECT_EQ(region.definition.terugval().longest_respite(), "P5D");
  EXPECT_EQ(region.definition.terugval().terms(0).dreigend(), "PT4H");
  EXPECT_EQ(region.definition.terugval().terms(0).crisis(), "PT1H");
  EXPECT_EQ(region.definition.handover().more().term(), "P3D");
  EXPECT_THAT(region.definition.handover().more().escalation().steps(), SizeIs(1));
}

TEST(Merge, AFindingNamesTheFileOfTheTextThatIsWrong) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = With(kSmall, "term: P2W", "term: 2 weken");
  files["regio/workflow.yaml"] = std::string(kRegion) + "rules: {regel: {on: homes.sold, tell: gemeente}}\n";
  files["regio/texts.nl.yaml"] = "label: Regio\n";
  EXPECT_THAT(
      FindingsOf(ReadFrom(files, "regio")),
      ElementsAre(
          "klein/workflow.yaml:5:56: duration: expected an ISO 8601 duration such as P6W or PT1H, but this is '2 weken'",
          "regio/workflow.yaml:3:21: unknown_event: expected the name of an event, such as homes.lost, or one of interrupted, closing, "
          "but this is 'homes.sold'"));
}

TEST(Merge, ARegionOfARegion) {
  Texts files = SmallFiles();
  files["regio/workflow.yaml"] = std::string(kRegion) + "phases: {begin: {tasks: {plan: {term: P3W}}}}\n";
  files["regio/texts.nl.yaml"] = "label: Regio\n";
  files["stad/workflow.yaml"] = "workflow: stad\nextends: regio\nphases: {begin: {tasks: {plan: {owner: wijkteam}}}}\n";
  files["stad/texts.nl.yaml"] = "label: Stad\n";
  const ReadResult city = ReadFrom(files, "stad");
  EXPECT_THAT(FindingsOf(city), IsEmpty());
  EXPECT_EQ(city.definition.tasks(0).term(), "P3W");
  EXPECT_EQ(city.definition.tasks(0).owner().role(), event::v1::ROLE_WIJKTEAM);
}

TEST(Merge, WorkflowsThatExtendEachOtherAreFound) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = With(kSmall, "workflow: klein\n", "workflow: klein\nextends: regio\n");
  files["regio/workflow.yaml"] = kRegion;
  files["regio/texts.nl.yaml"] = "label: Regio\n";
  EXPECT_THAT(
      FindingsOf(ReadFrom(files, "regio")),
      ElementsAre(
          "klein/workflow.yaml:2:10: extends: expected a workflow that does not extend this one, but it does: they go round in circles"));
}

TEST(Merge, FourInARowAreEnough) {
  Texts files;
  for (char name = 'a'; name < 'f'; ++name) {
    const std::string id(1, name), base(1, name + 1);
    files[id + "/workflow.yaml"] = "workflow: " + id + "\nextends: " + base + "\n";
    files[id + "/texts.nl.yaml"] = "label: X\n";
  }
  EXPECT_EQ(FindingsOf(ReadFrom(files, "a"))[0],
            "d/workflow.yaml:2:10: extends: expected at most 4 workflows in a row, but here is one more");
}

}  // namespace
}  // namespace overdracht::chart
