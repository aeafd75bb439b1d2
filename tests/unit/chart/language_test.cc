// docs/workflow-language.md is for authors: it has every key, every condition and every code of the language, and its examples can be read.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "services/base/codes.h"
#include "services/chart/merge.h"
#include "services/chart/schema.h"
#include "tests/unit/chart/small.h"

namespace overdracht::chart {
namespace {

using google::protobuf::Descriptor;
using testing::HasSubstr;

std::string Page() {
  std::ifstream file(std::string(OVERDRACHT_SOURCE_DIR) + "/docs/workflow-language.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void AddMessages(const Descriptor* message, std::set<const Descriptor*>* all) {
  if (!all->insert(message).second) return;
  for (int i = 0; i < message->field_count(); ++i) {
    if (message->field(i)->message_type() != nullptr) AddMessages(message->field(i)->message_type(), all);
  }
}

TEST(Language, EveryKeyStandsInThePage) {
  const std::string page = Page();
  std::set<const Descriptor*> messages;
  AddMessages(workflow::v1::WorkflowDefinition::descriptor(), &messages);
  AddMessages(workflow::v1::WorkflowTexts::descriptor(), &messages);
  ASSERT_GT(messages.size(), 20u);
  for (const Descriptor* message : messages) {
    if (message == workflow::v1::Party::descriptor() || message == workflow::v1::Trigger::descriptor() || WholeField(message) != nullptr)
      continue;
    for (const std::string& key : std::vector<std::string>(absl::StrSplit(KeysOf(message), ", ", absl::SkipEmpty()))) {
      EXPECT_THAT(page, HasSubstr(absl::StrCat("`", key, "`"))) << message->name();
    }
  }
  for (const char* key : {"workflow", "extends", "drop", "before"}) EXPECT_THAT(page, HasSubstr(absl::StrCat("`", key, "`")));
}

TEST(Language, EveryCodeThatOnlyWorkflowsUseStandsInThePage) {
  const std::string page = Page();
  for (const auto* codes : {workflow::v1::Relation_descriptor(), workflow::v1::Internal_descriptor(), workflow::v1::History_descriptor()}) {
    for (int i = 1; i < codes->value_count(); ++i) {
      EXPECT_THAT(page, HasSubstr(absl::StrCat("`", base::CodeOf(codes, codes->value(i)->number()), "`")));
    }
  }
}

// Each example is a part of a definition: laid over the base it leaves no finding but missing texts.
TEST(Language, EveryExampleCanBeRead) {
  const std::vector<std::string> parts = absl::StrSplit(Page(), "```yaml\n");
  ASSERT_GT(parts.size(), 10u);
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string example = parts[i].substr(0, parts[i].find("```"));
    if (example.find("workflow:") == 0 || example.find("label:") == 0) continue;
    Texts files = ShippedWorkflows();
    files["voorbeeld/workflow.yaml"] = "workflow: voorbeeld\nextends: uitstroom\n" + example;
    files["voorbeeld/texts.nl.yaml"] = "label: Voorbeeld\n";
    for (const std::string& finding : FindingsOf(ReadFrom(files, "voorbeeld"))) EXPECT_THAT(finding, HasSubstr(": no_text: ")) << example;
  }
}

}  // namespace
}  // namespace overdracht::chart
