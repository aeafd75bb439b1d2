// The port's values as messages (proto/overdracht/region/v1/region_service.proto), both ways.
#ifndef OVERDRACHT_SERVICES_REGION_WIRE_H_
#define OVERDRACHT_SERVICES_REGION_WIRE_H_

#include <absl/status/statusor.h>

#include "overdracht/region/v1/region_service.pb.h"
#include "services/region/region.h"

namespace overdracht::region {

// Takes the event and the bytes out of the report; `done` and `order` stay.
v1::Report ToWire(uint64_t call, Report* report);
// The other process is believed nothing: what is no sound event by this program's rules comes out as Malformed. INVALID_ARGUMENT: no
// report.
absl::StatusOr<Report> FromWire(v1::Report* message, event::KnowsContact knows_contact);

v1::Decided ToWire(uint64_t call, const Answer& answer);
Answer FromWire(v1::Decided* message);

v1::Deployed ToWire(const chart::Workflows& workflows);
// An error: a workflow that this program cannot compile.
absl::StatusOr<std::shared_ptr<const chart::Workflows>> FromWire(v1::Deployed* message);

}  // namespace overdracht::region

#endif  // OVERDRACHT_SERVICES_REGION_WIRE_H_
