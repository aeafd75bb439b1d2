// What happens when a term runs out.
#ifndef OVERDRACHT_SERVICES_ENGINE_DECIDE_TERMS_H_
#define OVERDRACHT_SERVICES_ENGINE_DECIDE_TERMS_H_

#include "services/engine/work.h"

namespace overdracht::engine {

void RunOut(Work* work, const journal::v1::TermRanOut& term);

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_DECIDE_TERMS_H_
