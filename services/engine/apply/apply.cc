// State changes here and nowhere else. Each applier writes down what its effect says: no policy, no clock, no way to fail.

#include "services/engine/apply/apply.h"

#include <google/protobuf/repeated_field.h>

#include "services/base/check.h"
#include "services/base/sha256.h"
#include "services/engine/engine.h"

namespace overdracht::engine {
namespace {

using google::protobuf::RepeatedPtrField;
using journal::v1::Traject;

// The entry of this key, or a new one at the end.
template <typename Entry, typename Matches>
Entry* FindOrAdd(RepeatedPtrField<Entry>* list, Matches matches) {
  for (Entry& entry : *list) {
    if (matches(entry)) return &entry;
  }
  return list->Add();
}

template <typename Entry, typename Matches>
void Remove(RepeatedPtrField<Entry>* list, Matches matches) {
  for (int i = 0; i < list->size(); ++i) {
    if (matches(list->Get(i))) {
      list->DeleteSubrange(i, 1);
      return;
    }
  }
}

template <typename Entry>
void Put(RepeatedPtrField<Entry>* list, const Entry& entry, const std::string& (Entry::*key)() const) {
  *FindOrAdd(list, [&](const Entry& other) { return (other.*key)() == (entry.*key)(); }) = entry;
}

void To(Traject* t, const journal::v1::TrajectStarted& e) {
  t->set_workflow(e.workflow());
  t->set_version(e.version());
  t->set_client(e.client());
}

void To(Traject* t, const journal::v1::StatusChanged& e) {
  t->set_status(e.status());
  t->set_interrupted_since_us(e.interrupted_since_us());
  t->set_stop_reason(e.stop_reason());
}

void To(Traject* t, const journal::v1::ConfigurationChanged& e) {
  *t->mutable_configuration() = e.configuration();
  *t->mutable_histories() = e.histories();
}

void To(Traject* t, const journal::v1::ClockChanged& e) {
  const auto same = [&](const journal::v1::Clock& other) { return other.of() == e.clock().of(); };
  if (e.clock().entered_us() == 0) return Remove(t->mutable_clocks(), same);
  *FindOrAdd(t->mutable_clocks(), same) = e.clock();
}

void To(Traject* t, const journal::v1::RoleFilled& e) {
  *FindOrAdd(t->mutable_participants(), [&](const event::v1::Participant& other) { return other.role() == e.participant().role(); }) =
      e.participant();
}

void To(Traject* t, const journal::v1::LeavingBegun& e) { Put(t->mutable_leaving(), e.leaving(), &journal::v1::Leaving::organisation); }

void To(Traject* t, const journal::v1::LeavingEnded& e) {
  Remove(t->mutable_leaving(), [&](const journal::v1::Leaving& other) { return other.organisation() == e.organisation(); });
}

void To(Traject* t, const journal::v1::ResponsibilityMoved& e) { t->set_responsible(e.to()); }

journal::v1::Task* TaskOf(Traject* t, const std::string& task) {
  auto* entry = FindOrAdd(t->mutable_tasks(), [&](const journal::v1::Task& other) { return other.task() == task; });
  if (entry->task().empty()) entry->set_task(task);
  return entry;
}

void To(Traject* t, const journal::v1::TaskOpened& e) {
  journal::v1::Task* task = TaskOf(t, e.task());
  task->set_owner(e.owner());
  task->set_open(true);
  task->clear_outcome();
}

void To(Traject* t, const journal::v1::TaskMoved& e) { TaskOf(t, e.task())->set_owner(e.owner()); }

void To(Traject* t, const journal::v1::TaskClosed& e) {
  journal::v1::Task* task = TaskOf(t, e.task());
  task->set_open(false);
  task->set_outcome(e.outcome());
}

void To(Traject* t, const journal::v1::TimerSet& e) {
  *FindOrAdd(t->mutable_timers(), [&](const journal::v1::Timer& other) {
    return other.of() == e.timer().of() && other.reference() == e.timer().reference();
  }) = e.timer();
  if (e.timer().place() >= t->next_place()) t->set_next_place(e.timer().place() + 1);
}

void To(Traject* t, const journal::v1::TimerCleared& e) {
  Remove(t->mutable_timers(), [&](const journal::v1::Timer& other) { return other.of() == e.of() && other.reference() == e.reference(); });
}

void To(Traject* t, const journal::v1::SeriesChanged& e) {
  if (e.ended()) return Remove(t->mutable_series(), [&](const journal::v1::Series& other) { return other.name() == e.series().name(); });
  Put(t->mutable_series(), e.series(), &journal::v1::Series::name);
}

void To(Traject* t, const journal::v1::HomeChanged& e) { Put(t->mutable_homes(), e.home(), &journal::v1::Home::home); }

void To(Traject* t, const journal::v1::SupportChanged& e) { Put(t->mutable_supports(), e.support(), &journal::v1::Support::support); }

void To(Traject* t, const journal::v1::SupportDeclined& e) { t->set_support_declined(e.declined()); }

void To(Traject* t, const journal::v1::ConsentChanged& e) { Put(t->mutable_consents(), e.consent(), &journal::v1::Consent::consent); }

void To(Traject* t, const journal::v1::OverrideChanged& e) { Put(t->mutable_overrides(), e.override(), &journal::v1::Override::override); }

void To(Traject* t, const journal::v1::HandoverOffered& e) { Put(t->mutable_handovers(), e.handover(), &journal::v1::Handover::handover); }

void To(Traject* t, const journal::v1::HandoverMoved& e) {
  auto* handover = FindOrAdd(t->mutable_handovers(), [&](const journal::v1::Handover& other) { return other.handover() == e.handover(); });
  handover->set_state(e.state());
  handover->set_held_in(e.held_in());
}

void To(Traject* t, const journal::v1::DisclosureChanged& e) {
  *FindOrAdd(t->mutable_disclosures(), [&](const journal::v1::Disclosure& other) {
    return other.category() == e.disclosure().category() && other.handover() == e.disclosure().handover();
  }) = e.disclosure();
}

void To(Traject* t, const journal::v1::EpisodeChanged& e) { Put(t->mutable_episodes(), e.episode(), &journal::v1::Episode::episode); }

void To(Traject* t, const journal::v1::ReferenceUsed& e) { *t->add_used() = e.used(); }

void To(Traject* t, const journal::v1::DecisionChanged& e) { Put(t->mutable_decisions(), e.decision(), &journal::v1::Decision::decision); }

void To(Traject* t, const journal::v1::StayRegistered& e) { *t->mutable_stay() = e.stay(); }

void To(Traject* t, const journal::v1::ContactCounted& e) { Put(t->mutable_contacts(), e.contact(), &journal::v1::ContactCount::kind); }

// Kept in the journal for the auditor; the traject is as it was.
void To(Traject*, const journal::v1::DossierAccessed&) {}

// What is remembered of the report. A refused start is not: the same id may be sent again (uitstroom, 'Duplicates').
void Remember(const journal::v1::Record& record, journal::v1::Memory* memory) {
  if (record.has_refusal() && record.event().has_trajecten_started()) return;
  journal::v1::Seen* seen = memory->add_seen();
  seen->set_key(ReportKey(record.event()));
  seen->set_position(record.number());
  if (record.has_refusal()) *seen->mutable_refusal() = record.refusal();
}

}  // namespace

std::string ReportKey(const event::v1::Event& event) {
  const base::Hash hash = base::Hasher("overdracht.report.v1").Add(event.organisation()).Add(event.system()).Add(event.id()).Finish();
  return std::string(base::Hasher::View(hash).substr(0, 16));
}

void ApplyEffect(const journal::v1::Effect& effect, Traject* t) {
  switch (effect.effect_case()) {
    case journal::v1::Effect::kTrajectStarted:
      return To(t, effect.traject_started());
    case journal::v1::Effect::kStatusChanged:
      return To(t, effect.status_changed());
    case journal::v1::Effect::kConfigurationChanged:
      return To(t, effect.configuration_changed());
    case journal::v1::Effect::kClockChanged:
      return To(t, effect.clock_changed());
    case journal::v1::Effect::kRoleFilled:
      return To(t, effect.role_filled());
    case journal::v1::Effect::kLeavingBegun:
      return To(t, effect.leaving_begun());
    case journal::v1::Effect::kLeavingEnded:
      return To(t, effect.leaving_ended());
    case journal::v1::Effect::kResponsibilityMoved:
      return To(t, effect.responsibility_moved());
    case journal::v1::Effect::kTaskOpened:
      return To(t, effect.task_opened());
    case journal::v1::Effect::kTaskMoved:
      return To(t, effect.task_moved());
    case journal::v1::Effect::kTaskClosed:
      return To(t, effect.task_closed());
    case journal::v1::Effect::kTimerSet:
      return To(t, effect.timer_set());
    case journal::v1::Effect::kTimerCleared:
      return To(t, effect.timer_cleared());
    case journal::v1::Effect::kSeriesChanged:
      return To(t, effect.series_changed());
    case journal::v1::Effect::kHomeChanged:
      return To(t, effect.home_changed());
    case journal::v1::Effect::kSupportChanged:
      return To(t, effect.support_changed());
    case journal::v1::Effect::kSupportDeclined:
      return To(t, effect.support_declined());
    case journal::v1::Effect::kConsentChanged:
      return To(t, effect.consent_changed());
    case journal::v1::Effect::kOverrideChanged:
      return To(t, effect.override_changed());
    case journal::v1::Effect::kHandoverOffered:
      return To(t, effect.handover_offered());
    case journal::v1::Effect::kHandoverMoved:
      return To(t, effect.handover_moved());
    case journal::v1::Effect::kDisclosureChanged:
      return To(t, effect.disclosure_changed());
    case journal::v1::Effect::kEpisodeChanged:
      return To(t, effect.episode_changed());
    case journal::v1::Effect::kReferenceUsed:
      return To(t, effect.reference_used());
    case journal::v1::Effect::kDecisionChanged:
      return To(t, effect.decision_changed());
    case journal::v1::Effect::kStayRegistered:
      return To(t, effect.stay_registered());
    case journal::v1::Effect::kContactCounted:
      return To(t, effect.contact_counted());
    case journal::v1::Effect::kDossierAccessed:
      return To(t, effect.dossier_accessed());
    case journal::v1::Effect::EFFECT_NOT_SET:
      break;
  }
  OVERDRACHT_CHECK(false, "a record with an effect that this version does not know");
}

void ApplyRest(const journal::v1::Record& record, TrajectState* state) {
  if (!state->started()) return;
  if (record.has_event()) Remember(record, &state->memory);
  if (record.has_refusal()) return;
  state->traject.set_last_us(record.time_us());
  state->memory.set_position(record.number());
  if (record.open()) state->memory.set_open_position(record.number());
}

void Apply(const journal::v1::Record& record, TrajectState* state) {
  if (!record.traject().empty() && state->traject.id().empty() && !record.has_refusal()) state->traject.set_id(record.traject());
  for (const journal::v1::Effect& effect : record.effects()) ApplyEffect(effect, &state->traject);
  ApplyRest(record, state);
}

const journal::v1::Seen* FindSeen(const journal::v1::Memory& memory, const event::v1::Event& event) {
  const std::string key = ReportKey(event);
  for (const journal::v1::Seen& seen : memory.seen()) {
    if (seen.key() == key) return &seen;
  }
  return nullptr;
}

}  // namespace overdracht::engine
