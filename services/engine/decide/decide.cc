// WHERE DECISIONS ARE MADE. One input, one record:
//
//   start          -> who may, which workflow          -> Start, Follow
//   other event    -> reporter, references, status,    -> Do, the workflow's rules, Follow
//                     the workflow's gates, Check
//   term ran out   -> RunOut                           -> Follow

#include <algorithm>

#include "services/engine/apply/apply.h"
#include "services/engine/decide/rules.h"
#include "services/engine/decide/terms.h"
#include "services/engine/engine.h"

namespace overdracht::engine {
namespace {

using journal::v1::Record;

Refused CheckStart(const chart::Workflows& workflows, const TrajectState& state, const event::v1::Event& event) {
  if (state.started()) return Refuse(journal::v1::REFUSAL_CODE_ALREADY_EXISTS, journal::v1::REFUSAL_REASON_TRAJECT_EXISTS);
  const event::v1::TrajectenStarted& start = event.trajecten_started();
  bool is_zorgaanbieder = false;
  for (const event::v1::Participant& one : start.participants()) {
    is_zorgaanbieder |= one.role() == event::v1::ROLE_ZORGAANBIEDER && one.organisation() == event.organisation();
  }
  if (!is_zorgaanbieder) {
    return Refuse(journal::v1::REFUSAL_CODE_ROLE_NOT_ALLOWED, journal::v1::REFUSAL_REASON_REPORTER_NOT_PERMITTED,
                  {{"permitted", Permitted(event)}});
  }
  if (workflows.Find(start.workflow()) == nullptr) {
    return Refuse(journal::v1::REFUSAL_CODE_UNKNOWN_REFERENCE, journal::v1::REFUSAL_REASON_NO_SUCH_THING, {{"thing", "workflow"}});
  }
  return std::nullopt;
}

Refused CheckEvent(const Work& work) {
  if (Refused refused = CheckReporter(work)) return refused;
  if (Refused refused = CheckStatus(work)) return refused;
  if (Refused refused = Visit(*work.event(), [&](const auto& data) { return Check(work, data); })) return refused;
  return CheckRequirements(work);
}

const chart::Workflow& WorkflowOf(const chart::Workflows& workflows, const Traject& traject) {
  const chart::Workflow* workflow = workflows.Find(traject.workflow(), traject.version());
  OVERDRACHT_CHECK(workflow != nullptr, "a traject on a workflow that was never deployed");
  return *workflow;
}

Refused DecideStart(const chart::Workflows& workflows, TrajectState* state, Record* record) {
  if (Refused refused = CheckStart(workflows, *state, record->event())) return refused;
  const event::v1::TrajectenStarted& start = record->event().trajecten_started();
  Work work(*workflows.Find(start.workflow()), state, record);
  state->traject.set_id(record->traject());
  Start(&work, start);
  Follow(&work);
  return std::nullopt;
}

Refused DecideEvent(const chart::Workflows& workflows, TrajectState* state, Record* record) {
  if (record->event().has_trajecten_started()) return DecideStart(workflows, state, record);
  if (!state->started()) return Refuse(journal::v1::REFUSAL_CODE_UNKNOWN_TRAJECT, journal::v1::REFUSAL_REASON_NO_SUCH_TRAJECT);
  Work work(WorkflowOf(workflows, state->traject), state, record);
  if (Refused refused = CheckEvent(work)) return refused;
  Visit(record->event(), [&](const auto& data) { Do(&work, data); });
  RunRules(&work, work.workflow().RulesOn(chart::EventName(record->event())));
  Follow(&work);
  return std::nullopt;
}

// Somebody without a care role reported it or is told of it.
bool KnownWithoutCareRole(const Record& record, const Traject& traject) {
  const auto has_none = [&](const std::string& organisation) { return !HoldsCareRole(traject, organisation); };
  return (record.has_event() && has_none(record.event().organisation())) ||
         std::any_of(record.notices().begin(), record.notices().end(),
                     [&](const notice::v1::Notice& notice) { return std::any_of(notice.to().begin(), notice.to().end(), has_none); });
}

}  // namespace

void Decide(const chart::Workflows& workflows, TrajectState* state, Record* record) {
  if (record->has_event()) {
    if (Refused refused = DecideEvent(workflows, state, record)) *record->mutable_refusal() = *std::move(refused);
  } else {
    OVERDRACHT_CHECK(record->has_term() && state->started(), "a decision about nothing");
    Work work(WorkflowOf(workflows, state->traject), state, record);
    RunOut(&work, record->term());
    Follow(&work);
  }
  if (!state->started()) record->clear_traject();
  record->set_gemeente(Holder(state->traject, event::v1::ROLE_GEMEENTE));
  if (!record->has_refusal()) record->set_open(KnownWithoutCareRole(*record, state->traject));
  ApplyRest(*record, state);
}

}  // namespace overdracht::engine
