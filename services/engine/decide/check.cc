#include "services/engine/decide/check.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_join.h>
#include <absl/strings/strip.h>

#include "overdracht/event/v1/options.pb.h"

namespace overdracht::engine {
namespace {

using event::v1::Event;
using event::v1::EventRule;
using event::v1::Reporter;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const Message& Data(const Event& event) {
  const auto* oneof = Event::descriptor()->FindOneofByName("data");
  const FieldDescriptor* field = event.GetReflection()->GetOneofFieldDescriptor(event, oneof);
  OVERDRACHT_CHECK(field != nullptr, "an event without data");
  return event.GetReflection()->GetMessage(event, field);
}

const EventRule& RuleOf(const Event& event) { return Data(event).GetDescriptor()->options().GetExtension(event::v1::event); }

// The string field of this name; null where the event has none.
const std::string* Field(const Event& event, const char* name) {
  static const auto* none = new std::string;
  const Message& data = Data(event);
  const FieldDescriptor* field = data.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? nullptr : &data.GetReflection()->GetStringReference(data, field, const_cast<std::string*>(none));
}

std::string CodeOf(Reporter reporter) { return base::Code(reporter); }

// Reporters that are said of the thing that the event names: whether it is there comes first.
bool DependsOnThing(const EventRule& rule) {
  for (int reporter : rule.reporters()) {
    if (reporter >= event::v1::REPORTER_TASK_OWNER && reporter <= event::v1::REPORTER_PROVIDER) return true;
  }
  return false;
}

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

bool Is(const Work& work, Reporter reporter) {
  const Traject& traject = work.traject();
  const Event& event = *work.event();
  const std::string& who = work.reporter();
  switch (reporter) {
    case event::v1::REPORTER_ANY_PARTICIPANT:
      return true;
    case event::v1::REPORTER_RESPONSIBLE:
      return traject.responsible() == who;
    case event::v1::REPORTER_TASK_OWNER:
      return TaskOwner(work, *Field(event, "task")) == who;
    case event::v1::REPORTER_SENDER:
      return FindHandover(traject, *Field(event, "handover"))->sender() == who;
    case event::v1::REPORTER_RECIPIENT:
      return FindHandover(traject, *Field(event, "handover"))->recipient() == who;
    case event::v1::REPORTER_PROVIDER:
      return FindSupport(traject, *Field(event, "support"))->provider() == who;
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

// What the event names and must be there already.
Refused CheckReferences(const Work& work) {
  const Traject& traject = work.traject();
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
      break;
  }
  if (const std::string* task = Field(event, "task")) return TaskKnown(work, *task) ? Refused() : Unknown("task");
  if (const std::string* id = Field(event, "handover")) return FindHandover(traject, *id) ? Refused() : Unknown("handover");
  if (const std::string* id = Field(event, "consent")) return FindConsent(traject, *id) ? Refused() : Unknown("consent");
  if (const std::string* id = Field(event, "support")) return FindSupport(traject, *id) ? Refused() : Unknown("support");
  if (const std::string* id = Field(event, "home")) return FindHome(traject, *id) ? Refused() : Unknown("home");
  if (const std::string* id = Field(event, "episode")) return FindEpisode(traject, *id) ? Refused() : Unknown("episode");
  return std::nullopt;
}

Refused CheckRole(const Work& work) {
  for (int reporter : RuleOf(*work.event()).reporters()) {
    if (Is(work, static_cast<Reporter>(reporter))) return std::nullopt;
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
  const std::string* task = Field(*work.event(), "task");
  return task == nullptr ? nullptr : work.workflow().FindTaskCalled(*task);
}

bool GoesOnAfterTheEnd(const Work& work) {
  const workflow::v1::Task* task = TaskOf(work);
  return work.event()->has_consents_withdrawn() || work.event()->has_dossiers_accessed() || (task != nullptr && task->outlives());
}

bool GoesOnWhileClosing(const Work& work) {
  const workflow::v1::Task* task = TaskOf(work);
  if (task != nullptr) return task->outlives() || task->ends_traject();
  const absl::string_view name = RuleOf(*work.event()).name();
  const absl::string_view noun = name.substr(0, name.find('.'));
  return noun == "handovers" || noun == "participants" || noun == "consents" || name == "contacts.held" || name == "dossiers.accessed" ||
         name == "trajecten.stopped";
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
  return absl::StrJoin(RuleOf(event).reporters(), ", ",
                       [](std::string* out, int reporter) { *out += CodeOf(static_cast<Reporter>(reporter)); });
}

Refused CheckReporter(const Work& work) {
  if (!TakesPart(work.traject(), work.reporter()) && !ReportsAccessAsSender(work)) {
    return Refuse(journal::v1::REFUSAL_CODE_NOT_A_PARTICIPANT, journal::v1::REFUSAL_REASON_TAKES_NO_PART);
  }
  if (DependsOnThing(RuleOf(*work.event()))) {
    if (Refused refused = CheckReferences(work)) return refused;
    return CheckRole(work);
  }
  if (Refused refused = CheckRole(work)) return refused;
  return CheckReferences(work);
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
  const workflow::v1::Requirement* requirement = work.workflow().FindRequirement(RuleOf(*work.event()).name());
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
