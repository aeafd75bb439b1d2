// Every code and reason with which the engine refuses in the base workflow. MALFORMED and SOURCE_MISMATCH come before the engine
// (tests/unit/event); STAY_TOO_LONG, LIMIT_REACHED and DECISION_NOT_AWAITED belong to regions.

#include "services/base/codes.h"
#include "tests/property/coverage.h"

namespace overdracht::testing {
namespace {

using namespace journal::v1;  // NOLINT: codes and reasons

}  // namespace

void AddRefusals(std::vector<Row>* rows) {
  const auto add = [&](const std::string& name, Is reached) { rows->push_back({"refusals", name, std::move(reached)}); };
  for (RefusalCode code :
       {REFUSAL_CODE_UNKNOWN_TRAJECT, REFUSAL_CODE_ALREADY_EXISTS, REFUSAL_CODE_NOT_A_PARTICIPANT, REFUSAL_CODE_ROLE_NOT_ALLOWED}) {
    add(base::Code(code), RefusedAs(code));
  }
  add("role_not_allowed: a start by another",
      All({RefusedAs(REFUSAL_CODE_ROLE_NOT_ALLOWED), [](const Step& step) { return step.record.event().has_trajecten_started(); }}));
  for (const char* thing : {"workflow", "task", "handover", "consent", "support", "home", "episode", "contact", "decision", "stay"}) {
    add(std::string("unknown_reference: ") + thing, All({RefusedFor(REFUSAL_REASON_NO_SUCH_THING), Parameter("thing", thing)}));
  }
  for (On on : {On::kHandoversOffered, On::kConsentsOverridden}) {
    add("unknown_reference: recipient of " + std::string(on == On::kHandoversOffered ? "an offer" : "an override"),
        Refused(on, REFUSAL_REASON_RECIPIENT_TAKES_NO_PART));
  }
  for (const char* thing : {"handover", "consent", "override", "support", "home", "episode", "signal", "appointment"}) {
    add(std::string("reference_used: ") + thing, All({RefusedFor(REFUSAL_REASON_REFERENCE_USED), Parameter("thing", thing)}));
  }
  for (RefusalReason reason : {REFUSAL_REASON_ROLE_TAKEN, REFUSAL_REASON_ROLE_EMPTY, REFUSAL_REASON_SAME_ORGANISATION,
                               REFUSAL_REASON_TASK_NOT_OPEN, REFUSAL_REASON_NOT_POSSIBLE_NOW, REFUSAL_REASON_TRANSFER_OPEN,
                               REFUSAL_REASON_RECIPIENT_IS_SENDER, REFUSAL_REASON_RECIPIENT_HAS_NO_CARE_ROLE, REFUSAL_REASON_SIDE_ABSENT}) {
    add(base::Code(reason), RefusedFor(reason));
  }
  for (const char* task : {"begeleiding_regelen", "woning_regelen", "verhuizing", "overdracht_regelen", "nieuwe_woning"}) {
    add(std::string("task_closes_by_itself: ") + task,
        All({RefusedFor(REFUSAL_REASON_TASK_CLOSES_BY_ITSELF),
             [task = std::string(task)](const Step& step) { return Reference(step.record, "task") == task; }}));
  }
  for (const char* state : {"never_open", "open", "by_itself"}) {
    add(std::string("task_not_reopened: ") + state, All({RefusedFor(REFUSAL_REASON_TASK_NOT_REOPENED), Parameter("state", state)}));
  }
}

}  // namespace overdracht::testing
