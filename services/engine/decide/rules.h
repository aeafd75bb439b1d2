// The rules, one pair for each kind of event: Check says whether it is accepted in this state (guard clauses, nothing changes),
// Do carries it out. What every event must pass before (reporter, references, status, the workflow's gates): check.h.
#ifndef OVERDRACHT_SERVICES_ENGINE_DECIDE_RULES_H_
#define OVERDRACHT_SERVICES_ENGINE_DECIDE_RULES_H_

#include "services/engine/decide/check.h"
#include "services/engine/work.h"

namespace overdracht::engine {

// trajecten.cc
Refused Check(const Work& work, const event::v1::TrajectenStopped& event);
void Do(Work* work, const event::v1::TrajectenStopped& event);

// participants.cc
Refused Check(const Work& work, const event::v1::ParticipantsAdded& event);
void Do(Work* work, const event::v1::ParticipantsAdded& event);
Refused Check(const Work& work, const event::v1::ParticipantsReplaced& event);
void Do(Work* work, const event::v1::ParticipantsReplaced& event);

// tasks.cc
Refused Check(const Work& work, const event::v1::TasksCompleted& event);
void Do(Work* work, const event::v1::TasksCompleted& event);
Refused Check(const Work& work, const event::v1::TasksSkipped& event);
void Do(Work* work, const event::v1::TasksSkipped& event);
Refused Check(const Work& work, const event::v1::TasksReopened& event);
void Do(Work* work, const event::v1::TasksReopened& event);

// consents.cc
Refused Check(const Work& work, const event::v1::ConsentsGranted& event);
void Do(Work* work, const event::v1::ConsentsGranted& event);
Refused Check(const Work& work, const event::v1::ConsentsWithdrawn& event);
void Do(Work* work, const event::v1::ConsentsWithdrawn& event);
Refused Check(const Work& work, const event::v1::ConsentsOverridden& event);
void Do(Work* work, const event::v1::ConsentsOverridden& event);

// supports.cc
Refused Check(const Work& work, const event::v1::SupportsGranted& event);
void Do(Work* work, const event::v1::SupportsGranted& event);
Refused Check(const Work& work, const event::v1::SupportsBridged& event);
void Do(Work* work, const event::v1::SupportsBridged& event);
Refused Check(const Work& work, const event::v1::SupportsChanged& event);
void Do(Work* work, const event::v1::SupportsChanged& event);
Refused Check(const Work& work, const event::v1::SupportsEnded& event);
void Do(Work* work, const event::v1::SupportsEnded& event);

// homes.cc
Refused Check(const Work& work, const event::v1::HomesOffered& event);
void Do(Work* work, const event::v1::HomesOffered& event);
Refused Check(const Work& work, const event::v1::HomesDeclined& event);
void Do(Work* work, const event::v1::HomesDeclined& event);
Refused Check(const Work& work, const event::v1::HomesContractSigned& event);
void Do(Work* work, const event::v1::HomesContractSigned& event);
Refused Check(const Work& work, const event::v1::HomesMovedIn& event);
void Do(Work* work, const event::v1::HomesMovedIn& event);
Refused Check(const Work& work, const event::v1::HomesContractFlipped& event);
void Do(Work* work, const event::v1::HomesContractFlipped& event);
Refused Check(const Work& work, const event::v1::HomesLost& event);
void Do(Work* work, const event::v1::HomesLost& event);

// handovers.cc
Refused Check(const Work& work, const event::v1::HandoversOffered& event);
void Do(Work* work, const event::v1::HandoversOffered& event);
Refused Check(const Work& work, const event::v1::HandoversAccepted& event);
void Do(Work* work, const event::v1::HandoversAccepted& event);
Refused Check(const Work& work, const event::v1::HandoversDeclined& event);
void Do(Work* work, const event::v1::HandoversDeclined& event);
Refused Check(const Work& work, const event::v1::HandoversMoreRequested& event);
void Do(Work* work, const event::v1::HandoversMoreRequested& event);
Refused Check(const Work& work, const event::v1::HandoversMeetingHeld& event);
void Do(Work* work, const event::v1::HandoversMeetingHeld& event);
Refused Check(const Work& work, const event::v1::HandoversFarewellHeld& event);
void Do(Work* work, const event::v1::HandoversFarewellHeld& event);
Refused Check(const Work& work, const event::v1::HandoversWithdrawn& event);
void Do(Work* work, const event::v1::HandoversWithdrawn& event);

// contacts.cc
Refused Check(const Work& work, const event::v1::AppointmentsKept& event);
void Do(Work* work, const event::v1::AppointmentsKept& event);
Refused Check(const Work& work, const event::v1::AppointmentsMissed& event);
void Do(Work* work, const event::v1::AppointmentsMissed& event);
Refused Check(const Work& work, const event::v1::SignalsReported& event);
void Do(Work* work, const event::v1::SignalsReported& event);

// terugvallen.cc
Refused Check(const Work& work, const event::v1::TerugvallenSignalled& event);
void Do(Work* work, const event::v1::TerugvallenSignalled& event);
Refused Check(const Work& work, const event::v1::TerugvallenAssessed& event);
void Do(Work* work, const event::v1::TerugvallenAssessed& event);
Refused Check(const Work& work, const event::v1::TerugvallenSupportRaised& event);
void Do(Work* work, const event::v1::TerugvallenSupportRaised& event);
Refused Check(const Work& work, const event::v1::TerugvallenRespiteStarted& event);
void Do(Work* work, const event::v1::TerugvallenRespiteStarted& event);
Refused Check(const Work& work, const event::v1::TerugvallenAdmitted& event);
void Do(Work* work, const event::v1::TerugvallenAdmitted& event);
Refused Check(const Work& work, const event::v1::TerugvallenReturned& event);
void Do(Work* work, const event::v1::TerugvallenReturned& event);
Refused Check(const Work& work, const event::v1::TerugvallenResolved& event);
void Do(Work* work, const event::v1::TerugvallenResolved& event);
Refused Check(const Work& work, const event::v1::TerugvallenDeescalated& event);
void Do(Work* work, const event::v1::TerugvallenDeescalated& event);

// contacts.cc
Refused Check(const Work& work, const event::v1::ContactsHeld& event);
void Do(Work* work, const event::v1::ContactsHeld& event);
Refused Check(const Work& work, const event::v1::DossiersAccessed& event);
void Do(Work* work, const event::v1::DossiersAccessed& event);

// decisions.cc
Refused Check(const Work& work, const event::v1::DecisionsTaken& event);
void Do(Work* work, const event::v1::DecisionsTaken& event);
Refused Check(const Work& work, const event::v1::StaysRegistered& event);
void Do(Work* work, const event::v1::StaysRegistered& event);

// trajecten.cc: a start has no traject to be checked against.
void Start(Work* work, const event::v1::TrajectenStarted& event);

// Calls `rule` with the event's data.
template <typename Rule>
auto Visit(const event::v1::Event& event, Rule rule) {
  switch (event.data_case()) {
    case event::v1::Event::kTrajectenStopped:
      return rule(event.trajecten_stopped());
    case event::v1::Event::kParticipantsAdded:
      return rule(event.participants_added());
    case event::v1::Event::kParticipantsReplaced:
      return rule(event.participants_replaced());
    case event::v1::Event::kTasksCompleted:
      return rule(event.tasks_completed());
    case event::v1::Event::kTasksSkipped:
      return rule(event.tasks_skipped());
    case event::v1::Event::kTasksReopened:
      return rule(event.tasks_reopened());
    case event::v1::Event::kConsentsGranted:
      return rule(event.consents_granted());
    case event::v1::Event::kConsentsWithdrawn:
      return rule(event.consents_withdrawn());
    case event::v1::Event::kConsentsOverridden:
      return rule(event.consents_overridden());
    case event::v1::Event::kSupportsGranted:
      return rule(event.supports_granted());
    case event::v1::Event::kSupportsBridged:
      return rule(event.supports_bridged());
    case event::v1::Event::kSupportsChanged:
      return rule(event.supports_changed());
    case event::v1::Event::kSupportsEnded:
      return rule(event.supports_ended());
    case event::v1::Event::kHomesOffered:
      return rule(event.homes_offered());
    case event::v1::Event::kHomesDeclined:
      return rule(event.homes_declined());
    case event::v1::Event::kHomesContractSigned:
      return rule(event.homes_contract_signed());
    case event::v1::Event::kHomesMovedIn:
      return rule(event.homes_moved_in());
    case event::v1::Event::kHomesContractFlipped:
      return rule(event.homes_contract_flipped());
    case event::v1::Event::kHomesLost:
      return rule(event.homes_lost());
    case event::v1::Event::kHandoversOffered:
      return rule(event.handovers_offered());
    case event::v1::Event::kHandoversAccepted:
      return rule(event.handovers_accepted());
    case event::v1::Event::kHandoversDeclined:
      return rule(event.handovers_declined());
    case event::v1::Event::kHandoversMoreRequested:
      return rule(event.handovers_more_requested());
    case event::v1::Event::kHandoversMeetingHeld:
      return rule(event.handovers_meeting_held());
    case event::v1::Event::kHandoversFarewellHeld:
      return rule(event.handovers_farewell_held());
    case event::v1::Event::kHandoversWithdrawn:
      return rule(event.handovers_withdrawn());
    case event::v1::Event::kAppointmentsKept:
      return rule(event.appointments_kept());
    case event::v1::Event::kAppointmentsMissed:
      return rule(event.appointments_missed());
    case event::v1::Event::kSignalsReported:
      return rule(event.signals_reported());
    case event::v1::Event::kTerugvallenSignalled:
      return rule(event.terugvallen_signalled());
    case event::v1::Event::kTerugvallenAssessed:
      return rule(event.terugvallen_assessed());
    case event::v1::Event::kTerugvallenSupportRaised:
      return rule(event.terugvallen_support_raised());
    case event::v1::Event::kTerugvallenRespiteStarted:
      return rule(event.terugvallen_respite_started());
    case event::v1::Event::kTerugvallenAdmitted:
      return rule(event.terugvallen_admitted());
    case event::v1::Event::kTerugvallenReturned:
      return rule(event.terugvallen_returned());
    case event::v1::Event::kTerugvallenResolved:
      return rule(event.terugvallen_resolved());
    case event::v1::Event::kTerugvallenDeescalated:
      return rule(event.terugvallen_deescalated());
    case event::v1::Event::kContactsHeld:
      return rule(event.contacts_held());
    case event::v1::Event::kDossiersAccessed:
      return rule(event.dossiers_accessed());
    case event::v1::Event::kDecisionsTaken:
      return rule(event.decisions_taken());
    case event::v1::Event::kStaysRegistered:
      return rule(event.stays_registered());
    case event::v1::Event::kTrajectenStarted:
    case event::v1::Event::DATA_NOT_SET:
      break;
  }
  OVERDRACHT_CHECK(false, "an event without a rule");
}

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_DECIDE_RULES_H_
