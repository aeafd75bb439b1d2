#include "services/workflow/invariants.h"

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "services/base/uuid.h"
#include "services/oracle/oracle.h"

namespace overdracht::workflow {

Watch HoldToTheInvariants() {
  return [oracle = std::make_shared<oracle::Oracle>()](const journal::v1::Record& record, const journal::v1::Traject& before,
                                                       const journal::v1::Traject& after) {
    const auto violations = oracle->Check(record, before, after);
    for (const oracle::Violation& one : violations) {
      std::fprintf(stderr, "invariant %d is broken by record %llu of traject %s: %s\n", one.invariant,
                   static_cast<unsigned long long>(record.number()), base::FormatUuid(record.traject()).c_str(), one.what.c_str());
    }
    if (!violations.empty()) std::abort();
  };
}

}  // namespace overdracht::workflow
