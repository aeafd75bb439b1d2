// Every entry of a definition, changed one at a time. By reflection over the message and the rules that stand beside its fields
// (proto/overdracht/workflow/v1/options.proto), so that a new key of the language is changed too.
//
//   a duration or number   a little longer or more            a code     the next one of its enum
//   a name                 another, wherever it is used        a flag     the other value
//   a reference            another thing of the same kind      a list     without each of its entries
//   a condition            negated                             an entry   without it, where the language lets it be absent
#ifndef OVERDRACHT_TESTS_SCENARIOS_MUTATE_H_
#define OVERDRACHT_TESTS_SCENARIOS_MUTATE_H_

#include <functional>
#include <string>
#include <vector>

#include "overdracht/workflow/v1/definition.pb.h"

namespace overdracht::testing {

struct Mutation {
  std::string path;  // tasks[actieplan].term: P6W -> P43D
  std::function<void(workflow::v1::WorkflowDefinition*)> apply;
};

// In the order of the definition.
std::vector<Mutation> MutationsOf(const workflow::v1::WorkflowDefinition& definition);

// The references of a definition that name nothing in it.
std::vector<std::string> DanglingReferences(const workflow::v1::WorkflowDefinition& definition);

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_SCENARIOS_MUTATE_H_
