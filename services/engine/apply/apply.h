// The appliers, for Decide: it applies each effect the moment it is made.
#ifndef OVERDRACHT_SERVICES_ENGINE_APPLY_APPLY_H_
#define OVERDRACHT_SERVICES_ENGINE_APPLY_APPLY_H_

#include <string>

#include "overdracht/journal/v1/record.pb.h"
#include "services/engine/engine.h"

namespace overdracht::engine {

void ApplyEffect(const journal::v1::Effect& effect, journal::v1::Traject* traject);

// What a record does beside its effects: time, position and the memory of reports.
void ApplyRest(const journal::v1::Record& record, TrajectState* state);

// By what a repeated report is recognised: 16 bytes over organisation, system and id.
std::string ReportKey(const event::v1::Event& event);

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_APPLY_APPLY_H_
