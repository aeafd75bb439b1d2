// A small sound workflow as text, for tests that change one thing in it.
#ifndef OVERDRACHT_TESTS_UNIT_CHART_SMALL_H_
#define OVERDRACHT_TESTS_UNIT_CHART_SMALL_H_

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/chart/read.h"

namespace overdracht::chart {

inline constexpr char kSmall[] = R"(workflow: klein
phases:
  begin:
    tasks:
      plan: {leefgebied: wonen, owner: gemeente, term: P2W}
    transitions:
      klaar:
        gates:
          taken: {tasks_closed: begin}
  klaar: {final: afgerond}
tasks:
  afsluiten: {leefgebied: wonen, owner: gemeente, term: P4W, ends_traject: true}
task_escalation:
  - tell: owner
rules:
  sluiting: {on: closing, opens: afsluiten}
handover:
  answer: {term: P7D, escalation: {tell: sender}}
  more: {term: P7D, escalation: {tell: sender}}
  meeting: {term: P7D, escalation: {tell: sender}}
  farewell: {term: P7D, escalation: {tell: sender}}
terugval:
  terms:
    gesignaleerd: {of: assessment, dreigend: P1D, crisis: PT1H, escalation: {tell: gemeente}}
    beoordeeld: {of: response, dreigend: P1D, crisis: P1D, escalation: {tell: gemeente}}
    opgeschaald: {of: review, dreigend: P4W, crisis: P4W, escalation: {tell: gemeente}}
    respijt: {of: respite, escalation: [{tell: gemeente}, {wait: P1D, tell: gemeente}]}
    opgenomen: {of: review, dreigend: P4W, crisis: P4W, escalation: {tell: gemeente}}
endings:
  client_withdrew: gestopt
  deceased: gestopt
  moved_away: afsluitend
  moved_to_wlz: afsluitend
)";

inline constexpr char kSmallTexts[] = R"(label: Klein
texts:
  begin: {label: Begin, help: Het begin.}
  klaar: {label: Klaar, help: Het eind.}
  plan: {label: Plan, help: Maak een plan.}
  afsluiten: {label: Afsluiten, help: Sluit af.}
  taken: {label: Taken, help: De taken zijn klaar.}
)";

using Texts = std::map<std::string, std::string>;

inline Texts SmallFiles() { return {{"klein/workflow.yaml", kSmall}, {"klein/texts.nl.yaml", kSmallTexts}}; }

// The text with `old` replaced; it must be there once.
inline std::string With(std::string text, const std::string& old, const std::string& replacement) {
  const size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << "no '" << old << "' to replace";
  EXPECT_EQ(text.find(old, at + 1), std::string::npos) << "'" << old << "' is there twice";
  if (at != std::string::npos) text.replace(at, old.size(), replacement);
  return text;
}

inline ReadResult ReadFrom(const Texts& files, const std::string& id) {
  return ReadWorkflow(id, [&](absl::string_view path) -> std::optional<std::string> {
    const auto it = files.find(std::string(path));
    if (it == files.end()) return std::nullopt;
    return it->second;
  });
}

inline std::vector<std::string> FindingsOf(const ReadResult& result) {
  std::vector<std::string> findings;
  for (const Finding& finding : result.findings) findings.push_back(finding.ToString());
  return findings;
}

}  // namespace overdracht::chart

#endif  // OVERDRACHT_TESTS_UNIT_CHART_SMALL_H_
