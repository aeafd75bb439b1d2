#include "services/event/kafka_event.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/strip.h>
#include <google/protobuf/reflection.h>

#include <algorithm>

#include "services/base/uuid.h"
#include "services/event/catalogue.h"
#include "services/event/check.h"
#include "services/event/envelope.h"
#include "services/event/fault.h"
#include "services/event/json_data.h"

namespace overdracht::event {
namespace {

using google::protobuf::Message;

constexpr absl::string_view kJson = "application/json", kStructured = "application/cloudevents+json";
constexpr absl::string_view kOccurredOnAttribute = "occurredon";

// Without its parameters: `application/json; charset=utf-8`.
std::string MediaType(absl::string_view content_type) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(content_type.substr(0, content_type.find(';'))));
}

// A header that stands there twice says two things.
Check NamedOnce(const KafkaRecord& record) {
  std::vector<absl::string_view> names;
  for (const auto& [name, value] : record.headers) names.push_back(name);
  std::sort(names.begin(), names.end());
  if (std::adjacent_find(names.begin(), names.end()) == names.end()) return std::nullopt;
  return Because(journal::v1::REFUSAL_REASON_UNREADABLE, "names_once");
}

Check ReadEnvelope(const KafkaRecord& record, v1::Event* event, const Kind** kind) {
  Envelope envelope;
  for (const auto& [header, value] : record.headers) {
    absl::string_view name = header;
    // What the data is says content-type; some writers say it again.
    if (absl::ConsumePrefix(&name, kAttributePrefix) && name != "datacontenttype") envelope.Add(name, value);
  }
  Check fault = envelope.Read(event);
  *kind = envelope.kind();
  return fault;
}

Check ReadJson(const KafkaRecord& record, const Kind& kind, KnowsContact knows_contact, v1::Event* event) {
  if (record.value.size() > base::kMaxEventBytes) return TooLong();
  JsonDocument document;
  if (!document.Read(record.value)) return NoJson(document);
  Check fault = document.root().kind == JsonValue::kObject ? ReadJsonData(document, document.root(), kind, knows_contact, event)
                                                           : Check(Invalid("object"));
  if (fault) return std::move(*fault).In("data");
  return std::nullopt;
}

Check ReadProtobuf(const KafkaRecord& record, const Kind& kind, v1::Event* event) {
  Message* const data = event->GetReflection()->MutableMessage(event, kind.data);
  if (!data->ParseFromString(record.value)) return Because(journal::v1::REFUSAL_REASON_UNREADABLE, "protobuf").In("data");
  if (const std::string* const day = FindAttribute(record, kOccurredOnAttribute)) event->set_occurred_on(*day);
  return std::nullopt;
}

}  // namespace

std::variant<v1::Event, Malformed> ReadKafkaEvent(const KafkaRecord& record, KnowsContact knows_contact, size_t most_bytes) {
  const std::string* const content_type = FindHeader(record, kContentType);
  const std::string type = content_type == nullptr ? "" : MediaType(*content_type);
  if (type == kStructured) return ReadCloudEvent(record.value, knows_contact);

  v1::Event event;
  if (base::SizeOf(record) - record.key.size() > most_bytes) return Refuse(TooLong(), event);
  if (const Check fault = NamedOnce(record)) return Refuse(*fault, event);
  const Kind* kind = nullptr;
  if (const Check fault = ReadEnvelope(record, &event, &kind)) return Refuse(*fault, event);
  if (type == kJson) {
    if (const Check fault = ReadJson(record, *kind, knows_contact, &event)) return Refuse(*fault, event);
    return event;
  }
  if (type != kProtobuf) {
    return Refuse((content_type == nullptr ? Missing("content_type") : Invalid("content_type")).In(kContentType), event);
  }
  if (const Check fault = ReadProtobuf(record, *kind, &event)) return Refuse(*fault, event);
  if (std::optional<Malformed> malformed = CheckEvent(event, knows_contact)) return *std::move(malformed);
  return event;
}

KafkaRecord WriteKafkaEvent(const v1::Event& event) {
  const Kind* const kind = KindOf(event);
  BinaryWriter writer(event.id(), SourceOf(event), kind->type, base::FormatUuid(event.traject()), event.time_us());
  writer.Attribute("traceparent", event.traceparent());
  writer.Attribute("tracestate", event.tracestate());
  writer.Attribute("correlationid", event.correlationid());
  writer.Attribute(kOccurredOnAttribute, event.occurred_on());
  return std::move(writer).Finish(event.GetReflection()->GetMessage(event, kind->data));
}

}  // namespace overdracht::event
