// Records and state as lines of a scenario: docs/scenarios.md says how to read them. By reflection over the messages, so that a new effect,
// notice or part of the state is written without a line here.
#ifndef OVERDRACHT_SERVICES_SCENARIO_WORDS_H_
#define OVERDRACHT_SERVICES_SCENARIO_WORDS_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "services/engine/engine.h"

namespace overdracht::scenario {

using Lines = std::vector<std::string>;
using Names = std::map<std::string, std::string>;  // what a scenario calls an organisation, by its OIN

// 2017-01-10 09:00, with seconds where there are any.
std::string WriteMoment(int64_t us);

// What was decided: the input and its outcome on the first line, then effects and notices, each indented.
Lines WriteRecord(const journal::v1::Record& record, const Names& names);

// The state of a traject: these of its fields (all where none is named), each entry on a line of its own.
Lines WriteState(const journal::v1::Traject& traject, const std::vector<std::string>& fields, const Names& names);
// One line for each transition that the traject may take, with the gates that are closed.
Lines WriteWaits(const std::vector<engine::Waiting>& waits);
// The names that `fields` may hold; the runner adds `waits`.
std::vector<std::string> StateFields();

}  // namespace overdracht::scenario

#endif  // OVERDRACHT_SERVICES_SCENARIO_WORDS_H_
