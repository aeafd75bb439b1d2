// The semantics of W3C SCXML, on small charts. A script is what happens; a trace is what the chart does, run to completion:
//
//   start              the start
//   homes.lost         an event (nuisance: signals.reported of that kind)
//   open x, close x    the gate {decision: x} from now on; then what follows without event
//
//   homes.lost: -a1 -a +b = b      each microstep: left (innermost first), entered (outermost first), what is active then
#include "services/chart/interpreter.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <gtest/gtest.h>

#include <set>

#include "services/base/limits.h"
#include "services/chart/reader.h"

namespace overdracht::chart {
namespace {

struct Case {
  const char* rule;
  const char* chart;
  const char* script;
  const char* trace;
};

event::v1::Event EventOf(absl::string_view name) {
  event::v1::Event event;
  if (name == "homes.lost") event.mutable_homes_lost();
  if (name == "homes.offered") event.mutable_homes_offered();
  if (name == "nuisance") event.mutable_signals_reported()->set_kind(event::v1::SIGNAL_KIND_NUISANCE);
  if (name == "client") event.mutable_signals_reported()->set_kind(event::v1::SIGNAL_KIND_CLIENT);
  EXPECT_NE(event.data_case(), event::v1::Event::DATA_NOT_SET) << "the script knows no event " << name;
  return event;
}

workflow::v1::WorkflowDefinition DefinitionOf(const std::string& yaml) {
  Findings findings;
  Places places;
  const Node node = ReadYaml("chart", yaml, &findings);
  EXPECT_EQ(findings.size(), 0u) << (findings.size() > 0 ? findings.Sorted()[0].ToString() : "");
  workflow::v1::WorkflowDefinition definition;
  Reader(&findings, &places).ReadDefinition(node, &definition);
  return definition;
}

class Player {
 public:
  explicit Player(const std::string& yaml) : definition_(DefinitionOf(yaml)) {
    const absl::Status built = chart_.Build(definition_);
    EXPECT_TRUE(built.ok()) << built;
  }

  std::string Play(absl::string_view script) {
    for (absl::string_view line : absl::StrSplit(script, ',')) {
      const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
      if (words[0] == "open") {
        open_.insert(words[1]);
        Rest(absl::StrJoin(words, " "), nullptr);
      } else if (words[0] == "close") {
        open_.erase(words[1]);
      } else if (words[0] == "start") {
        Take(words[0], chart_.Start());
        Rest("", nullptr);
      } else {
        const event::v1::Event event = EventOf(words[0]);
        Rest(words[0], &event);
      }
    }
    return absl::StrJoin(trace_, "\n");
  }

 private:
  bool Holds(const workflow::v1::Condition& condition) const {
    return condition.has_not_() ? !Holds(condition.not_()) : open_.contains(condition.decision().decision());
  }

  // The event's microstep, then those without event.
  void Rest(const std::string& what, const event::v1::Event* event) {
    const auto guard = [&](const workflow::v1::Condition& condition) { return Holds(condition); };
    bool moved = false;
    for (int steps = 0; steps < base::kMaxMicrosteps; ++steps) {
      std::optional<Microstep> step = chart_.Next(configuration_, histories_, event, guard);
      if (!step && event == nullptr) break;
      event = nullptr;
      if (!step) continue;
      Take(moved ? "" : what, *step);
      moved = true;
    }
    if (!moved && !what.empty()) trace_.push_back(absl::StrCat(what, ":"));
  }

  void Take(const std::string& what, const Microstep& step) {
    configuration_ = step.configuration;
    histories_ = step.histories;
    std::string line = absl::StrCat(what, ":");
    for (const std::string& state : step.exited) absl::StrAppend(&line, " -", state);
    for (const std::string& state : step.entered) absl::StrAppend(&line, " +", state);
    absl::StrAppend(&line, " = ", absl::StrJoin(step.configuration, " "));
    if (step.final == notice::v1::STATUS_AFGEROND) absl::StrAppend(&line, " afgerond");
    if (step.final == notice::v1::STATUS_GESTOPT) absl::StrAppend(&line, " gestopt");
    trace_.push_back(line);
  }

  workflow::v1::WorkflowDefinition definition_;
  Chart chart_;
  Configuration configuration_;
  Histories histories_;
  std::set<std::string> open_;
  std::vector<std::string> trace_;
};

const Case kCases[] = {
    // Entering -------------------------------------------------------------------------------------------------------------------------
    {"the first state is entered by default, at every level", R"(phases: {a: {states: {a1: {states: {a11: {}, a12: {}}}, a2: {}}}, b: {}})",
     "start", "start: +a +a1 +a11 = a a1 a11"},
    {"initial names another one", R"(phases: {a: {initial: a2, states: {a1: {}, a2: {initial: a22, states: {a21: {}, a22: {}}}}}})",
     "start", "start: +a +a2 +a22 = a a2 a22"},
    {"a parallel state enters all its regions, in the order of the definition",
     R"(phases: {p: {parallel: true, states: {l: {states: {l1: {}, l2: {}}}, r: {initial: r2, states: {r1: {}, r2: {}}}}}})", "start",
     "start: +p +l +l1 +r +r2 = p l l1 r r2"},
    {"a target deep inside enters the states around it",
     R"(phases: {a: {transitions: {t: {to: b12, on: homes.lost}}}, b: {states: {b1: {states: {b11: {}, b12: {}}}}}})", "start, homes.lost",
     "start: +a = a\nhomes.lost: -a +b +b1 +b12 = b b1 b12"},
    {"a target in one region enters the other regions by default",
     R"(phases: {a: {transitions: {t: {to: r2, on: homes.lost}}},
                 p: {parallel: true, states: {l: {states: {l1: {}, l2: {}}}, r: {states: {r1: {}, r2: {}}}}}})",
     "start, homes.lost", "start: +a = a\nhomes.lost: -a +p +l +l1 +r +r2 = p l l1 r r2"},

    // Which transition -----------------------------------------------------------------------------------------------------------------
    {"a deeper state's transition comes before its ancestor's",
     R"(phases: {a: {states: {a1: {transitions: {t: {to: c, on: homes.lost}}}}, transitions: {t: {to: b, on: homes.lost}}}, b: {}, c: {}})",
     "start, homes.lost", "start: +a +a1 = a a1\nhomes.lost: -a1 -a +c = c"},
    {"the ancestor's is taken where the deeper one's gate is closed",
     R"(phases: {a: {states: {a1: {transitions: {t: {to: c, on: homes.lost, gates: {g: {decision: x}}}}}},
                     transitions: {t: {to: b, on: homes.lost}}}, b: {}, c: {}})",
     "start, homes.lost", "start: +a +a1 = a a1\nhomes.lost: -a1 -a +b = b"},
    {"of one state's transitions the first that is enabled is taken",
     R"(phases: {a: {transitions: {s: {to: b, on: homes.lost, gates: {g: {decision: x}}}, t: {to: c, on: homes.lost}, u: {to: d, on: homes.lost}}},
                 b: {}, c: {}, d: {}})",
     "start, homes.lost", "start: +a = a\nhomes.lost: -a +c = c"},
    {"an event that enables nothing changes nothing", R"(phases: {a: {transitions: {b: {on: homes.lost}}}, b: {}})", "start, homes.offered",
     "start: +a = a\nhomes.offered:"},
    {"an event that comes while its gate is closed is not kept",
     R"(phases: {a: {transitions: {b: {on: homes.lost, gates: {g: {decision: x}}}}}, b: {}})", "start, homes.lost, open x, homes.lost",
     "start: +a = a\nhomes.lost:\nopen x:\nhomes.lost: -a +b = b"},
    {"every gate must be open", R"(phases: {a: {transitions: {b: {gates: {g: {decision: x}, h: {decision: y}}}}}, b: {}})",
     "start, open x, open y", "start: +a = a\nopen x:\nopen y: -a +b = b"},
    {"an event must have one of the codes",
     R"(phases: {a: {transitions: {b: {on: {signals.reported: {kind: [nuisance, naasten]}}}}}, b: {}})", "start, client, nuisance",
     "start: +a = a\nclient:\nnuisance: -a +b = b"},
    {"what happens inside the engine is no event",
     R"(phases: {a: {transitions: {b: {on: interrupted, gates: {g: {decision: x}}}}}, b: {}})", "open x, start, homes.lost",
     "open x:\nstart: +a = a\nhomes.lost:"},

    // Run to completion ------------------------------------------------------------------------------------------------------------------
    {"after the event come the transitions without one, until none is enabled",
     R"(phases: {a: {transitions: {b: {on: homes.lost}}}, b: {transitions: {c: {gates: {g: {decision: x}}}}},
                 c: {transitions: {d: {gates: {g: {decision: x}}}}}, d: {}})",
     "start, open x, homes.lost", "start: +a = a\nopen x:\nhomes.lost: -a +b = b\n: -b +c = c\n: -c +d = d"},
    {"without an event too, right after the start", R"(phases: {a: {transitions: {b: {gates: {g: {not: {decision: x}}}}}}, b: {}})",
     "start", "start: +a = a\n: -a +b = b"},
    {"a transition with an event is not taken without it",
     R"(phases: {a: {transitions: {b: {on: homes.lost}}}, b: {transitions: {c: {on: homes.lost}}}, c: {}})", "start, homes.lost",
     "start: +a = a\nhomes.lost: -a +b = b"},

    // Leaving --------------------------------------------------------------------------------------------------------------------------
    {"left innermost first, entered outermost first",
     R"(phases: {a: {states: {a1: {states: {a11: {}}}}, transitions: {b: {on: homes.lost}}}, b: {states: {b1: {states: {b11: {}}}}}})",
     "start, homes.lost", "start: +a +a1 +a11 = a a1 a11\nhomes.lost: -a11 -a1 -a +b +b1 +b11 = b b1 b11"},
    {"a transition to the state itself leaves and enters it",
     R"(phases: {a: {states: {a1: {}, a2: {}}, transitions: {a: {on: homes.lost}}}})", "start, homes.lost",
     "start: +a +a1 = a a1\nhomes.lost: -a1 -a +a +a1 = a a1"},
    {"between two states of one parent the parent stays", R"(phases: {a: {states: {a1: {transitions: {a2: {on: homes.lost}}}, a2: {}}}})",
     "start, homes.lost", "start: +a +a1 = a a1\nhomes.lost: -a1 +a2 = a a2"},
    {"to a descendant the source is left and entered: every transition is external",
     R"(phases: {a: {states: {a1: {}, a2: {}}, transitions: {a2: {on: homes.lost}}}})", "start, homes.lost",
     "start: +a +a1 = a a1\nhomes.lost: -a1 -a +a +a2 = a a2"},
    {"to the parent it is left and entered by default",
     R"(phases: {a: {states: {a1: {transitions: {a2: {on: homes.lost}}}, a2: {transitions: {a: {on: homes.lost}}}}}})",
     "start, homes.lost, homes.lost", "start: +a +a1 = a a1\nhomes.lost: -a1 +a2 = a a2\nhomes.lost: -a2 -a +a +a1 = a a1"},

    // Parallel states --------------------------------------------------------------------------------------------------------------------
    {"two regions react to one event in one microstep",
     R"(phases: {p: {parallel: true, states: {l: {states: {l1: {transitions: {l2: {on: homes.lost}}}, l2: {}}},
                                              r: {states: {r1: {transitions: {r2: {on: homes.lost}}}, r2: {}}}}}})",
     "start, homes.lost", "start: +p +l +l1 +r +r1 = p l l1 r r1\nhomes.lost: -r1 -l1 +l2 +r2 = p l l2 r r2"},
    {"one region moves, the other stays",
     R"(phases: {p: {parallel: true, states: {l: {states: {l1: {transitions: {l2: {on: homes.lost}}}, l2: {}}}, r: {states: {r1: {}, r2: {}}}}}})",
     "start, homes.lost", "start: +p +l +l1 +r +r1 = p l l1 r r1\nhomes.lost: -l1 +l2 = p l l2 r r1"},
    {"of two that leave the same states the first in document order is taken",
     R"(phases: {p: {parallel: true, states: {l: {transitions: {b: {on: homes.lost}}}, r: {transitions: {c: {on: homes.lost}}}}}, b: {}, c: {}})",
     "start, homes.lost", "start: +p +l +r = p l r\nhomes.lost: -r -l -p +b = b"},
    {"a transition out of the parallel state loses against one inside a later region, for that is deeper",
     R"(phases: {p: {parallel: true, states: {l: {}, r: {states: {r1: {transitions: {r2: {on: homes.lost}}}, r2: {}}}},
                     transitions: {b: {on: homes.lost}}}, b: {}})",
     "start, homes.lost, homes.lost", "start: +p +l +r +r1 = p l r r1\nhomes.lost: -r1 +r2 = p l r r2\nhomes.lost: -r2 -r -l -p +b = b"},
    {"an earlier region that leaves the parallel state preempts a later one inside it",
     R"(phases: {p: {parallel: true, states: {l: {transitions: {b: {on: homes.lost}}},
                                              r: {states: {r1: {transitions: {r2: {on: homes.lost}}}, r2: {}}}}}, b: {}})",
     "start, homes.lost", "start: +p +l +r +r1 = p l r r1\nhomes.lost: -r1 -r -l -p +b = b"},
    {"into another region the whole parallel state is left and entered",
     R"(phases: {p: {parallel: true, states: {l: {states: {l1: {transitions: {r2: {on: homes.lost}}}, l2: {}}}, r: {states: {r1: {}, r2: {}}}}}})",
     "start, homes.lost", "start: +p +l +l1 +r +r1 = p l l1 r r1\nhomes.lost: -r1 -r -l1 -l -p +p +l +l1 +r +r2 = p l l1 r r2"},
    {"parallel in parallel",
     R"(phases: {p: {parallel: true, states: {l: {parallel: true, states: {la: {}, lb: {states: {lb1: {transitions: {lb2: {on: homes.lost}}}, lb2: {}}}}},
                                              r: {}}}})",
     "start, homes.lost", "start: +p +l +la +lb +lb1 +r = p l la lb lb1 r\nhomes.lost: -lb1 +lb2 = p l la lb lb2 r"},
    {"a region that is in its final state waits for nothing and ends nothing",
     R"(phases: {p: {parallel: true, states: {l: {states: {l1: {transitions: {l9: {on: homes.lost}}}, l9: {final: afgerond}}},
                                              r: {states: {r1: {transitions: {r2: {on: homes.offered}}}, r2: {}}}}}})",
     "start, homes.lost, homes.offered",
     "start: +p +l +l1 +r +r1 = p l l1 r r1\nhomes.lost: -l1 +l9 = p l l9 r r1\nhomes.offered: -r1 +r2 = p l l9 r r2"},

    // Final states -----------------------------------------------------------------------------------------------------------------------
    {"a final state of the top ends the traject", R"(phases: {a: {transitions: {z: {on: homes.lost}}}, z: {final: gestopt}})",
     "start, homes.lost, homes.lost", "start: +a = a\nhomes.lost: -a +z = z gestopt\nhomes.lost:"},
    {"one inside a state does not", R"(phases: {a: {states: {a1: {transitions: {a9: {on: homes.lost}}}, a9: {final: afgerond}}}})",
     "start, homes.lost", "start: +a +a1 = a a1\nhomes.lost: -a1 +a9 = a a9"},

    // History ----------------------------------------------------------------------------------------------------------------------------
    {"shallow history enters the child that was left, and that by default",
     R"(phases: {a: {states: {h: {history: shallow}, a1: {transitions: {a2: {on: homes.offered}}},
                              a2: {states: {a21: {transitions: {a22: {on: homes.offered}}}, a22: {}}}},
                     transitions: {b: {on: homes.lost}}},
                 b: {transitions: {h: {on: homes.lost}}}})",
     "start, homes.offered, homes.offered, homes.lost, homes.lost",
     "start: +a +a1 = a a1\nhomes.offered: -a1 +a2 +a21 = a a2 a21\nhomes.offered: -a21 +a22 = a a2 a22\n"
     "homes.lost: -a22 -a2 -a +b = b\nhomes.lost: -b +a +a2 +a21 = a a2 a21"},
    {"deep history enters what was active at the bottom",
     R"(phases: {a: {states: {h: {history: deep}, a1: {transitions: {a2: {on: homes.offered}}},
                              a2: {states: {a21: {transitions: {a22: {on: homes.offered}}}, a22: {}}}},
                     transitions: {b: {on: homes.lost}}},
                 b: {transitions: {h: {on: homes.lost}}}})",
     "start, homes.offered, homes.offered, homes.lost, homes.lost",
     "start: +a +a1 = a a1\nhomes.offered: -a1 +a2 +a21 = a a2 a21\nhomes.offered: -a21 +a22 = a a2 a22\n"
     "homes.lost: -a22 -a2 -a +b = b\nhomes.lost: -b +a +a2 +a22 = a a2 a22"},
    {"history of what was never entered leads to the parent's initial state",
     R"(phases: {b: {transitions: {h: {on: homes.lost}}}, a: {initial: a2, states: {h: {history: deep}, a1: {}, a2: {}}}})",
     "start, homes.lost", "start: +b = b\nhomes.lost: -b +a +a2 = a a2"},
    {"or where its own transition leads",
     R"(phases: {b: {transitions: {h: {on: homes.lost}}}, a: {states: {h: {history: deep, transitions: {a22: {}}}, a1: {}, a2: {states: {a21: {}, a22: {}}}}}})",
     "start, homes.lost", "start: +b = b\nhomes.lost: -b +a +a2 +a22 = a a2 a22"},
    {"deep history of a parallel state brings back every region",
     R"(phases: {p: {parallel: true, states: {h: {history: deep},
                       l: {states: {l1: {transitions: {l2: {on: homes.offered}}}, l2: {}}}, r: {states: {r1: {transitions: {r2: {on: homes.declined}}}, r2: {}}}},
                     transitions: {b: {on: homes.lost}}},
                 b: {transitions: {h: {on: homes.lost}}}})",
     "start, homes.offered, homes.lost, homes.lost",
     "start: +p +l +l1 +r +r1 = p l l1 r r1\nhomes.offered: -l1 +l2 = p l l2 r r1\n"
     "homes.lost: -r1 -r -l2 -l -p +b = b\nhomes.lost: -b +p +l +l2 +r +r1 = p l l2 r r1"},
    {"shallow history of a parallel state enters its regions by default",
     R"(phases: {p: {parallel: true, states: {h: {history: shallow}, l: {states: {l1: {transitions: {l2: {on: homes.offered}}}, l2: {}}}, r: {}},
                     transitions: {b: {on: homes.lost}}},
                 b: {transitions: {h: {on: homes.lost}}}})",
     "start, homes.offered, homes.lost, homes.lost",
     "start: +p +l +l1 +r = p l l1 r\nhomes.offered: -l1 +l2 = p l l2 r\nhomes.lost: -r -l2 -l -p +b = b\nhomes.lost: -b +p +l +l1 +r = p "
     "l l1 r"},
    {"history as the initial state",
     R"(phases: {a: {initial: h, states: {h: {history: shallow}, a1: {transitions: {a2: {on: homes.offered}}}, a2: {}},
                     transitions: {b: {on: homes.lost}}},
                 b: {transitions: {a: {on: homes.lost}}}})",
     "start, homes.offered, homes.lost, homes.lost",
     "start: +a +a1 = a a1\nhomes.offered: -a1 +a2 = a a2\nhomes.lost: -a2 -a +b = b\nhomes.lost: -b +a +a2 = a a2"},
    {"history is written anew each time",
     R"(phases: {a: {states: {h: {history: shallow}, a1: {transitions: {a2: {on: homes.offered}}}, a2: {transitions: {a1: {on: homes.offered}}}},
                     transitions: {b: {on: homes.lost}}},
                 b: {transitions: {h: {on: homes.lost}}}})",
     "start, homes.offered, homes.lost, homes.lost, homes.offered, homes.lost, homes.lost",
     "start: +a +a1 = a a1\nhomes.offered: -a1 +a2 = a a2\nhomes.lost: -a2 -a +b = b\nhomes.lost: -b +a +a2 = a a2\n"
     "homes.offered: -a2 +a1 = a a1\nhomes.lost: -a1 -a +b = b\nhomes.lost: -b +a +a1 = a a1"},
    {"a history of a state that is not left leads where it led before",
     R"(phases: {a: {states: {h: {history: shallow}, a1: {transitions: {a2: {on: homes.offered}}}, a2: {transitions: {h: {on: homes.lost}}}}}})",
     "start, homes.offered, homes.lost", "start: +a +a1 = a a1\nhomes.offered: -a1 +a2 = a a2\nhomes.lost: -a2 +a1 = a a1"},
};

class Scxml : public testing::TestWithParam<Case> {};

TEST_P(Scxml, Trace) {
  Player player(GetParam().chart);
  EXPECT_EQ(player.Play(GetParam().script), GetParam().trace) << GetParam().rule << "\n" << GetParam().chart;
}

INSTANTIATE_TEST_SUITE_P(Charts, Scxml, testing::ValuesIn(kCases));

TEST(Chart, SaysWhichTransitionsWereTaken) {
  const auto definition = DefinitionOf("phases: {a: {transitions: {weg: {to: b, on: homes.lost}}}, b: {}}");
  Chart chart;
  ASSERT_TRUE(chart.Build(definition).ok());
  const event::v1::Event event = EventOf("homes.lost");
  const auto step = chart.Next({"a"}, {}, &event, [](const auto&) { return true; });
  ASSERT_TRUE(step);
  ASSERT_EQ(step->taken.size(), 1u);
  EXPECT_EQ(step->taken[0]->name(), "weg");
}

TEST(Chart, GoesOnWithoutAStateThatItDoesNotKnow) {
  const auto definition = DefinitionOf("phases: {a: {transitions: {b: {on: homes.lost}}}, b: {}}");
  Chart chart;
  ASSERT_TRUE(chart.Build(definition).ok());
  const event::v1::Event event = EventOf("homes.lost");
  const auto step = chart.Next({"weg", "a"}, {}, &event, [](const auto&) { return true; });
  ASSERT_TRUE(step);
  EXPECT_EQ(step->configuration, Configuration{"b"});
}

TEST(Chart, ThatNeverRestsCanBeStoppedAfterAnyMicrostep) {
  const auto definition =
      DefinitionOf("phases: {a: {transitions: {b: {gates: {g: {decision: x}}}}}, b: {transitions: {a: {gates: {g: {decision: x}}}}}}");
  Chart chart;
  ASSERT_TRUE(chart.Build(definition).ok());
  Configuration configuration = chart.Start().configuration;
  for (int i = 0; i < base::kMaxMicrosteps; ++i) {
    const auto step = chart.Next(configuration, {}, nullptr, [](const auto&) { return true; });
    ASSERT_TRUE(step);
    configuration = step->configuration;
  }
}

TEST(Chart, IsRefusedWhereItIsNone) {
  for (const char* yaml : {
           "phases: {a: {}, b: {states: {a: {}}}}",                                                          // one name twice
           "phases: {a: {transitions: {weg: {on: homes.lost}}}}",                                            // no such target
           "phases: {a: {initial: b, states: {a1: {}}}, b: {}}",                                             // not its own
           "phases: {a: {parallel: true}}",                                                                  // no regions
           "phases: {a: {states: {h: {history: deep}}}}",                                                    // nothing beside it
           "phases: {a: {states: {h: {history: deep, transitions: {b: {}}}, a1: {}}}, b: {}}",               // leads out
           "phases: {a: {states: {h: {history: deep, transitions: {i: {}}}, i: {history: deep}, a1: {}}}}",  // to another history
           "tasks: {}",                                                                                      // no phases
       }) {
    const auto definition = DefinitionOf(yaml);
    Chart chart;
    EXPECT_FALSE(chart.Build(definition).ok()) << yaml;
  }
}

}  // namespace
}  // namespace overdracht::chart
