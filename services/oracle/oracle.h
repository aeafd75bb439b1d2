// The eight invariants (docs/invariants.md), asserted on every record and on the state that it led to, by code that shares nothing with the
// engine.
//
//   1 nobody between two stools    3 no data without toestemming    5 no move into homelessness          7 nothing waits for ever
//   2 no letting go early          4 no move without support        6 a relapse always has an answer     8 the client decides
//
// One oracle follows any number of trajecten; each must be shown every record, in order. One whose start it has not seen is taken over as
// it is at the first record shown, and held to the rules from there on.
#ifndef OVERDRACHT_SERVICES_ORACLE_ORACLE_H_
#define OVERDRACHT_SERVICES_ORACLE_ORACLE_H_

#include <map>
#include <string>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "overdracht/journal/v1/traject.pb.h"
#include "services/oracle/model.h"

namespace overdracht::oracle {

struct Violation {
  int invariant = 0;  // 1 … 8
  std::string what;   // for whoever repairs the engine: what was expected, and what stands there
};

class Oracle {
 public:
  // The record, and the traject before and after it. Empty: all is well.
  std::vector<Violation> Check(const journal::v1::Record& record, const journal::v1::Traject& before, const journal::v1::Traject& after);

 private:
  std::map<std::string, Model> models_;  // by traject id
};

}  // namespace overdracht::oracle

#endif  // OVERDRACHT_SERVICES_ORACLE_ORACLE_H_
