#include "services/partner/typed.h"

#include <absl/strings/str_cat.h>

#include "services/base/check.h"
#include "services/base/uuid.h"
#include "services/event/catalogue.h"
#include "services/event/check.h"
#include "services/event/forms.h"
#include "services/event/write.h"

namespace overdracht::partner {
namespace {

using api::v1::ReportContext;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// In the source of the events that typed calls make.
constexpr char kSystem[] = "api";
// No event was logged then; the check says so.
constexpr int64_t kNoTime = -1;

const FieldDescriptor* DataFor(const google::protobuf::Descriptor& kind) {
  const auto* data = event::v1::Event::descriptor()->FindOneofByName("data");
  for (int i = 0; i < data->field_count(); ++i) {
    if (data->field(i)->message_type() == &kind) return data->field(i);
  }
  return nullptr;
}

ReportMethod MakeMethod(const google::protobuf::MethodDescriptor& method) {
  auto* const factory = google::protobuf::MessageFactory::generated_factory();
  ReportMethod made;
  made.path = absl::StrCat("/", method.service()->full_name(), "/", method.name());
  made.request = factory->GetPrototype(method.input_type());
  made.response = factory->GetPrototype(method.output_type());
  made.context = method.input_type()->FindFieldByName("report");
  made.event = method.input_type()->FindFieldByName("event");
  made.answer = method.output_type()->FindFieldByName("answer");
  OVERDRACHT_CHECK(made.context && made.event && made.answer, "an rpc that reports an event has report, event and answer");
  made.data = DataFor(*made.event->message_type());
  OVERDRACHT_CHECK(made.data, "the event of an rpc is one of event.v1.Event");
  for (const event::Kind& kind : event::Kinds()) {
    if (kind.data == made.data) made.kind = kind.name;
  }
  OVERDRACHT_CHECK(!made.kind.empty(), "the event of an rpc is one of the catalogue");
  return made;
}

int64_t MomentOf(const google::protobuf::Timestamp& time) {
  constexpr int64_t kMicros = 1'000'000;
  const bool sane = time.seconds() >= 0 && time.seconds() < INT64_MAX / kMicros - 1 && time.nanos() >= 0 && time.nanos() < 1'000'000'000;
  return sane ? time.seconds() * kMicros + time.nanos() / 1000 : kNoTime;
}

bool HasUnknown(const Message& message) { return !message.GetReflection()->GetUnknownFields(message).empty(); }

event::v1::Event TakeEvent(const ReportMethod& method, const ReportContext& context, Message* request) {
  event::v1::Event event;
  event.set_id(context.request_id());
  event.set_system(kSystem);
  if (std::optional<std::string> traject = base::ParseUuid(context.traject())) event.set_traject(*std::move(traject));
  if (context.has_time()) event.set_time_us(MomentOf(context.time()));
  event.set_occurred_on(context.occurred_on());
  if (event::IsTraceparent(context.traceparent())) event.set_traceparent(context.traceparent());
  const auto* reflection = request->GetReflection();
  if (reflection->HasField(*request, method.event)) {
    event.GetReflection()->SetAllocatedMessage(&event, reflection->ReleaseMessage(request, method.event), method.data);
  }
  return event;
}

}  // namespace

std::vector<ReportMethod> MethodsOf(const google::protobuf::ServiceDescriptor& service) {
  std::vector<ReportMethod> methods;
  for (int i = 0; i < service.method_count(); ++i) methods.push_back(MakeMethod(*service.method(i)));
  return methods;
}

const ReportContext& ContextOf(const ReportMethod& method, const Message& request) {
  return static_cast<const ReportContext&>(request.GetReflection()->GetMessage(request, method.context));
}

absl::StatusOr<region::Report> ReadTyped(const ReportMethod& method, const std::string& caller, absl::FunctionRef<std::string()> new_id,
                                         event::KnowsContact knows_contact, Message* request) {
  const ReportContext& context = ContextOf(method, *request);
  if (HasUnknown(*request) || HasUnknown(context)) {
    return absl::InvalidArgumentError("expected the fields of this request only, but there are others: of a later version?");
  }
  region::Report report;
  report.caller = caller;
  report.now = !context.has_time();
  report.validate_only = context.validate_only();
  if (!context.if_position().empty()) {
    const std::optional<event::Position> position = event::ParsePosition(context.if_position());
    if (!position) return absl::InvalidArgumentError("expected if_position to be <partition>:<number>, but it is not");
    report.if_position = position->number;
  }
  event::v1::Event event = TakeEvent(method, context, request);
  event.set_organisation(caller);
  if (event.id().empty()) event.set_id(new_id());
  if (std::optional<event::Malformed> malformed = event::CheckEvent(event, knows_contact)) {
    report.event = *std::move(malformed);
  } else {
    report.event = std::move(event);
  }
  return report;
}

}  // namespace overdracht::partner
