#include "services/region/wire.h"

#include <utility>

#include "services/base/limits.h"
#include "services/event/check.h"
#include "services/event/forms.h"

namespace overdracht::region {
namespace {

// What stands in it that a reader of this program would not have put there. Nothing: sound.
std::optional<event::Malformed> Check(event::v1::Event* event, event::KnowsContact knows_contact) {
  if (event->traject().size() != 16) event->clear_traject();
  if (!event::IsTraceparent(event->traceparent())) event->clear_traceparent();
  if (!event::IsTracestate(event->tracestate())) event->clear_tracestate();
  if (!event::IsEventId(event->correlationid())) event->clear_correlationid();
  const size_t size = event->ByteSizeLong();
  event->DiscardUnknownFields();
  if (event->ByteSizeLong() == size) return event::CheckEvent(*event, knows_contact);
  // Of a later version of the partner service: the region is brought up to date first.
  event::Malformed malformed;
  malformed.refusal.set_code(journal::v1::REFUSAL_CODE_MALFORMED);
  malformed.refusal.set_reason(journal::v1::REFUSAL_REASON_FIELD_UNKNOWN);
  malformed.source = event::SourceOf(*event);
  malformed.id = event->id();
  return malformed;
}

}  // namespace

v1::Report ToWire(uint64_t call, Report* report) {
  v1::Report message;
  message.set_call(call);
  if (auto* malformed = std::get_if<event::Malformed>(&report->event)) {
    v1::Malformed& said = *message.mutable_malformed();
    said.mutable_refusal()->Swap(&malformed->refusal);
    said.set_source(std::move(malformed->source));
    said.set_id(std::move(malformed->id));
    said.set_subject(std::move(malformed->subject));
    said.set_bytes(std::move(report->bytes));
  } else {
    message.mutable_event()->Swap(&std::get<event::v1::Event>(report->event));
  }
  message.set_now(report->now);
  message.set_caller(report->caller);
  message.set_supplier(report->supplier);
  message.set_validate_only(report->validate_only);
  if (report->if_position) message.set_if_position(*report->if_position);
  return message;
}

absl::StatusOr<Report> FromWire(v1::Report* message, event::KnowsContact knows_contact) {
  Report report;
  report.now = message->now();
  report.caller = message->caller();
  if (event::HasForm(event::v1::FORMAT_OIN, message->supplier())) report.supplier = message->supplier();
  report.validate_only = message->validate_only();
  if (message->has_if_position()) report.if_position = message->if_position();
  if (message->has_malformed()) {
    v1::Malformed& said = *message->mutable_malformed();
    if (said.ByteSizeLong() > 2 * base::kMaxEventBytes) {
      return absl::InvalidArgumentError("expected the beginning of what is too long to be read, but it is more");
    }
    if (said.refusal().code() != journal::v1::REFUSAL_CODE_MALFORMED) {
      return absl::InvalidArgumentError("expected a report that is MALFORMED, but it is refused for another reason");
    }
    event::Malformed malformed;
    malformed.refusal.Swap(said.mutable_refusal());
    malformed.source = said.source();
    malformed.id = said.id();
    malformed.subject = said.subject();
    report.bytes = std::move(*said.mutable_bytes());
    report.event = std::move(malformed);
    return report;
  }
  if (!message->has_event()) return absl::InvalidArgumentError("expected an event, but there is none");
  if (std::optional<event::Malformed> malformed = Check(message->mutable_event(), knows_contact)) {
    report.event = *std::move(malformed);
  } else {
    report.event = std::move(*message->mutable_event());
  }
  return report;
}

v1::Decided ToWire(uint64_t call, const Answer& answer) {
  v1::Decided message;
  message.set_call(call);
  message.set_record(answer.record);
  message.set_duplicate(answer.duplicate);
  if (answer.refusal) *message.mutable_refusal() = *answer.refusal;
  return message;
}

Answer FromWire(v1::Decided* message) {
  Answer answer{.record = message->record(), .duplicate = message->duplicate(), .refusal = std::nullopt};
  if (message->has_refusal()) answer.refusal = std::move(*message->mutable_refusal());
  return answer;
}

v1::Deployed ToWire(const chart::Workflows& workflows) {
  v1::Deployed message;
  for (const auto& workflow : workflows.All()) *message.add_definitions() = workflow->definition();
  return message;
}

absl::StatusOr<std::shared_ptr<const chart::Workflows>> FromWire(v1::Deployed* message) {
  auto workflows = std::make_shared<chart::Workflows>();
  for (workflow::v1::WorkflowDefinition& definition : *message->mutable_definitions()) {
    absl::StatusOr<std::shared_ptr<const chart::Workflow>> workflow = chart::Workflow::Compile(std::move(definition));
    if (!workflow.ok()) return workflow.status();
    workflows->Add(*std::move(workflow));
  }
  return workflows;
}

}  // namespace overdracht::region
