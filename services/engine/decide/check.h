// What every event must pass, in the order of the refusals (docs/errors.md), and how a refusal is made.
#ifndef OVERDRACHT_SERVICES_ENGINE_DECIDE_CHECK_H_
#define OVERDRACHT_SERVICES_ENGINE_DECIDE_CHECK_H_

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>

#include "overdracht/journal/v1/refusal.pb.h"
#include "services/base/check.h"
#include "services/base/codes.h"
#include "services/engine/work.h"

namespace overdracht::engine {

using Refused = std::optional<journal::v1::Refusal>;  // nothing: accepted
using Parameters = std::initializer_list<std::pair<absl::string_view, std::string>>;

journal::v1::Refusal Refuse(journal::v1::RefusalCode code, journal::v1::RefusalReason reason, Parameters parameters = {});
// ILLEGAL_STATE.
journal::v1::Refusal Illegal(journal::v1::RefusalReason reason, Parameters parameters = {});
// ILLEGAL_STATE, a thing that is in one state where another is expected.
journal::v1::Refusal WrongState(absl::string_view thing, const std::string& state, absl::string_view expected);

// NOT_A_PARTICIPANT, ROLE_NOT_ALLOWED, UNKNOWN_REFERENCE.
Refused CheckReporter(const Work& work);
// ILLEGAL_STATE of a traject that is closing or has ended.
Refused CheckStatus(const Work& work);
// The workflow's gates before this event.
Refused CheckRequirements(const Work& work);

// Roles, comma separated, that may report this kind of event (events.md).
std::string Permitted(const event::v1::Event& event);

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_DECIDE_CHECK_H_
