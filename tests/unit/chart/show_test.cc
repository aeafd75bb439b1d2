#include "services/chart/show.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "tests/unit/chart/small.h"

namespace overdracht::chart {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string Shown(const std::string& id) {
  const ReadResult result = ReadFrom(ShippedWorkflows(), id);
  return Mermaid(result.definition, result.texts);
}

TEST(Mermaid, ShowsTheChartWithItsLabels) {
  EXPECT_EQ(Shown("uitstroom-dordrecht"), R"(stateDiagram-v2
  state "Voor de verhuizing" as voor {
    state "Voorbereiding" as voorbereiding
    --
    state "Maatwerk" as maatwerk {
      state "Niet op de Doe-tafel" as niet_op_doe_tafel
      state "Doe-tafel" as doe_tafel
      state "De Doe-tafel is klaar" as doe_tafel_klaar
      [*] --> niet_op_doe_tafel
      niet_op_doe_tafel --> doe_tafel : decisions.taken (Doe-tafel, granted)
      doe_tafel --> doe_tafel_klaar : [De taken van de Doe-tafel zijn klaar]
      doe_tafel_klaar --> doe_tafel : decisions.taken (Doe-tafel, granted)
    }
  }
  state "Tijdens de verhuizing" as tijdens
  state "Na de verhuizing" as na
  state "Afgerond" as afgerond
  [*] --> voor
  voor --> tijdens : [De taken van voor de verhuizing zijn klaar, De cliënt is niet opgenomen of in respijt, De Doe-tafel is klaar]
  tijdens --> na : [De cliënt woont in een woning, De taken van de verhuizing zijn klaar, De cliënt is overgedragen, De cliënt is niet opgenomen of in respijt]
  na --> afgerond : [Twee jaar na de verhuizing, De monitoring is klaar, Er is geen terugval, De cliënt woont in een woning, Er loopt geen overdracht]
  afgerond --> [*]
)");
}

TEST(Mermaid, DrawsATransitionInTheStateThatHoldsBothItsEnds) {
  const std::string shown = Shown("uitstroom-apeldoorn");
  EXPECT_THAT(shown, HasSubstr("\n    dossier --> commissie : [Het dossier is compleet]\n"));
  EXPECT_THAT(shown, HasSubstr("\n  commissie --> voor : [De commissie heeft ja gezegd, De cliënt is niet opgenomen of in respijt]\n"));
  EXPECT_THAT(shown, HasSubstr("\n  commissie --> gestopt : decisions.taken (Besluit van de Opstapcommissie, denied)\n"));
  EXPECT_THAT(shown, HasSubstr("\n  na --> voor : decisions.taken (Besluit over terugkeer, granted)\n"));
}

TEST(Mermaid, KeepsToItsOwnWords) {
  workflow::v1::WorkflowDefinition definition;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(phases { name: "end" initial: "b" states { name: "a" history: HISTORY_DEEP } states { name: "b" } transitions { to: "b" gates { name: "g" } } })",
      &definition));
  workflow::v1::WorkflowTexts texts;
  auto* text = texts.add_texts();
  text->set_name("g");
  text->set_label("Een \"label\": met; <tekens> # en {haken}\n--");
  EXPECT_EQ(Mermaid(definition, texts), R"(stateDiagram-v2
  state "end" as end_ {
    state "H*" as a
    state "b" as b
    [*] --> b
  }
  [*] --> end_
  end_ --> b : [Een 'label' - met, tekens  en (haken) --]
)");
}

TEST(Mermaid, ShowsNothingOfNothing) { EXPECT_THAT(Mermaid({}, {}), Not(HasSubstr("-->"))); }

}  // namespace
}  // namespace overdracht::chart
