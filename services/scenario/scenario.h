// A scenario as text -> what it says. docs/scenarios.md is the language for its authors; in short:
//
//   # Words for the reader.
//   workflow uitstroom
//   organisation zorg 00000099000000001000 zorgaanbieder          what it is called here, its OIN, the roles it has from the start
//
//   2017-01-03 09:00 zorg tasks.completed task=actieplan          steps, one a line …
//   ----
//   2017-01-03 09:00 zorg tasks.completed: accepted               … and what comes of them, up to a blank line
//     …
#ifndef OVERDRACHT_SERVICES_SCENARIO_SCENARIO_H_
#define OVERDRACHT_SERVICES_SCENARIO_SCENARIO_H_

#include <absl/functional/function_ref.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace overdracht::scenario {

struct Step {
  enum Kind {
    kReport,   // 2017-01-03 09:00 zorg tasks.completed task=actieplan
    kAdvance,  // advance to 2017-02-01 09:00
    kState,    // state [FIELD…]
  };

  Kind kind = kReport;
  std::string file;
  int line = 0;
  int64_t time_us = 0;
  std::string organisation;         // OIN
  std::string event;                // the name in the catalogue
  std::string id;                   // of the event; empty: the runner makes one
  std::string data;                 // of the event: JSON
  std::vector<std::string> fields;  // of `state`
};

struct Block {
  std::vector<Step> steps;
  // Only what was refused is written out.
  bool quietly = false;
  // Steps of another file, which all must be accepted; nothing is written.
  bool used = false;
  // Where its expectation stands in the text: lines [first, last), from 0. The line before is ----, or, where that is missing, the steps.
  int first = 0, last = 0;
  bool has_rule = false;  // ---- is there
};

struct Organisation {
  std::string name, oin;
  std::vector<std::string> roles;
};

struct Scenario {
  std::string workflow;
  std::vector<Organisation> organisations;
  std::vector<Block> blocks;

  std::map<std::string, std::string> Names() const;  // by OIN
};

// What is wrong with the text of a scenario.
struct Problem {
  std::string file;
  int line = 0;  // from 1
  std::string message;

  std::string ToString() const;  // file:line: expected …, but …
};

// The text of a file that `use` names, relative to the scenario's folder; nothing where there is none.
using Files = absl::FunctionRef<std::optional<std::string>(absl::string_view path)>;

// Fills `scenario`; what is wrong otherwise.
std::optional<Problem> ReadScenario(absl::string_view file, absl::string_view text, Files files, Scenario* scenario);

}  // namespace overdracht::scenario

#endif  // OVERDRACHT_SERVICES_SCENARIO_SCENARIO_H_
