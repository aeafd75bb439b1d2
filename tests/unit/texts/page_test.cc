// docs/errors.md read whole against the code: every code and reason once and in order, with its parameters and its sentences, and nothing
// that the code does not have.
#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "services/base/codes.h"
#include "services/texts/sentences.h"

namespace overdracht::texts {
namespace {

constexpr char kPage[] = OVERDRACHT_SOURCE_DIR "/docs/errors.md";

template <typename Enum>
std::string Name(Enum value) {
  return absl::AsciiStrToUpper(base::Code(value));
}

std::vector<std::string> Lines() {
  std::ifstream file(kPage);
  EXPECT_TRUE(file.good());
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// The texts between backticks.
std::vector<std::string> Quoted(absl::string_view line) {
  std::vector<std::string> quoted;
  const std::vector<absl::string_view> parts = absl::StrSplit(line, '`');
  for (size_t i = 1; i < parts.size(); i += 2) quoted.emplace_back(parts[i]);
  return quoted;
}

// A reason as the page has it.
struct Section {
  std::string code, reason, parameters, english, dutch;
  int words = 0;  // what it says beside that: when, and what to do

  bool operator==(const Section& other) const {
    return std::tie(code, reason, parameters, english, dutch) ==
           std::tie(other.code, other.reason, other.parameters, other.english, other.dutch);
  }
};

std::ostream& operator<<(std::ostream& out, const Section& s) {
  return out << s.code << " " << s.reason << "\n  " << s.parameters << "\n  " << s.english << "\n  " << s.dutch << "\n";
}

std::vector<Section> ReadSections() {
  std::vector<Section> sections;
  std::string code;
  for (absl::string_view line : Lines()) {
    if (absl::ConsumePrefix(&line, "## ")) {
      code = std::string(line);
    } else if (absl::ConsumePrefix(&line, "### ")) {
      sections.push_back({code, std::string(line), "", "", ""});
    } else if (sections.empty()) {
      continue;
    } else if (absl::ConsumePrefix(&line, "- parameters: ")) {
      sections.back().parameters = line == "none" ? "" : absl::StrJoin(Quoted(line), ", ");
    } else if (absl::ConsumePrefix(&line, "- English: ")) {
      sections.back().english = absl::StrJoin(Quoted(line), "");
    } else if (absl::ConsumePrefix(&line, "- Nederlands: ")) {
      sections.back().dutch = absl::StrJoin(Quoted(line), "");
    } else {
      sections.back().words += static_cast<int>(std::count(line.begin(), line.end(), ' '));
    }
  }
  return sections;
}

// The lines of a reason that the code knows.
std::string Bullet(absl::string_view line, const Sentence& row) {
  const std::string parameters =
      row.parameters.empty() ? "none" : absl::StrCat("`", absl::StrReplaceAll(row.parameters, {{", ", "`, `"}}), "`");
  if (absl::StartsWith(line, "- parameters: ")) return absl::StrCat("- parameters: ", parameters);
  if (absl::StartsWith(line, "- English: ")) return absl::StrCat("- English: `", row.english, "`");
  if (absl::StartsWith(line, "- Nederlands: ")) return absl::StrCat("- Nederlands: `", row.dutch, "`");
  return std::string(line);
}

void Rewrite() {
  std::vector<std::string> lines = Lines();
  const Sentence* row = nullptr;
  for (std::string& line : lines) {
    if (absl::StartsWith(line, "### ")) {
      const auto found =
          std::find_if(Sentences().begin(), Sentences().end(), [&](const Sentence& s) { return Name(s.reason) == line.substr(4); });
      row = found == Sentences().end() ? nullptr : &*found;
    }
    if (row != nullptr) line = Bullet(line, *row);
  }
  std::ofstream(kPage) << absl::StrJoin(lines, "\n") << "\n";
}

TEST(ErrorsPage, EveryReasonWithItsParametersAndSentences) {
  if (std::getenv("OVERDRACHT_REWRITE_DOCS") != nullptr) Rewrite();
  std::vector<Section> expected;
  for (const Sentence& row : Sentences()) {
    expected.push_back({Name(row.code), Name(row.reason), std::string(row.parameters), std::string(row.english), std::string(row.dutch)});
  }
  const std::vector<Section> page = ReadSections();
  EXPECT_EQ(page, expected);
  for (const Section& section : page) EXPECT_GT(section.words, 8) << section.reason << ": say when it comes and what to do";
}

TEST(ErrorsPage, EveryCodeInItsTable) {
  std::vector<std::string> expected, listed;
  const auto* codes = journal::v1::RefusalCode_descriptor();
  for (int i = 1; i < codes->value_count(); ++i) expected.push_back(Name(static_cast<journal::v1::RefusalCode>(codes->value(i)->number())));
  for (const std::string& line : Lines()) {
    if (line.size() > 3 && line.rfind("| `", 0) == 0 && absl::ascii_isupper(line[3])) listed.push_back(Quoted(line).front());
  }
  EXPECT_EQ(listed, expected);
}

TEST(ErrorsPage, EveryParameterIsExplained) {
  std::set<std::string> expected, listed;
  for (const Sentence& row : Sentences()) {
    for (absl::string_view name : absl::StrSplit(row.parameters, ", ", absl::SkipEmpty())) expected.emplace(name);
  }
  for (const std::string& line : Lines()) {
    if (line.size() > 3 && line.rfind("| `", 0) == 0 && absl::ascii_islower(line[3])) listed.insert(Quoted(line).front());
  }
  EXPECT_EQ(listed, expected);
}

TEST(ErrorsPage, NamesNothingThatTheCodeLacks) {
  std::set<std::string> known;
  for (const Sentence& row : Sentences()) known.insert({Name(row.code), Name(row.reason)});
  for (const std::string& line : Lines()) {
    for (const std::string& quoted : Quoted(line)) {
      const bool is_name =
          !quoted.empty() && std::all_of(quoted.begin(), quoted.end(), [](char c) { return absl::ascii_isupper(c) || c == '_'; });
      EXPECT_TRUE(!is_name || known.count(quoted) > 0) << quoted;
    }
  }
}

}  // namespace
}  // namespace overdracht::texts
