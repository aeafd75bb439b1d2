#include "services/remote/kafka/kafka_region.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <utility>

#include "services/base/uuid.h"
#include "services/edge/random_id.h"
#include "services/event/read.h"
#include "services/remote/kafka/answer.h"
#include "services/topics/item_record.h"
#include "services/topics/report_record.h"
#include "services/topics/unreadable_record.h"
#include "services/topics/workflow_record.h"

namespace overdracht::remote {
namespace {

absl::Status NotAnswered(absl::string_view by) {
  return absl::UnavailableError(
      absl::StrCat("expected an answer ", by, ", but none came: it may be recorded or not; send it again under the same id"));
}

absl::Status Stopping() { return absl::UnavailableError("expected a service that reads its topics, but it is stopping"); }

Unanswered::Name NameOf(const region::Report& report) {
  if (const auto* malformed = std::get_if<event::Malformed>(&report.event)) return {malformed->source, malformed->id, malformed->subject};
  const auto& event = std::get<event::v1::Event>(report.event);
  return {event::SourceOf(event), event.id(), base::FormatUuid(event.traject())};
}

region::Answer RefusedAs(const journal::v1::Refusal& refusal) { return {.record = 0, .refusal = refusal}; }

}  // namespace

KafkaRegion::KafkaRegion(Broker* broker, std::unique_ptr<Mirror> mirror, KafkaOptions options)
    : broker_(broker),
      mirror_(std::move(mirror)),
      options_(std::move(options)),
      call_prefix_(edge::RandomId().substr(0, 8)),
      unanswered_(std::make_shared<Unanswered>(options_.most_reports, options_.most_bytes)) {
  outbox_state_ = absl::UnavailableError("expected the organisation's outbox, but it is not read yet");
  workflows_state_ = absl::UnavailableError("expected the workflows of the region, but they are not read yet");
  // A topic that no longer fits its mirror is told by its end: also after a connection was lost, what answers may be another log.
  const auto mirrored = [this](uint64_t end) -> absl::StatusOr<uint64_t> {
    if (absl::Status fits = mirror_->Fits(end); !fits.ok()) return fits;
    return mirror_->from();
  };
  const auto from_the_start = [](uint64_t) { return uint64_t{0}; };
  outbox_thread_ = std::thread([this, mirrored] {
    Follow({options_.names.Outbox(options_.organisation), mirrored, &KafkaRegion::ReadOutboxTopic, &outbox_state_});
  });
  workflows_thread_ = std::thread([this, from_the_start] {
    Follow({options_.names.Workflows(), from_the_start, &KafkaRegion::ReadWorkflowsTopic, &workflows_state_});
  });
}

KafkaRegion::~KafkaRegion() {
  {
    absl::MutexLock lock(&mutex_);
    closed_ = stopping_ = true;
  }
  outbox_thread_.join();
  workflows_thread_.join();
  unanswered_->FailAll(NotAnswered("before the service stops"));
}

absl::Status KafkaRegion::linked() const {
  absl::MutexLock lock(&mutex_);
  return outbox_state_.ok() ? workflows_state_ : outbox_state_;
}

void KafkaRegion::Drain(absl::Duration patience) {
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }
  unanswered_->WaitUntilNone(patience);
  unanswered_->FailAll(NotAnswered("before the service stops"));
}

std::shared_ptr<const chart::Workflows> KafkaRegion::workflows() const {
  absl::MutexLock lock(&mutex_);
  return workflows_;
}

KafkaRegionFigures KafkaRegion::figures() const {
  const Unanswered::Waiting waiting = unanswered_->waiting();
  return {.items = mirror_->items(),
          .outbox_lag = outbox_lag_,
          .unanswered = waiting.reports,
          .oldest = std::max(absl::ZeroDuration(), absl::Now() - waiting.since),
          .unreadable = *unreadable_};
}

// ---- Reports go out --------------------------------------------------------------------------------------------------------------------

absl::Status KafkaRegion::Take(region::Report&& report, size_t bytes, std::function<void()> when_room) {
  {
    absl::MutexLock lock(&mutex_);
    if (closed_) return absl::UnavailableError("expected a service that takes reports, but it is stopping; send again later");
    for (const absl::Status* state : {&outbox_state_, &workflows_state_}) {
      if (!state->ok()) return absl::UnavailableError(state->message());
    }
  }
  if (!report.caller.empty() && report.caller != options_.organisation) {
    std::exchange(report.done, nullptr)(
        absl::PermissionDeniedError(absl::StrCat("expected a caller for ", options_.organisation, ", but it is another's")));
    return absl::OkStatus();
  }
  const absl::StatusOr<uint64_t> call = unanswered_->Add(&report, NameOf(report), bytes, absl::Now(), std::move(when_room));
  if (absl::IsAborted(call.status())) {
    std::exchange(report.done, nullptr)(call.status());
    return absl::OkStatus();
  }
  if (!call.ok()) return call.status();
  Send(*call, std::move(report));
  return absl::OkStatus();
}

void KafkaRegion::Send(uint64_t call, region::Report report) {
  if (const auto* malformed = std::get_if<event::Malformed>(&report.event)) return SendUnreadable(call, report, malformed->refusal);
  // Who speaks for nobody has no outbox that could bring the answer.
  const topics::Asking asking{.call = absl::StrCat(call_prefix_, ":", call), .organisation = options_.organisation};
  // Who does not wait is answered by the broker's word, and an answer that comes finds nobody.
  broker_->Publish(options_.names.Events(), topics::WriteReport(report, asking),
                   [unanswered = unanswered_, sent = Sent(call), call, no_wait = report.no_wait](const absl::Status& status) {
                     status.ok() && no_wait ? unanswered->Answer(call, region::Answer()) : sent(status);
                   });
}

// Answered when its bytes are kept.
void KafkaRegion::SendUnreadable(uint64_t call, const region::Report& report, const journal::v1::Refusal& refusal) {
  if (report.validate_only) return unanswered_->Answer(call, RefusedAs(refusal));
  broker_->Publish(options_.names.Unreadable(), topics::WriteUnreadable(report, refusal),
                   [unanswered = unanswered_, counted = unreadable_, sent = Sent(call), call, refusal](const absl::Status& status) {
                     if (!status.ok()) return sent(status);
                     ++*counted;
                     unanswered->Answer(call, RefusedAs(refusal));
                   });
}

std::function<void(const absl::Status&)> KafkaRegion::Sent(uint64_t call) {
  return [unanswered = unanswered_, call](const absl::Status& status) {
    if (status.ok()) return;
    unanswered->Answer(call, absl::UnavailableError(absl::StrCat("expected the report to be kept, but it may be recorded or not (",
                                                                 std::string(status.message()), "); send it again under the same id")));
  };
}

// ---- Topics come in --------------------------------------------------------------------------------------------------------------------

void KafkaRegion::Follow(const Followed& followed) {
  const auto stopping = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopping_; };
  for (;;) {
    SetState(followed.state, ReadOnce(followed));
    GiveUpOnTheLate();  // of whom nobody hears while a topic cannot be read
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping), options_.try_again)) return;
  }
}

absl::Status KafkaRegion::ReadOnce(const Followed& followed) {
  absl::StatusOr<std::unique_ptr<TopicReader>> reader = broker_->Open(followed.topic);
  if (!reader.ok()) return reader.status();
  for (;;) {
    const absl::StatusOr<kafka::Ends> ends = (*reader)->QueryEnds();
    if (!ends.ok()) return ends.status();
    const absl::StatusOr<uint64_t> place = followed.place(ends->end);
    if (!place.ok()) return place.status();
    if (absl::Status started = (*reader)->Start(*place); !started.ok()) return started;
    const absl::Status ended = (this->*followed.read)(reader->get(), ends->end);
    if (!absl::IsUnavailable(ended) || IsStopping()) return ended;
  }
}

bool KafkaRegion::IsStopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

void KafkaRegion::SetState(absl::Status* state, const absl::Status& status) {
  {
    absl::MutexLock lock(&mutex_);
    if (*state == status) return;
    *state = status;
  }
  options_.changed();
}

// ---- The outbox ------------------------------------------------------------------------------------------------------------------------

absl::Status KafkaRegion::ReadOutboxTopic(TopicReader* reader, uint64_t end) {
  bool caught_up = false, dirty = false;
  absl::Time committed = absl::Now();
  while (!IsStopping()) {
    const absl::StatusOr<std::vector<kafka::PlacedRecord>> records = reader->Next(dirty ? absl::ZeroDuration() : options_.look_every);
    if (!records.ok()) return records.status();
    outbox_lag_ = records->size() + reader->Unread();
    if (!records->empty()) {
      if (absl::Status added = AddToMirror(*records); !added.ok()) return added;
      outbox_lag_ = reader->Unread();
      dirty = true;
    }
    if (dirty && (records->empty() || absl::Now() - committed >= options_.commit_every)) {
      if (absl::Status told = Publicize(); !told.ok()) return told;
      dirty = false;
      committed = absl::Now();
    }
    if (!caught_up && mirror_->end() >= end) {
      // Every cursor that was ever given lies within what is read now.
      caught_up = true;
      SetState(&outbox_state_, absl::OkStatus());
      listeners_.Tell("");
    }
    GiveUpOnTheLate();
  }
  return Stopping();
}

absl::Status KafkaRegion::AddToMirror(const std::vector<kafka::PlacedRecord>& records) {
  std::vector<OutboxRecord> items;
  std::vector<std::pair<topics::ItemMarks, api::v1::Answer>> answers;
  items.reserve(records.size());
  for (const kafka::PlacedRecord& record : records) {
    topics::ItemMarks marks;
    absl::StatusOr<api::v1::OutboxItem> item = topics::ReadItem(record.record, &marks);
    if (!item.ok()) {
      return absl::DataLossError(absl::StrCat("expected items in ", options_.names.Outbox(options_.organisation), ", but at offset ",
                                              record.offset, ": ", std::string(item.status().message()),
                                              "; is the workflow service newer than this one?"));
    }
    if (item->has_answer()) answers.emplace_back(marks, item->answer());
    OutboxRecord& added = items.emplace_back();
    added.offset = record.offset;
    // An answer that was given before stands there already, with more in it.
    if (!marks.unrecorded && !marks.duplicate) added.item = *std::move(item);
  }
  if (absl::Status added = mirror_->Add(items); !added.ok()) return added;
  for (const auto& [marks, answer] : answers) Answered(marks, answer);
  return absl::OkStatus();
}

void KafkaRegion::Answered(const topics::ItemMarks& marks, const api::v1::Answer& said) {
  absl::StatusOr<region::Answer> answer = ReadAnswer(said);
  // Told again after a take-over: the new owner does not know who asked.
  if (marks.call.empty()) return unanswered_->AnswerNamed({said.source(), said.id(), said.subject()}, answer);
  absl::string_view call = marks.call;
  uint64_t number = 0;
  if (absl::ConsumePrefix(&call, call_prefix_) && absl::ConsumePrefix(&call, ":") && absl::SimpleAtoi(call, &number)) {
    unanswered_->Answer(number, std::move(answer));
  }
}

absl::Status KafkaRegion::Publicize() {
  if (absl::Status committed = mirror_->Commit(); !committed.ok()) return committed;
  listeners_.Tell(options_.organisation);
  return absl::OkStatus();
}

// The first answer may be there, though that to this report was lost.
void KafkaRegion::GiveUpOnTheLate() {
  for (const auto& [call, name] : unanswered_->WaitingSince(absl::Now() - options_.patience)) {
    const absl::StatusOr<std::optional<api::v1::OutboxItem>> first = mirror_->FindAnswer(name.source, name.id, name.subject);
    if (first.ok() && *first) {
      absl::StatusOr<region::Answer> answer = ReadAnswer((*first)->answer());
      if (answer.ok()) answer->duplicate = true;
      unanswered_->Answer(call, std::move(answer));
    } else {
      unanswered_->Answer(call, NotAnswered("by now"));
    }
  }
}

void KafkaRegion::ReadOutbox(const region::OutboxRequest& request, std::function<void(absl::StatusOr<region::OutboxPage>)> give) {
  reader_.Do([this, request, give = std::move(give)] {
    if (request.organisation != options_.organisation) {
      return give(absl::PermissionDeniedError(absl::StrCat("expected the outbox of ", options_.organisation, ", but it is another's")));
    }
    absl::Status state;
    {
      absl::MutexLock lock(&mutex_);
      state = outbox_state_;
    }
    // Until it is read a cursor that is good would be ahead of it.
    if (!state.ok()) return give(absl::UnavailableError(state.message()));
    give(mirror_->Read(request));
  });
}

// ---- The workflows ---------------------------------------------------------------------------------------------------------------------

absl::Status KafkaRegion::ReadWorkflowsTopic(TopicReader* reader, uint64_t end) {
  chart::Workflows known;
  bool is_new = true;
  uint64_t read = 0;
  while (!IsStopping()) {
    if (is_new && read >= end) Deploy(known);
    const absl::StatusOr<std::vector<kafka::PlacedRecord>> records = reader->Next(options_.look_every);
    if (!records.ok()) return records.status();
    is_new = !records->empty();
    if (!is_new) continue;
    for (const kafka::PlacedRecord& record : *records) {
      absl::StatusOr<std::shared_ptr<const chart::Workflow>> workflow = topics::ReadWorkflow(record.record);
      if (!workflow.ok()) {
        return absl::FailedPreconditionError(absl::StrCat("expected workflows that this program knows, but the region's are newer: ",
                                                          std::string(workflow.status().message())));
      }
      // Each version once: it is said again after a take-over, perhaps.
      if (known.Find((*workflow)->id(), (*workflow)->version()) == nullptr) known.Add(*std::move(workflow));
    }
    read = records->back().offset + 1;
  }
  return Stopping();
}

// Before there are any no report could be read.
void KafkaRegion::Deploy(const chart::Workflows& known) {
  {
    absl::MutexLock lock(&mutex_);
    workflows_ = std::make_shared<chart::Workflows>(known);
  }
  SetState(&workflows_state_, known.All().empty()
                                  ? absl::UnavailableError(absl::StrCat("expected workflows in ", options_.names.Workflows(),
                                                                        ", but no workflow service has said any yet"))
                                  : absl::OkStatus());
}

}  // namespace overdracht::remote
