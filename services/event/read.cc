#include "services/event/read.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "services/base/codes.h"
#include "services/base/limits.h"
#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/event/catalogue.h"
#include "services/event/fault.h"
#include "services/event/forms.h"
#include "services/event/json.h"

namespace overdracht::event {
namespace {

using google::protobuf::Message;
using journal::v1::RefusalReason;

// Reads `data` by the table of the event's kind.
class DataReader {
 public:
  DataReader(const JsonDocument& json, KnowsContact knows_contact) : json_(json), knows_contact_(knows_contact) {}

  Check Read(const JsonValue& object, const Kind& kind, v1::Event* event) {
    Message* data = event->GetReflection()->MutableMessage(event, kind.data);
    return ReadGroup(object, kind.fields, data, event->mutable_occurred_on());
  }

 private:
  // `occurred_on` is null inside a group of the data: it stands at the top only.
  Check ReadGroup(const JsonValue& object, const std::vector<Field>& fields, Message* message, std::string* occurred_on) {
    uint64_t seen = 0;
    for (const JsonValue* member = json_.First(object); member != nullptr; member = json_.Next(*member)) {
      const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == member->name; });
      if (field != fields.end()) {
        if (member->kind == JsonValue::kNull) continue;  // as if it were not there
        if (Check fault = ReadField(*member, *field, message)) return std::move(*fault).In(field->name);
        seen |= uint64_t{1} << (field - fields.begin());
      } else if (occurred_on != nullptr && member->name == kOccurredOn) {
        if (member->kind == JsonValue::kNull) continue;
        if (member->kind != JsonValue::kString || !HasForm(v1::FORMAT_DATE, member->text)) return Invalid("date").In(kOccurredOn);
        *occurred_on = std::string(member->text);
      } else {
        return Because(journal::v1::REFUSAL_REASON_FIELD_UNKNOWN);  // the place is the object's: the name is not repeated
      }
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      if ((seen >> i & 1) == 0 && !fields[i].rule.optional())
        return Missing(fields[i].list ? "list" : fields[i].expected).In(fields[i].name);
    }
    return std::nullopt;
  }

  Check ReadField(const JsonValue& value, const Field& field, Message* message) {
    if (!field.list) return ReadValue(value, field, message);
    if (value.kind != JsonValue::kList) return Invalid("list");
    int index = 0;
    for (const JsonValue* element = json_.First(value); element != nullptr; element = json_.Next(*element), ++index) {
      if (Check fault = ReadValue(*element, field, message)) return std::move(*fault).In(absl::StrCat(index));
    }
    if (field.type == Field::kCode) return CheckCodes(*message, field);
    if (field.rule.roles_size() > 0) return CheckRoles(*message, field);
    return std::nullopt;
  }

  // One value, set or added.
  Check ReadValue(const JsonValue& value, const Field& field, Message* message) {
    const auto* reflection = message->GetReflection();
    switch (field.type) {
      case Field::kText: {
        if (value.kind != JsonValue::kString) return Invalid(field.expected);
        if (Check fault = CheckText(field, value.text, knows_contact_)) return fault;
        std::string text(value.text);
        field.list ? reflection->AddString(message, field.descriptor, std::move(text))
                   : reflection->SetString(message, field.descriptor, std::move(text));
        return std::nullopt;
      }
      case Field::kCode: {
        if (value.kind != JsonValue::kString) return Invalid(field.expected);
        const auto code =
            std::find_if(field.codes.begin(), field.codes.end(), [&](const auto& known) { return known.first == value.text; });
        if (code == field.codes.end()) return Invalid(field.expected);
        field.list ? reflection->AddEnumValue(message, field.descriptor, code->second)
                   : reflection->SetEnumValue(message, field.descriptor, code->second);
        return std::nullopt;
      }
      case Field::kNumber:
        if (Check fault = CheckNumber(field, value.kind == JsonValue::kNumber ? value.number : 0)) return fault;
        reflection->SetDouble(message, field.descriptor, value.number);
        return std::nullopt;
      case Field::kBoolean:
        if (value.kind != JsonValue::kBoolean) return Invalid(field.expected);
        reflection->SetBool(message, field.descriptor, value.boolean);
        return std::nullopt;
      case Field::kGroup:
        if (value.kind != JsonValue::kObject) return Invalid(field.expected);
        return ReadGroup(
            value, field.fields,
            field.list ? reflection->AddMessage(message, field.descriptor) : reflection->MutableMessage(message, field.descriptor),
            nullptr);
    }
    return std::nullopt;
  }

  const JsonDocument& json_;
  KnowsContact knows_contact_;
};

// The attributes of the envelope. Those that are not listed are dropped, whatever they hold.
enum Attribute {
  kSpecversion,
  kId,
  kSource,
  kType,
  kSubject,
  kTime,
  kDatacontenttype,
  kData,
  kDataBase64,
  kTraceparent,
  kTracestate,
  kCorrelationid,
  kAttributes
};
constexpr std::array<absl::string_view, kAttributes> kNames = {"specversion", "id",          "source",          "type",
                                                               "subject",     "time",        "datacontenttype", "data",
                                                               "data_base64", "traceparent", "tracestate",      "correlationid"};

// Reads the envelope to its end also after a fault: the answer finds its way by what could be read.
class EnvelopeReader {
 public:
  EnvelopeReader(const JsonDocument& json, v1::Event* event) : event_(*event) {
    for (const JsonValue* member = json.First(json.root()); member != nullptr; member = json.Next(*member)) {
      const auto name = std::find(kNames.begin(), kNames.end(), member->name);
      if (name != kNames.end() && member->kind != JsonValue::kNull) found_[name - kNames.begin()] = member;
    }
  }

  // The first fault, in the order of the catalogue's page. Nothing: kind() and data() are there.
  Check Read() {
    Require(kSpecversion, "version_1_0", [](absl::string_view text) { return text == "1.0"; });
    Require(kId, "event_id", [this](absl::string_view text) { return IsEventId(text) && (event_.set_id(std::string(text)), true); });
    Require(kSource, "event_source", [this](absl::string_view text) { return TakeSource(text); });
    Require(
        kType, "event_type", [this](absl::string_view text) { return (kind_ = FindType(text)) != nullptr; },
        journal::v1::REFUSAL_REASON_TYPE_UNKNOWN);
    Require(kSubject, "uuid", [this](absl::string_view text) { return TakeSubject(text); });
    Require(kTime, "time", [this](absl::string_view text) { return TakeTime(text); });
    if (found_[kDatacontenttype] != nullptr) {
      Require(kDatacontenttype, "application_json", [](absl::string_view text) { return text == "application/json"; });
    }
    if (data() == nullptr) Note(Missing("object").In(kNames[kData]));
    if (data() != nullptr && data()->kind != JsonValue::kObject) Note(Invalid("object").In(kNames[kData]));
    if (found_[kDataBase64] != nullptr) Note(Invalid("absent").In(kNames[kDataBase64]));
    Keep(kTraceparent, IsTraceparent, event_.mutable_traceparent());
    Keep(kTracestate, IsTracestate, event_.mutable_tracestate());
    Keep(kCorrelationid, IsEventId, event_.mutable_correlationid());
    return std::move(fault_);
  }

  const Kind* kind() const { return kind_; }
  const JsonValue* data() const { return found_[kData]; }

 private:
  template <typename Take>
  void Require(Attribute attribute, absl::string_view expected, Take take,
               RefusalReason otherwise = journal::v1::REFUSAL_REASON_FIELD_INVALID) {
    const JsonValue* value = found_[attribute];
    if (value == nullptr) {
      Note(Missing(expected).In(kNames[attribute]));
    } else if (value->kind != JsonValue::kString) {
      Note(Invalid(expected).In(kNames[attribute]));
    } else if (!take(value->text)) {
      Note(Because(otherwise, expected).In(kNames[attribute]));
    }
  }

  // An extension attribute is kept when it is of its form and dropped when it is not: it decides nothing.
  void Keep(Attribute attribute, bool (*has_form)(absl::string_view), std::string* into) {
    const JsonValue* value = found_[attribute];
    if (value != nullptr && value->kind == JsonValue::kString && has_form(value->text)) *into = std::string(value->text);
  }

  bool TakeSource(absl::string_view text) {
    const std::optional<EventSource> source = ParseSource(text);
    if (!source) return false;
    event_.set_organisation(std::string(source->organisation));
    event_.set_system(std::string(source->system));
    return true;
  }

  bool TakeSubject(absl::string_view text) {
    std::optional<std::string> traject = base::ParseUuid(text);
    if (traject) event_.set_traject(*std::move(traject));
    return !event_.traject().empty();
  }

  bool TakeTime(absl::string_view text) {
    const std::optional<base::Micros> time = base::ParseTime(text);
    if (time) event_.set_time_us(*time);
    return time.has_value();
  }

  void Note(Fault fault) {
    if (!fault_) fault_ = std::move(fault);
  }

  v1::Event& event_;
  std::array<const JsonValue*, kAttributes> found_{};
  const Kind* kind_ = nullptr;
  Check fault_;
};

}  // namespace

std::variant<v1::Event, Malformed> ReadCloudEvent(absl::string_view json, KnowsContact knows_contact) {
  v1::Event event;
  if (json.size() > base::kMaxEventBytes) {
    Fault fault = Because(journal::v1::REFUSAL_REASON_TOO_LONG);
    fault.limit = absl::StrCat(base::kMaxEventBytes);
    return Refuse(fault, event);
  }
  JsonDocument document;
  if (!document.Read(json)) {
    Fault fault = Because(journal::v1::REFUSAL_REASON_UNREADABLE, document.error_byte() == 0 ? "names_once" : "json");
    if (document.error_byte() != 0) fault.place = absl::StrCat("byte ", document.error_byte());
    return Refuse(fault, event);
  }
  if (document.root().kind != JsonValue::kObject) return Refuse(Because(journal::v1::REFUSAL_REASON_UNREADABLE, "object"), event);

  EnvelopeReader envelope(document, &event);
  if (const Check fault = envelope.Read()) return Refuse(*fault, event);
  if (Check fault = DataReader(document, knows_contact).Read(*envelope.data(), *envelope.kind(), &event)) {
    return Refuse(std::move(*fault).In(kNames[kData]), event);
  }
  return event;
}

std::string SourceOf(const v1::Event& event) { return absl::StrCat("urn:nld:oin:", event.organisation(), ":systeem:", event.system()); }

}  // namespace overdracht::event
