// Whatever the text, reading ends soon, with findings, and never in a crash. ctest's time limit and the sanitizers are the judges.
#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/base/limits.h"
#include "services/chart/workflow.h"
#include "tests/unit/chart/small.h"

namespace overdracht::chart {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::vector<std::string> ReadAs(const std::string& text) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = text;
  return FindingsOf(ReadFrom(files, "klein"));
}

std::string Times(int times, const std::string& text) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

struct Bomb {
  const char* name;
  std::string text;
  const char* finding;
};

class Bombs : public testing::TestWithParam<Bomb> {};

TEST_P(Bombs, AreRefused) {
  const std::vector<std::string> findings = ReadAs(GetParam().text);
  ASSERT_FALSE(findings.empty()) << GetParam().name;
  EXPECT_THAT(findings, testing::Contains(HasSubstr(GetParam().finding))) << GetParam().name;
}

std::string ManyStates(int number) {
  std::string text = "workflow: klein\nphases:\n  begin:\n    states:\n";
  for (int i = 0; i < number; ++i) absl::StrAppend(&text, "      s", i, ": {}\n");
  return text;
}

// 10,000 states, 100 in each of 100 phases.
std::string ManyPhases() {
  std::string text = "workflow: klein\nphases:\n";
  for (int i = 0; i < 10'000; ++i) {
    if (i % 100 == 0) absl::StrAppend(&text, "  p", i, ":\n    states:\n");
    absl::StrAppend(&text, "      s", i, ": {}\n");
  }
  return text;
}

std::string ManyTasks() {
  std::string text = "workflow: klein\ntasks:\n";
  for (int i = 0; i < 1'001; ++i)
    absl::StrAppend(&text, "  t", i, ": {leefgebied: wonen, owner: ggz, term: P1D, open_while: interrupted}\n");
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Bombs,
    testing::Values(
        Bomb{"a billion laughs", "a: &a [lol]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n", "klein/workflow.yaml:1:4: anchor: "},
        Bomb{"an alias", "workflow: klein\nphases: *p\n", ":2:9: "}, Bomb{"an alias to itself", "a: &a {b: *a}\n", "anchor"},
        Bomb{"33 levels", Times(33, "{a: ") + "b" + Times(33, "}"),
             "klein/workflow.yaml:1:129: too_deep: expected at most 32 levels, but here begins one more"},
        Bomb{"lists on one line", Times(1'000'000, "["), "too_large: expected a line of at most 4096 bytes"},
        Bomb{"lists line by line", Times(300'000, "[\n"), "too_deep"}, Bomb{"maps line by line", Times(200'000, "{a:\n"), "too_deep"},
        Bomb{"dashes", Times(2'000, "- ") + "a", "too_deep"}, Bomb{"question marks", Times(2'000, "? ") + "a", ""},
        Bomb{"indentation",
             [] {
               std::string text;
               for (int i = 0; i < 1000; ++i) text += std::string(i, ' ') + "a:\n";
               return text;
             }(),
             "too_deep"},
        Bomb{"more than 1 MB", "# " + Times(20'000, std::string(60, 'x') + "\n# "), "too_large: expected at most 1048576 bytes"},
        Bomb{"a long line", "a: " + std::string(5'000, 'x'), "too_large: expected a line of at most 4096 bytes"},
        Bomb{"many keys",
             [] {
               std::string text;
               for (int i = 0; i < 100'000; ++i) absl::StrAppend(&text, "k", i, ":\n");
               return text;
             }(),
             "too_large: expected at most 4000 entries"},
        Bomb{"10,000 states in one map", ManyStates(10'000), "klein/workflow.yaml:4005:"},
        Bomb{"1,001 states", ManyStates(1'001), "klein/workflow.yaml:1004:7: too_many: expected at most 1000 states, but here is one more"},
        Bomb{"10,000 states in many maps", ManyPhases(), "too_many: expected at most 1000 states, but here is one more"},
        Bomb{"1,001 tasks", ManyTasks(), "klein/workflow.yaml:1003:3: too_many: expected at most 1000 tasks, but here is one more"},
        Bomb{"UTF-16", std::string("\xFF\xFE\x61\x00", 4), "1:1: not_text"},
        Bomb{"nothing but a zero", std::string("\0", 1), "1:1: not_text"},
        Bomb{"an end-of-file character", "workflow: klein\n\x04: x\n", "2:1: not_text"}, Bomb{"a directive", "%YAML 9.9\n---\na: b\n", ""},
        Bomb{"a tag directive", "%TAG ! tag:x,2000:\n---\na: !b c\n", "tag"},
        Bomb{"a list", "- a\n- b\n", "1:1: form: expected a map, but this is none"},
        Bomb{"a word", "workflow", "1:1: form: expected a map, but this is none"}, Bomb{"null", "~", "form: expected a map"},
        Bomb{"an unfinished quote", "a: \"b", "not_yaml"}, Bomb{"a tab", "a:\n\tb: c\n", "not_yaml"}));

TEST(Hostile, AtMostFiftyFindingsAreShown) {
  std::string rules;
  for (int i = 0; i < 300; ++i) absl::StrAppend(&rules, "  r", i, ": {on: homes.sold, tell: niemand}\n");
  EXPECT_THAT(ReadAs(With(kSmall, "rules:\n", "rules:\n" + rules)), SizeIs(50));
}

TEST(Hostile, OneThousandStatesAreReadAndCompiled) {
  std::string states;
  for (int i = 0; i < 990; ++i) absl::StrAppend(&states, "      s", i, ": {transitions: {s", i + 1, ": {on: homes.lost}}}\n");
  absl::StrAppend(&states, "      s990: {}\n");
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = With(kSmall, "  begin:\n", "  begin:\n    states:\n" + states);
  for (int i = 0; i <= 990; ++i) absl::StrAppend(&files["klein/texts.nl.yaml"], "  s", i, ": {label: S, help: S.}\n");
  const ReadResult result = ReadFrom(files, "klein");
  EXPECT_THAT(FindingsOf(result), testing::IsEmpty());
  EXPECT_TRUE(Workflow::Compile(result.definition).ok());
}

// Each file is within its bounds; what is deployed of them would be no record that Kafka takes.
TEST(Hostile, MoreThanOneRecordHolds) {
  std::string agreements;
  for (int i = 0; i < 3'900; ++i) absl::StrAppend(&agreements, i == 0 ? "" : ",\n      ", "a", i, std::string(50, 'x'));
  Texts files = SmallFiles();
  std::string text = absl::StrCat(kSmall, "decisions:\n");
  for (const char* name : {"een", "twee", "drie"})
    absl::StrAppend(&text, "  ", name, ":\n    when: {in: begin}\n    agreements: [", agreements, "]\n");
  files["klein/workflow.yaml"] = text;
  EXPECT_THAT(FindingsOf(ReadFrom(files, "klein")),
              testing::ElementsAre(testing::MatchesRegex("klein/workflow.yaml:1:1: too_large: expected a workflow that takes at most "
                                                         "524288 bytes as it is deployed, .* but it takes 6.*")));
}

TEST(Hostile, DropOfAllThatTheBaseHas) {
  std::string rules, drop;
  for (int i = 0; i < 3'900; ++i) {
    absl::StrAppend(&rules, "  r", i, ": {on: homes.lost, tell: ggz}\n");
    absl::StrAppend(&drop, "  - r", i, "\n");
  }
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = With(kSmall, "rules:\n", "rules:\n" + rules);
  files["regio/workflow.yaml"] = "workflow: regio\nextends: klein\nrules:\n drop:\n" + drop;
  files["regio/texts.nl.yaml"] = "label: Regio\n";
  EXPECT_THAT(FindingsOf(ReadFrom(files, "regio")), testing::IsEmpty());
}

// Every third byte of a sound definition changed, left out or said twice: findings or a definition that compiles, nothing else.
TEST(Hostile, AnyOneByteChanged) {
  const std::string sound = kSmall;
  const std::string bytes = "{}[]:,&*!|>%@`'\"#-? \n\t\x01\x7F\x80\xFF";
  for (size_t i = 0; i < sound.size(); i += 3) {
    for (const std::string& text :
         {sound.substr(0, i) + bytes[i % bytes.size()] + sound.substr(i + 1), sound.substr(0, i) + sound.substr(i + 1), sound.substr(0, i),
          sound.substr(0, i) + sound.substr(i / 2)}) {
      Texts files = SmallFiles();
      files["klein/workflow.yaml"] = text;
      const ReadResult result = ReadFrom(files, "klein");
      if (result.ok()) {
        EXPECT_TRUE(Workflow::Compile(result.definition).ok()) << text;
      }
    }
  }
}

}  // namespace
}  // namespace overdracht::chart
