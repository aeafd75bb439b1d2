#include "services/partner/overview/fold.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <string>
#include <utility>

#include "services/event/catalogue.h"

namespace overdracht::partner {
namespace {

using api::v1::DisclosureOverview;
using api::v1::HandoverOverview;
using api::v1::OutboxItem;
using api::v1::TaskOverview;
using api::v1::TrajectOverview;
using google::protobuf::RepeatedPtrField;
using google::protobuf::Timestamp;
using google::protobuf::util::TimeUtil;
using notice::v1::Notice;
using notice::v1::TermKind;

template <typename Thing, typename Is>
Thing* FindOrAdd(RepeatedPtrField<Thing>* things, Is is) {
  for (Thing& thing : *things) {
    if (is(thing)) return &thing;
  }
  return things->Add();
}

template <typename Thing, typename Is>
void RemoveIf(RepeatedPtrField<Thing>* things, Is is) {
  things->erase(std::remove_if(things->begin(), things->end(), is), things->end());
}

HandoverOverview* Handover(const std::string& id, TrajectOverview* overview) {
  HandoverOverview* const handover = FindOrAdd(overview->mutable_handovers(), [&](const auto& one) { return one.handover() == id; });
  handover->set_handover(id);
  return handover;
}

TaskOverview* Task(const std::string& name, TrajectOverview* overview) {
  TaskOverview* const task = FindOrAdd(overview->mutable_tasks(), [&](const auto& one) { return one.task() == name; });
  task->set_task(name);
  return task;
}

DisclosureOverview* Disclosure(const std::string& handover, event::v1::Category category, TrajectOverview* overview) {
  DisclosureOverview* const disclosure =
      FindOrAdd(overview->mutable_disclosures(), [&](const auto& one) { return one.handover() == handover && one.category() == category; });
  disclosure->Clear();
  disclosure->set_handover(handover);
  disclosure->set_category(category);
  return disclosure;
}

bool OfHandover(TermKind of) {
  return of == notice::v1::TERM_KIND_ANSWER || of == notice::v1::TERM_KIND_MORE || of == notice::v1::TERM_KIND_MEETING ||
         of == notice::v1::TERM_KIND_FAREWELL;
}

bool OfEpisode(TermKind of) {
  return of == notice::v1::TERM_KIND_ASSESSMENT || of == notice::v1::TERM_KIND_RESPONSE || of == notice::v1::TERM_KIND_RESPITE ||
         of == notice::v1::TERM_KIND_REVIEW;
}

bool OfTask(TermKind of) { return of == notice::v1::TERM_KIND_TASK; }

template <typename IsOf>
void NoLongerExpired(IsOf is_of, const std::string& reference, TrajectOverview* overview) {
  RemoveIf(overview->mutable_expired(), [&](const auto& term) { return is_of(term.of()) && term.reference() == reference; });
}

void Add(const notice::v1::OfferReceived& offer, TrajectOverview* overview) {
  HandoverOverview* const handover = Handover(offer.handover(), overview);
  handover->set_sender(offer.sender());
  handover->set_purpose(offer.purpose());
  *handover->mutable_categories() = offer.categories();
  handover->set_transfers_responsibility(offer.transfers_responsibility());
  handover->clear_due_by();
  if (offer.answer_by_us() != 0) *handover->mutable_due_by() = TimeUtil::MicrosecondsToTimestamp(offer.answer_by_us());
}

void Add(const notice::v1::OfferAnswered& answered, TrajectOverview* overview) {
  Handover(answered.handover(), overview)->set_decline_reason(answered.reason());
}

void Add(const notice::v1::HandoverChanged& changed, TrajectOverview* overview) {
  HandoverOverview* const handover = Handover(changed.handover(), overview);
  handover->set_state(changed.state());
  handover->clear_due_by();
  if (changed.due_by_us() != 0) *handover->mutable_due_by() = TimeUtil::MicrosecondsToTimestamp(changed.due_by_us());
  NoLongerExpired(OfHandover, changed.handover(), overview);
}

void Add(const notice::v1::CategoryDisclosed& disclosed, TrajectOverview* overview) {
  DisclosureOverview* const disclosure = Disclosure(disclosed.handover(), disclosed.category(), overview);
  disclosure->set_open(true);
  disclosure->set_consent(disclosed.consent());
  disclosure->set_override(disclosed.override());
  disclosure->set_ground(disclosed.ground());
  if (disclosed.has_dossier()) *disclosure->mutable_dossier() = disclosed.dossier();
  disclosure->set_valid_until(disclosed.valid_until());
}

void Add(const notice::v1::CategoryWithheld& withheld, TrajectOverview* overview) {
  Disclosure(withheld.handover(), withheld.category(), overview);
}

void Add(const notice::v1::CategoryClosed& closed, TrajectOverview* overview) {
  Disclosure(closed.handover(), closed.category(), overview)->set_close_reason(closed.reason());
}

void Add(const notice::v1::TaskOpened& opened, TrajectOverview* overview) {
  TaskOverview* const task = Task(opened.task(), overview);
  task->set_leefgebied(opened.leefgebied());
  task->set_required(opened.required());
  task->clear_outcome();
  task->clear_due_by();
  if (opened.due_by_us() != 0) *task->mutable_due_by() = TimeUtil::MicrosecondsToTimestamp(opened.due_by_us());
  NoLongerExpired(OfTask, opened.task(), overview);
}

void Add(const notice::v1::TaskClosed& closed, TrajectOverview* overview) {
  TaskOverview* const task = Task(closed.task(), overview);
  task->set_leefgebied(closed.leefgebied());
  task->set_required(closed.required());
  task->set_outcome(closed.outcome());
  task->clear_due_by();
  NoLongerExpired(OfTask, closed.task(), overview);
}

void Add(const notice::v1::TermExpired& expired, const Timestamp& at, TrajectOverview* overview) {
  api::v1::ExpiredTerm* const term = FindOrAdd(
      overview->mutable_expired(), [&](const auto& one) { return one.of() == expired.of() && one.reference() == expired.reference(); });
  term->set_of(expired.of());
  term->set_reference(expired.reference());
  term->set_times(expired.times());
  *term->mutable_at() = at;
  term->clear_next();
  if (expired.next().at_us() != 0) *term->mutable_next() = TimeUtil::MicrosecondsToTimestamp(expired.next().at_us());
}

void Add(const notice::v1::EpisodeChanged& changed, TrajectOverview* overview) {
  api::v1::EpisodeOverview* const episode =
      FindOrAdd(overview->mutable_episodes(), [&](const auto& one) { return one.episode() == changed.episode(); });
  episode->set_episode(changed.episode());
  episode->set_state(changed.state());
  episode->set_severity(changed.severity());
  NoLongerExpired(OfEpisode, changed.episode(), overview);
}

void Add(const notice::v1::TrajectChanged& changed, TrajectOverview* overview) {
  overview->set_phase(changed.phase());
  overview->set_status(changed.status());
  if (changed.status() == notice::v1::STATUS_AFGEROND || changed.status() == notice::v1::STATUS_GESTOPT) overview->clear_expired();
}

void AddNotice(const OutboxItem& item, TrajectOverview* overview) {
  const Notice& notice = item.notice();
  switch (notice.data_case()) {
    case Notice::kOfferReceived:
      return Add(notice.offer_received(), overview);
    case Notice::kOfferAnswered:
      return Add(notice.offer_answered(), overview);
    case Notice::kHandoverChanged:
      return Add(notice.handover_changed(), overview);
    case Notice::kCategoryDisclosed:
      return Add(notice.category_disclosed(), overview);
    case Notice::kCategoryWithheld:
      return Add(notice.category_withheld(), overview);
    case Notice::kCategoryClosed:
      return Add(notice.category_closed(), overview);
    case Notice::kResponsibilityMoved:
      return overview->set_responsible(notice.responsibility_moved().to());
    case Notice::kParticipantsChanged:
      *overview->mutable_participants() = notice.participants_changed().participants();
      return overview->set_responsible(notice.participants_changed().responsible());
    case Notice::kTaskOpened:
      return Add(notice.task_opened(), overview);
    case Notice::kTaskClosed:
      return Add(notice.task_closed(), overview);
    case Notice::kTermExpired:
      return Add(notice.term_expired(), item.time(), overview);
    case Notice::kTrajectChanged:
      return Add(notice.traject_changed(), overview);
    case Notice::kEpisodeChanged:
      return Add(notice.episode_changed(), overview);
    case Notice::kSignalReported: {
      api::v1::SignalOverview* const signal = overview->add_signals();
      signal->set_signal(notice.signal_reported().signal());
      return signal->set_kind(notice.signal_reported().kind());
    }
    case Notice::kAppointmentMissed:
      return overview->add_missed_appointments(notice.appointment_missed().appointment());
    case Notice::kAccessUncovered:  // an alarm for somebody to look into: nothing that the traject is in
    case Notice::DATA_NOT_SET:
      return;
  }
}

// The id of what an event is about: its first field, where that is an id.
std::string ReferenceOf(const event::Kind& kind, const event::v1::Event& event) {
  if (kind.fields.empty() || kind.fields[0].type != event::Field::kText || kind.fields[0].list) return "";
  if (kind.fields[0].rule.format() == event::v1::FORMAT_DATE || kind.fields[0].rule.format() == event::v1::FORMAT_WORKFLOW) return "";
  const auto& data = event.GetReflection()->GetMessage(event, kind.data);
  return data.GetReflection()->GetString(data, kind.fields[0].descriptor);
}

void AddReport(const event::v1::Event& event, const Timestamp& at, TrajectOverview* overview) {
  const event::Kind& kind = *event::KindOf(event);
  const std::string reference = ReferenceOf(kind, event);
  api::v1::OwnReport* const report =
      FindOrAdd(overview->mutable_reports(), [&](const auto& one) { return one.kind() == kind.name && one.reference() == reference; });
  report->set_kind(kind.name);
  report->set_reference(reference);
  *report->mutable_time() = at;
  if (event.has_trajecten_started()) {
    const std::string& workflow = event.trajecten_started().workflow();
    overview->set_workflow(workflow.substr(0, workflow.find('@')));
  } else if (event.has_handovers_offered()) {
    const event::v1::HandoversOffered& offer = event.handovers_offered();
    HandoverOverview* const handover = Handover(offer.handover(), overview);
    handover->set_recipient(offer.recipient());
    handover->set_purpose(offer.purpose());
    *handover->mutable_categories() = offer.categories();
    handover->set_transfers_responsibility(offer.transfers_responsibility());
  } else if (event.has_decisions_taken()) {
    NoLongerExpired([](TermKind of) { return of == notice::v1::TERM_KIND_DECISION; }, reference, overview);
  }
}

bool IsOpen(const TaskOverview& task) { return task.outcome() == notice::v1::TASK_OUTCOME_UNSPECIFIED; }

bool IsOverdue(const api::v1::ExpiredTerm& term, const TrajectOverview& overview) {
  if (OfHandover(term.of()) || OfEpisode(term.of())) return true;
  return OfTask(term.of()) && std::any_of(overview.tasks().begin(), overview.tasks().end(),
                                          [&](const TaskOverview& task) { return task.task() == term.reference() && IsOpen(task); });
}

}  // namespace

bool Tells(const OutboxItem& item) { return item.has_notice() || item.has_reported(); }

void Fold(const OutboxItem& item, TrajectOverview* overview) {
  overview->set_traject(item.traject());
  overview->set_gemeente(item.gemeente());
  *overview->mutable_changed() = item.time();
  overview->set_cursor(item.cursor());
  if (item.has_notice()) {
    AddNotice(item, overview);
  } else {
    AddReport(item.reported(), item.time(), overview);
  }
  overview->set_has_tasks(std::any_of(overview->tasks().begin(), overview->tasks().end(), IsOpen));
  overview->set_overdue(std::any_of(overview->expired().begin(), overview->expired().end(),
                                    [&](const api::v1::ExpiredTerm& term) { return IsOverdue(term, *overview); }));
}

}  // namespace overdracht::partner
