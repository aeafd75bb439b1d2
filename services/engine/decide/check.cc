#include "services/engine/decide/check.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>
#include <absl/strings/strip.h>

#include "services/engine/decide/kind.h"

namespace overdracht::engine {
namespace {

using event::v1::Event;
using event::v1::Reporter;

std::string TaskOwner(const Work& work, const std::string& task) {
  const journal::v1::Task* entry = FindTask(work.traject(), task);
  if (entry != nullptr && entry->open()) return entry->owner();
  return OwnerOf(work, *work.workflow().FindTaskCalled(task));
}

// Where more was asked for, the sender offers again; whoever else may offer would use the id a second time.
bool MayOffer(const Traject& traject, const event::v1::HandoversOffered& offered, const std::string& who) {
  const journal::v1::Handover* before = FindHandover(traject, offered.handover());
  const auto asks_for_more = [](HandoverState state) { return state == notice::v1::HANDOVER_STATE_AANVULLING_GEVRAAGD; };
  if (before != nullptr && (asks_for_more(before->state()) || asks_for_more(before->held_in()))) return before->sender() == who;
  return offered.transfers_responsibility() ? traject.responsible() == who : HoldsCareRole(traject, who);
}

bool Is(const Work& work, const Kind& kind, Reporter reporter) {
  const Traject& traject = work.traject();
  const Event& event = *work.event();
  const std::string& who = work.reporter();
  switch (reporter) {
    case event::v1::REPORTER_ANY_PARTICIPANT:
      return true;
    case event::v1::REPORTER_RESPONSIBLE:
      return traject.responsible() == who;
    case event::v1::REPORTER_TASK_OWNER:
      return TaskOwner(work, ThingId(kind, event)) == who;
    case event::v1::REPORTER_SENDER:
      return FindHandover(traject, ThingId(kind, event))->sender() == who;
    case event::v1::REPORTER_RECIPIENT:
      return FindHandover(traject, ThingId(kind, event))->recipient() == who;
    case event::v1::REPORTER_PROVIDER:
      return FindSupport(traject, ThingId(kind, event))->provider() == who;
    case event::v1::REPORTER_OFFERER:
      return MayOffer(traject, event.handovers_offered(), who);
    default:
      return HoldsRole(traject, who, static_cast<Role>(reporter));  // REPORTER_ZORGAANBIEDER … have the numbers of the roles
  }
}

bool TaskKnown(const Work& work, const std::string& task) {
  const workflow::v1::Task* definition = work.workflow().FindTaskCalled(task);
  if (definition == nullptr) return false;
  return !definition->per_reference() || FindTask(work.traject(), task) != nullptr;
}

journal::v1::Refusal Unknown(absl::string_view thing) {
  return Refuse(journal::v1::REFUSAL_CODE_UNKNOWN_REFERENCE, journal::v1::REFUSAL_REASON_NO_SUCH_THING, {{"thing", std::string(thing)}});
}

Refused RecipientTakesPart(const Work& work, const std::string& recipient) {
  if (TakesPart(work.traject(), recipient)) return std::nullopt;
  return Refuse(journal::v1::REFUSAL_CODE_UNKNOWN_REFERENCE, journal::v1::REFUSAL_REASON_RECIPIENT_TAKES_NO_PART);
}

// The thing that an event of this kind names is there.
Refused CheckThing(const Work& work, const Kind& kind) {
  const Traject& traject = work.traject();
  const std::string& id = ThingId(kind, *work.event());
  switch (kind.thing) {
    case Kind::kTask:
      return TaskKnown(work, id) ? Refused() : Unknown("task");
    case Kind::kHandover:
      return FindHandover(traject, id) ? Refused() : Unknown("handover");
    case Kind::kConsent:
      return FindConsent(traject, id) ? Refused() : Unknown("consent");
    case Kind::kSupport:
      return FindSupport(traject, id) ? Refused() : Unknown("support");
    case Kind::kHome:
      return FindHome(traject, id) ? Refused() : Unknown("home");
    case Kind::kEpisode:
      return FindEpisode(traject, id) ? Refused() : Unknown("episode");
    case Kind::kNothing:
      break;
  }
  OVERDRACHT_CHECK(false, "an event that names nothing");
}

// What the event names and must be there already.
Refused CheckReferences(const Work& work, const Kind& kind) {
  const Event& event = *work.event();
  switch (event.data_case()) {
    case Event::kHandoversOffered:
      return RecipientTakesPart(work, event.handovers_offered().recipient());
    case Event::kConsentsOverridden:
      return RecipientTakesPart(work, event.consents_overridden().recipient());
    case Event::kTrajectenStopped:
    case Event::kParticipantsAdded:
    case Event::kParticipantsReplaced:
    case Event::kConsentsGranted:
    case Event::kSupportsGranted:
    case Event::kSupportsBridged:
    case Event::kHomesOffered:
    case Event::kHomesContractSigned:
    case Event::kAppointmentsKept:
    case Event::kAppointmentsMissed:
    case Event::kSignalsReported:
    case Event::kTerugvallenSignalled:
      return std::nullopt;
    case Event::kContactsHeld:
      if (work.workflow().FindContact(event.contacts_held().kind()) == nullptr) return Unknown("contact");
      return std::nullopt;
    case Event::kDecisionsTaken:
      if (work.workflow().FindDecision(event.decisions_taken().decision()) == nullptr) return Unknown("decision");
      for (const std::string& agreement : event.decisions_taken().agreements()) {
        if (!Contains(work.workflow().FindDecision(event.decisions_taken().decision())->agreements(), agreement))
          return Unknown("agreement");
      }
      return std::nullopt;
    case Event::kStaysRegistered:
      if (!work.definition().has_stay()) return Unknown("stay");
      return std::nullopt;
    default:
      return CheckThing(work, kind);
  }
}

Refused CheckRole(const Work& work, const Kind& kind) {
  for (const Reporter reporter : kind.reporters) {
    if (Is(work, kind, reporter)) return std::nullopt;
  }
  return Refuse(journal::v1::REFUSAL_CODE_ROLE_NOT_ALLOWED, journal::v1::REFUSAL_REASON_REPORTER_NOT_PERMITTED,
                {{"permitted", Permitted(*work.event())}});
}

// A sender that has left goes on reporting who looked into the dossier that it still keeps.
bool ReportsAccessAsSender(const Work& work) {
  if (!work.event()->has_dossiers_accessed()) return false;
  const journal::v1::Handover* handover = FindHandover(work.traject(), work.event()->dossiers_accessed().handover());
  return handover != nullptr && handover->sender() == work.reporter();
}

// The task that the event is about, or null.
const workflow::v1::Task* TaskOf(const Work& work) {
  const Kind& kind = KindOf(*work.event());
  return kind.thing == Kind::kTask ? work.workflow().FindTaskCalled(ThingId(kind, *work.event())) : nullptr;
}

bool GoesOnAfterTheEnd(const Work& work) {
  const workflow::v1::Task* task = TaskOf(work);
  return work.event()->has_consents_withdrawn() || work.event()->has_dossiers_accessed() || (task != nullptr && task->outlives());
}

bool GoesOnWhileClosing(const Work& work) {
  const workflow::v1::Task* task = TaskOf(work);
  if (task != nullptr) return task->outlives() || task->ends_traject();
  return KindOf(*work.event()).goes_on_while_closing;
}

}  // namespace

journal::v1::Refusal Refuse(journal::v1::RefusalCode code, journal::v1::RefusalReason reason, Parameters parameters) {
  journal::v1::Refusal refusal;
  refusal.set_code(code);
  refusal.set_reason(reason);
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    journal::v1::Parameter* parameter = refusal.add_parameters();
    parameter->set_name(std::string(name));
    parameter->set_value(value);
  }
  return refusal;
}

journal::v1::Refusal Illegal(journal::v1::RefusalReason reason, Parameters parameters) {
  return Refuse(journal::v1::REFUSAL_CODE_ILLEGAL_STATE, reason, parameters);
}

journal::v1::Refusal WrongState(absl::string_view thing, const std::string& state, absl::string_view expected) {
  return Illegal(journal::v1::REFUSAL_REASON_WRONG_STATE,
                 {{"thing", std::string(thing)}, {"state", state}, {"expected", std::string(expected)}});
}

std::string Permitted(const Event& event) {
  return absl::StrJoin(KindOf(event).reporters, ", ", [](std::string* out, Reporter reporter) { *out += base::Code(reporter); });
}

Refused CheckReporter(const Work& work) {
  if (!TakesPart(work.traject(), work.reporter()) && !ReportsAccessAsSender(work)) {
    return Refuse(journal::v1::REFUSAL_CODE_NOT_A_PARTICIPANT, journal::v1::REFUSAL_REASON_TAKES_NO_PART);
  }
  const Kind& kind = KindOf(*work.event());
  if (kind.reporters_depend_on_thing) {
    if (Refused refused = CheckReferences(work, kind)) return refused;
    return CheckRole(work, kind);
  }
  if (Refused refused = CheckRole(work, kind)) return refused;
  return CheckReferences(work, kind);
}

Refused CheckStatus(const Work& work) {
  const Traject& traject = work.traject();
  if (Ended(traject) && !GoesOnAfterTheEnd(work)) {
    return Illegal(journal::v1::REFUSAL_REASON_TRAJECT_ENDED, {{"state", base::Code(traject.status())}});
  }
  if (traject.status() == notice::v1::STATUS_AFSLUITEND && !GoesOnWhileClosing(work)) {
    return Illegal(journal::v1::REFUSAL_REASON_TRAJECT_CLOSING, {{"state", base::Code(traject.status())}});
  }
  return std::nullopt;
}

Refused CheckRequirements(const Work& work) {
  const workflow::v1::Requirement* requirement = work.workflow().FindRequirement(KindOf(*work.event()).name);
  if (requirement == nullptr || RuleOut(Rule::kGatesBeforeEvents)) return std::nullopt;
  std::vector<std::string> missing;
  for (const workflow::v1::Gate& gate : requirement->gates()) {
    if (!Holds(work, gate.when())) missing.push_back(gate.name());
  }
  if (missing.empty()) return std::nullopt;
  // What is missing may be that the client is away, or something of gezondheid: only a care role is told.
  if (!HoldsCareRole(work.traject(), work.reporter())) return Illegal(journal::v1::REFUSAL_REASON_NOT_POSSIBLE_NOW);
  return Illegal(journal::v1::REFUSAL_REASON_REQUIREMENT_NOT_MET, {{"missing", absl::StrJoin(missing, ", ")}});
}

}  // namespace overdracht::engine
