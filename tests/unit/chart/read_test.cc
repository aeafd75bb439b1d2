// Every kind of finding, with the place where it is: one thing is changed in a small sound workflow.
#include "services/chart/read.h"

#include <absl/strings/str_cat.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/chart/small.h"

namespace overdracht::chart {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Read, ASoundWorkflowHasNoFindings) {
  const ReadResult result = ReadFrom(SmallFiles(), "klein");
  EXPECT_THAT(FindingsOf(result), IsEmpty());
  EXPECT_EQ(result.definition.id(), "klein");
  EXPECT_EQ(result.texts.label(), "Klein");
  EXPECT_THAT(result.texts.texts(), SizeIs(5));
  EXPECT_EQ(result.definition.tasks(0).table(), "begin");
  EXPECT_EQ(result.definition.tasks(1).table(), "");
  EXPECT_EQ(result.definition.phases(0).transitions(0).to(), "klaar");
}

// A finding is expected where the replacement has ^ (it is taken out), or else at the line and column that the finding begins with.
struct Change {
  const char* old;
  const char* replacement;
  const char* finding;
  bool others_follow = false;  // from the same mistake
};

std::ostream& operator<<(std::ostream& out, const Change& change) { return out << change.replacement << " -> " << change.finding; }

class OneChange : public testing::TestWithParam<Change> {};

TEST_P(OneChange, IsFoundAtItsPlace) {
  std::string text = With(kSmall, GetParam().old, GetParam().replacement), finding = GetParam().finding;
  const size_t at = text.find('^');
  if (at != std::string::npos) {
    const size_t line_begins = text.rfind('\n', at) + 1;
    text.erase(at, 1);
    finding = absl::StrCat(1 + std::count(text.begin(), text.begin() + at, '\n'), ":", 1 + at - line_begins, ": ", finding);
  }
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = text;
  const std::vector<std::string> findings = FindingsOf(ReadFrom(files, "klein"));
  EXPECT_THAT(findings, Contains(absl::StrCat("klein/workflow.yaml:", finding)));
  EXPECT_EQ(findings.size() > 1, GetParam().others_follow) << testing::PrintToString(findings);
}

constexpr char kPlan[] = "plan: {leefgebied: wonen, owner: gemeente, term: P2W}";
constexpr char kRule[] = "  sluiting: {on: closing, opens: afsluiten}\n";
constexpr char kLast[] = "  klaar: {final: afgerond}\n";

const Change kChanges[] = {
    // The text as YAML
    {"term: P2W", "term: ^&a P2W", "anchor: expected plain YAML, but this has an anchor (&)"},
    {"term: P2W", "term: ^!!str P2W", "tag: expected plain YAML, but this has a tag (!)"},
    {"term: P2W", "term: ^! P2W", "tag: expected plain YAML, but this has a tag (!)"},
    {"owner: gemeente, term: P2W", "owner: gemeente, ^owner: ggz, term: P2W",
     "duplicate_key: expected each key once, but 'owner' is here again"},
    {kLast, "  klaar: {final: afgerond}\n  ^klaar: {final: gestopt}\n", "duplicate_key: expected each key once, but 'klaar' is here again"},
    {"{tasks_closed: begin}", "{tasks_closed: begin", "10:8: not_yaml: expected YAML, but end of map flow not found"},
    {"  moved_to_wlz: afsluitend\n", "  moved_to_wlz: afsluitend\n^---\na: b\n",
     "second_document: expected one document in a file, but here a second one begins"},
    {"term: P2W", "term: P2W\x04", "5:59: not_text: expected UTF-8 text without control characters, but this byte is none"},
    {"term: P2W", "term: P2W\xC0\xAF", "5:59: not_text: expected UTF-8 text without control characters, but this byte is none"},
    {"term: P2W", "^{a: b}: c, term: P2W", "key: expected a name as key, but this is none"},

    // Keys and forms
    {"term: P2W}", "term: P2W, ^deadline: P2W}",
     "unknown_key: expected one of leefgebied, owner, optional, term, terms, phases, open_while, after, closes_when, stands_still_while, "
     "per_reference, ends_traject, outlives, declines_support, opens_if, also_tell, called, but this is 'deadline'"},
    {"term: P2W}", "term: P2W, ^table: begin}",
     "unknown_key: expected one of leefgebied, owner, optional, term, terms, phases, open_while, after, closes_when, stands_still_while, "
     "per_reference, ends_traject, outlives, declines_support, opens_if, also_tell, called, but this is 'table'"},
    {"leefgebied: wonen, owner: gemeente, term: P2W", "owner: gemeente, term: P2W",
     "5:7: missing_key: expected the key leefgebied here, but it is missing"},
    {"more: {term: P7D, ", "more: ^{", "missing_key: expected the key term here, but it is missing"},
    {"{tell: gemeente}}\n    beoordeeld", "^{tell: }}\n    beoordeeld", "missing_key: expected the key tell here, but it is missing"},
    {kPlan, "plan: ^P2W",
     "form: expected a map with some of leefgebied, owner, optional, term, terms, phases, open_while, after, closes_when, "
     "stands_still_while, per_reference, ends_traject, outlives, declines_support, opens_if, also_tell, called, but this is none",
     true},
    {"rules:\n  sluiting: {on: closing, opens: afsluiten}\n", "rules:\n  ^- {on: closing, opens: afsluiten}\n",
     "form: expected a map by name for rules, but this is none", true},
    {"owner: gemeente, term: P2W", "owner: gemeente, term: ^[P2W]", "form: expected one value for term, but this is none"},
    {"term: P2W}", "term: P2W, optional: ^ja}", "form: expected true or false, but this is 'ja'"},
    {kLast, "  klaar: {final: afgerond}\ncontacts: {terugkom: {at_most: ^veel}}\n",
     "form: expected a whole number of at most six digits, but this is 'veel'", true},
    {"taken: {tasks_closed: begin}", "^taken:", "missing_value: expected the when here, but there is nothing"},

    // Codes, durations, names
    {"leefgebied: wonen, owner: gemeente, term: P2W", "leefgebied: ^huis, owner: gemeente, term: P2W",
     "unknown_code: expected one of gezondheid, wonen, inkomen, activiteiten, relaties, but this is 'huis'"},
    {"owner: gemeente, term: P2W", "owner: ^huisarts, term: P2W",
     "unknown_code: expected one of zorgaanbieder, wijkteam, gemeente, woningcorporatie, ggz, bewindvoerder, begeleider, vertrekkend, "
     "responsible, owner, "
     "sender, recipient, care_roles, but this is 'huisarts'"},
    {"term: P2W", "term: ^2 weken", "duration: expected an ISO 8601 duration such as P6W or PT1H, but this is '2 weken'"},
    {"term: P2W", "term: ^P1001Y", "duration: expected an ISO 8601 duration such as P6W or PT1H, but this is 'P1001Y'"},
    {"term: P2W", "term: ^P0D", "duration: expected an ISO 8601 duration such as P6W or PT1H, but this is 'P0D'"},
    {kRule, "  ^Sluiting: {on: closing, opens: afsluiten}\n",
     "name: expected a name of 1 to 64 characters a-z, 0-9 and _, but this is 'Sluiting'"},
    {kLast, "  klaar: {final: afgerond}\n  tussen: {states: {^begin: {}}, transitions: {klaar: {on: homes.lost}}}\n",
     "duplicate_name: expected another name: each state has its own, but there is 'begin' already", true},
    {"tasks:\n  afsluiten", "tasks:\n  ^plan: {leefgebied: wonen, owner: ggz, term: P1D, open_while: interrupted}\n  afsluiten",
     "duplicate_name: expected another name: each task has its own, but there is 'plan' already"},

    // What is referred to
    {"tasks_closed: begin", "tasks_closed: ^midden",
     "unknown_reference: expected the name of a state of this workflow, but there is none called 'midden'"},
    {kRule, "  sluiting: {on: closing, opens: [afsluiten, ^weg]}\n",
     "unknown_reference: expected the name of a task of this workflow, but there is none called 'weg'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten, awaits: ^weg}\n",
     "unknown_reference: expected the name of a decision of this workflow, but there is none called 'weg'"},
    {"{tasks_closed: begin}", "{all: [{tasks_closed: begin}, {series_done: ^weg}]}",
     "unknown_reference: expected the name of a series of this workflow, but there is none called 'weg'"},
    {"{tasks_closed: begin}", "{decision: {^weg: granted}}",
     "unknown_reference: expected the name of a decision of this workflow, but there is none called 'weg'"},
    {"term: P2W}", "term: P2W, terms: {^weg: P1D}}",
     "unknown_reference: expected the name of a phase of this workflow, but there is none called 'weg'"},
    {"term: P2W}", "term: P2W, after: ^weg}",
     "unknown_reference: expected the name of a task of this workflow, but there is none called 'weg'"},
    {"      klaar:\n        gates", "      klaar:\n        to: ^weg\n        gates",
     "unknown_reference: expected the name of a state of this workflow, but there is none called 'weg'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  r: {on: ^homes.sold, tell: ggz}\n",
     "unknown_event: expected the name of an event, such as homes.lost, or one of interrupted, closing, but this is 'homes.sold'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  r: {on: {signals.reported: {^soort: nuisance}}, tell: ggz}\n",
     "unknown_field: expected a field of this event that has codes, but this is 'soort'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  r: {on: {signals.reported: {^signal: s-1}}, tell: ggz}\n",
     "unknown_field: expected a field of this event that has codes, but this is 'signal'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  r: {on: {homes.offered: {kind: ^tent}}, tell: ggz}\n",
     "unknown_code: expected one of regular, temporary, omklap, clustered, but this is 'tent'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  r: {on: {appointments.missed: {first: ^ja}}, tell: ggz}\n",
     "unknown_code: expected one of true, false, but this is 'ja'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  r: {on: {decisions.taken: {decision: ^weg}}, tell: ggz}\n",
     "unknown_reference: expected the name of a decision of this workflow, but there is none called 'weg'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  r: {on: {contacts.held: {kind: ^weg}}, tell: ggz}\n",
     "unknown_reference: expected the name of a kind of contact of this workflow, but there is none called 'weg'"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  r: {on: {tasks.completed: {task: ^weg}}, tell: ggz}\n",
     "unknown_reference: expected the name of a task of this workflow, but there is none called 'weg'"},
    {kLast, "  klaar: {final: afgerond}\nrequirements: {^homes.sold: {taken: interrupted}}\n",
     "unknown_event: expected the name of an event, such as homes.lost, but this is 'homes.sold'"},

    // Conditions
    {"{tasks_closed: begin}", "{home: ^verkocht}",
     "unknown_code: expected one of offered, declined, signed, lived_in, left, lost, but this is 'verkocht'"},
    {"{tasks_closed: begin}", "^{}", "form: expected a condition, but this is none"},
    {"{tasks_closed: begin}", "^tasks_closed", "form: expected something behind tasks_closed, but there is nothing"},
    {"{tasks_closed: begin}", "{interrupted: ^nooit}", "form: expected true or false, but this is 'nooit'"},
    {"{tasks_closed: begin}", "this_transfers",
     "9:11: unknown_reference: expected an event about a handover, but this one is not about any"},
    {"{tasks_closed: begin}", "^vrijdag",
     "unknown_condition: expected one of all, any, not, support_arranged, home, handover, responsible, in, tasks_closed, task_closed, "
     "decision, interrupted, "
     "episode_open, series_done, elapsed, transfer_held, stay, closing, this_transfers, this_sender_leaving, but this is 'vrijdag'"},

    // Every wait has a term, every task can open
    {"owner: gemeente, term: P2W", "owner: gemeente",
     "5:7: no_term: expected a term: a required task never waits for ever, but it has none"},
    {"term: P2W}", "term: ^P2W, optional: true}", "term: expected no term, for nobody waits for an optional task, but it has one"},
    {"P1D, crisis: PT1H,", "P1D,", "24:5: no_term: expected a term for dreigend and one for crisis, but it is otherwise"},
    {"{of: respite, ", "{of: respite, dreigend: P1D, crisis: P1D, ",
     "27:5: no_term: expected no terms, for respijt ends with its date, but it is otherwise"},
    {"{of: respite, ", "{of: ^series, ", "term_kind: expected assessment, response, respite or review, but it is otherwise"},
    {"    opgenomen: {of: review, dreigend: P4W, crisis: P4W, escalation: {tell: gemeente}}\n", "",
     "24:5: no_term: expected a term for opgenomen, but it has none"},
    {"[{tell: gemeente}, {wait: P1D, tell: gemeente}]", "{tell: gemeente}",
     "27:5: no_wait: expected a second step, and from then on a wait at each, for respijt has no term of its own to wait again, "
     "but it is otherwise"},
    {"{wait: P1D, tell: gemeente}]", "{at_most: P1D, tell: gemeente}]",
     "27:5: no_wait: expected a second step, and from then on a wait at each, for respijt has no term of its own to wait again, "
     "but it is otherwise"},
    {"{wait: P1D, tell: gemeente}]", "{wait: P1D, tell: gemeente}, {tell: gemeente}]",
     "27:5: no_wait: expected a second step, and from then on a wait at each, for respijt has no term of its own to wait again, "
     "but it is otherwise"},
    {kLast, "  klaar: {final: afgerond}\ndecisions:\n  ^plan: {awaited: interrupted}\n",
     "no_term: expected a term, for this decision is waited for, but it has none"},
    {kLast, "  klaar: {final: afgerond}\ndecisions:\n  ^plan: {awaited: interrupted, term: P1D}\n",
     "no_escalation: expected an escalation: whom to tell when the term runs out, but it has none"},
    {kRule, "  sluiting: {on: closing, opens: plan}\n",
     "12:3: never_opens: expected a rule that opens it, open_while or after, but this task outside the tables has none of these"},
    {"term: P2W}", "term: P2W, after: ^plan}", "never_opens: expected a task that can be closed first, but they wait for each other"},
    {"term: P2W}", "term: P2W, declines_support: ^true}", "form: expected open_while beside declines_support, but there is none"},
    {"term: P2W}", "term: P2W, per_reference: ^true}",
     "form: expected a task outside the tables that a rule opens, once for each reference, but this one is not"},
    {"term: P4W, ends_traject: true", "term: P4W, ends_traject: true, opens_if: ^interrupted",
     "form: expected opens_if at a task in a table, but this one is in none"},
    {"term: P2W}", "term: P2W, ends_traject: ^true, closes_when: interrupted}",
     "form: expected a required task that is closed by hand, but this one is not"},
    {"term: P2W}", "term: P2W, phases: begin, terms: {^klaar: P1D}}",
     "unknown_reference: expected one of the phases in which the task can be open, but this is none"},
    {"owner: gemeente, term: P2W", "owner: ^care_roles, term: P2W", "owner: expected a role, or responsible, but this is neither"},
    {"term: P2W}", "term: P2W, called: afsluiten}",
     "12:3: duplicate_name: expected one task of this name, or one beside one per_reference, but 'afsluiten' is there already"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten}\n  ^r: {on: homes.lost}\n",
     "no_effect: expected tell, opens or awaits, but this rule does nothing"},
    {"task_escalation:\n  - tell: owner\nrules:\n",
     "  taken: {leefgebied: wonen, owner: ggz, term: P1D, open_while: interrupted}\n"
     "task_escalation:\n  - tell: owner\nrules:\n  r: {on: homes.lost, opens: ^taken}\n",
     "opens: expected tasks that do not open by themselves, but 'taken' has open_while"},
    {"term: P2W}\n    transitions",
     "term: P2W}\n      ^stil: {leefgebied: wonen, owner: ggz, term: P1D, open_while: interrupted}\n    transitions",
     "no_text: expected a text for 'stil' in klein/texts.nl.yaml, but there is none"},

    // Chains of escalation
    {"- tell: owner", "- ^{wait: P1D, tell: owner}",
     "first_step: expected no wait and no at_most: the first step comes when the term runs out, but there is one"},
    {"- tell: owner", "- tell: owner\n  - {wait: P1D, at_most: ^P4W, tell: gemeente}",
     "form: expected either wait or at_most, but there are both"},
    {"- tell: owner", "- tell: ^sender", "party: expected somebody who is there, but nobody is the sender here"},
    {kRule, "  sluiting: {on: closing, opens: afsluiten, tell: ^owner}\n",
     "party: expected somebody who is there, but nobody is the owner here"},

    // Endings
    {"client_withdrew: gestopt", "^client_withdrew: lopend", "ending: expected afsluitend or gestopt, but this is neither"},
    {"  deceased: gestopt\n", "", "30:3: ending: expected what follows on deceased, but it is not said"},
    {"term: P4W, ends_traject: true", "term: P4W",
     "30:3: ending: expected a task with ends_traject, for some endings are afsluitend, but there is none"},

    // The chart
    {kLast, "  klaar: {final: ^lopend}\n", "final: expected afgerond or gestopt, but this is neither"},
    {kLast, "  klaar: {final: ^afgerond, states: {plan: {}}}\n",
     "final: expected nothing in a final state and nothing out of it, but there is something"},
    {"      klaar:\n        gates:\n          taken: {tasks_closed: begin}\n", "      ^klaar: {}\n",
     "no_gate: expected an event or gates, but without either its state would be left at once", true},
    {"      klaar:\n        gates", "      klaar:\n        on: ^interrupted\n        gates",
     "trigger: expected the name of an event: what happens inside is a gate's condition, but this is none"},
    {kLast, "  klaar: {final: afgerond}\n  ^taken: {transitions: {klaar: {on: homes.lost}}}\n",
     "unreachable: expected a way to this state, but there is none"},
    {"      klaar:\n        gates", "      begin:\n        gates",
     "3:3: dead_end: expected a way from this phase to a final one, but there is none", true},
    {"    transitions:\n      klaar", "    parallel: ^true\n    transitions:\n      klaar",
     "parallel: expected at least two states in a parallel one, but there are fewer"},
    {"    transitions:\n      klaar", "    initial: ^klaar\n    transitions:\n      klaar",
     "initial: expected one of its own states, where it is not parallel, but this is otherwise"},
    {"    transitions:\n      klaar", "    states: ^{plan: {history: deep}}\n    transitions:\n      klaar",
     "history: expected a state beside the history, but there is none"},
    {"    transitions:\n      klaar",
     "    states: {plan: {}, taken: {history: deep, transitions: {^klaar: {}}}}\n    transitions:\n      klaar",
     "history: expected a target in the same state, but this one is not"},
    {"    transitions:\n      klaar",
     "    states: {plan: {}, taken: {history: deep, transitions: {^plan: {on: homes.lost}}}}\n    transitions:\n      klaar",
     "history: expected neither event nor gates: a history only says what comes first, but there is one"},

    {kLast, "  klaar: {final: afgerond}\n  taken: {history: ^deep}\n",
     "history: expected a history inside a state, but this one is in none", true},

    // The author's invariants
    {kLast, "  klaar: {final: afgerond}\ninvariants: {^geen: {}}\n",
     "form: expected either no_gate_waits_for or always, but it is otherwise"},
    {kLast, "  klaar: {final: afgerond}\ninvariants: {geen: {no_gate_waits_for: gemeente}}\n",
     "9:11: invariant: expected no gate that waits for a task of gemeente (geen), but 'taken' waits for 'plan'"},

    // What stands around it
    {"workflow: klein", "workflow: ^groot", "workflow: expected the workflow's name, 'workflow: klein', but this says otherwise"},
    {"workflow: klein\n", "workflow: klein\nextends: ^../klein\n", "extends: expected the name of a workflow, but this is none"},
    {"workflow: klein\n", "workflow: klein\nextends: ^klein\n",
     "extends: expected a workflow that does not extend this one, but it does: they go round in circles"},
    {"workflow: klein\n", "workflow: klein\nextends: ^basis\n", "no_file: expected the file basis/workflow.yaml, but it is not there",
     true},
};

INSTANTIATE_TEST_SUITE_P(Table, OneChange, testing::ValuesIn(kChanges));

TEST(Read, FindsAllThatIsWrongAtOnceInOrder) {
  Texts files = SmallFiles();
  std::string text = With(kSmall, "P2W", "twee weken");
  text = With(text, "closing", "sluiten");
  files["klein/workflow.yaml"] = text;
  files["klein/texts.nl.yaml"] = With(kSmallTexts, "help: Het eind.", "hulp: Het eind.");
  const std::vector<std::string> findings = FindingsOf(ReadFrom(files, "klein"));
  ASSERT_THAT(findings, SizeIs(4));
  EXPECT_THAT(findings[0], HasSubstr("klein/texts.nl.yaml:4:3: missing_key"));
  EXPECT_THAT(findings[1], HasSubstr("klein/texts.nl.yaml:4:25: unknown_key"));
  EXPECT_THAT(findings[2], HasSubstr("klein/workflow.yaml:5:56: duration"));
  EXPECT_THAT(findings[3], HasSubstr("klein/workflow.yaml:16:18: unknown_event"));
}

TEST(Read, WhatFollowsFromTextThatIsNotPlainYamlIsNotFound) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = "workflow: klein\nphases: &a {}\n";
  EXPECT_THAT(FindingsOf(ReadFrom(files, "klein")), ElementsAre(HasSubstr("klein/workflow.yaml:2:9: anchor")));
}

TEST(Read, ATextForNothingIsFound) {
  Texts files = SmallFiles();
  files["klein/texts.nl.yaml"] += "  weg: {label: Weg, help: Dit is er niet.}\n";
  EXPECT_THAT(FindingsOf(ReadFrom(files, "klein")),
              ElementsAre("klein/texts.nl.yaml:8:3: unknown_text: expected the name of something in this workflow, but there is no 'weg'"));
}

TEST(Read, AMissingFileIsFound) {
  EXPECT_THAT(FindingsOf(ReadFrom({}, "klein")),
              ElementsAre("klein/texts.nl.yaml:1:1: no_file: expected the file klein/texts.nl.yaml, but it is not there",
                          "klein/workflow.yaml:1:1: no_file: expected the file klein/workflow.yaml, but it is not there"));
  EXPECT_THAT(FindingsOf(ReadFrom({}, "../klein")),
              ElementsAre("../klein:1:1: workflow: expected a workflow's name of 1 to 64 a-z, 0-9 and -"));
}

TEST(Read, AnEmptyFileIsFound) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = "# niets\n";
  EXPECT_THAT(FindingsOf(ReadFrom(files, "klein")),
              ElementsAre("klein/workflow.yaml:1:1: empty: expected some text, but the file is empty"));
}

TEST(Read, WordsThatOtherYamlReadersTakeForSomethingElseAreWords) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = With(
      kSmall, kRule, "  sluiting: {on: closing, opens: afsluiten}\n  no: {on: homes.lost, tell: ggz}\n  12: {on: homes.lost, tell: ggz}\n");
  const ReadResult result = ReadFrom(files, "klein");
  EXPECT_THAT(FindingsOf(result), IsEmpty());
  EXPECT_EQ(result.definition.rules(1).name(), "no");
  EXPECT_EQ(result.definition.rules(2).name(), "12");
}

// Short forms: what the author writes, and the condition that it is.
struct Form {
  const char* yaml;
  const char* condition;
};

class Conditions : public testing::TestWithParam<Form> {};

TEST_P(Conditions, AreReadAs) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = With(kSmall, "taken: {tasks_closed: begin}", std::string("taken: ") + GetParam().yaml);
  const ReadResult result = ReadFrom(files, "klein");
  EXPECT_THAT(FindingsOf(result), IsEmpty());
  EXPECT_EQ(result.definition.phases(0).transitions(0).gates(0).when().ShortDebugString(), GetParam().condition);
}

const Form kForms[] = {
    {"support_arranged", "support_arranged: true"},
    {"{support_arranged: true}", "support_arranged: true"},
    {"{interrupted: false}", "not { interrupted: true }"},
    {"{not: interrupted}", "not { interrupted: true }"},
    {"{home: signed}", "home { states: \"signed\" }"},
    {"{home: [signed, lived_in]}", "home { states: \"signed\" states: \"lived_in\" }"},
    {"{in: begin}", "in { names: \"begin\" }"},
    {"{responsible: vertrekkend}", "responsible { role: ROLE_VERTREKKEND }"},
    {"{handover: {transfers: true, states: [afgerond]}}", "handover { transfers: true states: HANDOVER_STATE_AFGEROND }"},
    {"{elapsed: P24M, interrupted: false}", "all { conditions { elapsed: \"P24M\" } conditions { not { interrupted: true } } }"},
    {"[interrupted, closing]", "all { conditions { interrupted: true } conditions { closing: true } }"},
    {"{any: [interrupted, {stay: mo}]}", "any { conditions { interrupted: true } conditions { stay: STAY_SETTING_MO } }"},
    {"{task_closed: plan}", "task_closed: \"plan\""},
};

INSTANTIATE_TEST_SUITE_P(Table, Conditions, testing::ValuesIn(kForms));

TEST(Read, AHistoryMayBeWhereAStateBegins) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] = With(kSmall, "    transitions:\n      klaar",
                                      "    initial: taken\n    states: {taken: {history: deep}, plan: {}}\n    transitions:\n      klaar");
  EXPECT_THAT(FindingsOf(ReadFrom(files, "klein")), IsEmpty());
}

TEST(Read, ASeriesIsHeldByTheContactOfItsName) {
  Texts files = SmallFiles();
  files["klein/workflow.yaml"] += "series: {plan: {phases: begin, first: P1W, every: P1W, grace: P3D, tell: gemeente}}\n";
  const ReadResult result = ReadFrom(files, "klein");
  EXPECT_THAT(FindingsOf(result), IsEmpty());
  EXPECT_EQ(result.definition.series(0).contact(), "plan");
  EXPECT_EQ(result.definition.series(0).of(), notice::v1::TERM_KIND_SERIES);
}

TEST(Read, TasksComeInTheOrderOfThePhasesWhereverTheFileHasThem) {
  Texts files = SmallFiles();
  std::string text = kSmall;
  const size_t begin = text.find("tasks:\n  afsluiten"), end = text.find("task_escalation");
  const std::string outside = text.substr(begin, end - begin);
  text.erase(begin, end - begin);
  files["klein/workflow.yaml"] = With(text, "phases:", outside + "phases:");
  const ReadResult result = ReadFrom(files, "klein");
  EXPECT_THAT(FindingsOf(result), IsEmpty());
  EXPECT_EQ(result.definition.tasks(0).name(), "plan");
  EXPECT_EQ(result.definition.SerializeAsString(), ReadFrom(SmallFiles(), "klein").definition.SerializeAsString());
}

}  // namespace
}  // namespace overdracht::chart
