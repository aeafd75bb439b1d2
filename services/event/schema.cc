#include "services/event/schema.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/strip.h>

#include <nlohmann/json.hpp>

#include "overdracht/notice/v1/notice.pb.h"
#include "services/base/codes.h"
#include "services/event/catalogue.h"

namespace overdracht::event {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using Json = nlohmann::ordered_json;

constexpr char kDialect[] = "https://json-schema.org/draft/2020-12/schema";
constexpr char kNotices[] = "nl.overdracht.notices.";
constexpr char kAccepted[] = "nl.overdracht.answers.accepted.v1";
constexpr char kRefused[] = "nl.overdracht.answers.refused.v1";

// The forms of forms.cc as patterns.
constexpr char kReferencePattern[] = "^[A-Za-z0-9._-]{1,64}$";
constexpr char kOinPattern[] = "^[0-9]{20}$";
constexpr char kSourcePattern[] = "^urn:nld:oin:[0-9]{20}:systeem:[a-z0-9-]{1,40}$";
constexpr char kEventIdPattern[] = "^[A-Za-z0-9._:/-]{1,128}$";
constexpr char kUuid[] = "^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$";
constexpr char kTimePattern[] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$";

Json Pattern(const char* pattern) { return {{"type", "string"}, {"pattern", pattern}}; }
Json Constant(absl::string_view value) { return {{"const", std::string(value)}}; }
Json Date() { return {{"type", "string"}, {"format", "date"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}}; }
Json Moment() { return {{"type", "string"}, {"format", "date-time"}, {"pattern", kTimePattern}}; }

Json FormOf(v1::Format format) {
  switch (format) {
    case v1::FORMAT_OIN:
      return Pattern(kOinPattern);
    case v1::FORMAT_DATE:
      return Date();
    case v1::FORMAT_DIGEST:
      return Pattern("^sha256:[0-9A-Fa-f]{64}$");
    case v1::FORMAT_TASK:
      return Pattern("^[A-Za-z0-9._-]{1,64}(:[A-Za-z0-9._-]{1,64})?$");
    case v1::FORMAT_WORKFLOW:
      return Pattern("^[A-Za-z0-9._-]{1,64}(@[A-Za-z0-9._-]{1,64})?$");
    case v1::FORMAT_OIN_OR_ROLE:
      return Pattern(absl::StrCat("^([0-9]{20}|", absl::StrReplaceAll(ReportableRoles(), {{", ", "|"}}), ")$").c_str());
    default:
      return Pattern(kReferencePattern);
  }
}

Json Object(Json properties, Json required) {
  Json object = {{"type", "object"}, {"properties", std::move(properties)}};
  if (!required.empty()) object["required"] = std::move(required);
  return object;
}

// What may be reported: a field that is not listed is refused.

Json GroupOf(const std::vector<Field>& fields, bool with_occurred_on);

Json ValueOf(const Field& field) {
  switch (field.type) {
    case Field::kText:
      return FormOf(field.rule.format());
    case Field::kCode: {
      Json codes = Json::array();
      for (const auto& code : field.codes) codes.push_back(code.first);
      return {{"enum", std::move(codes)}};
    }
    case Field::kNumber:
      return {{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", field.rule.at_most()}};
    case Field::kBoolean:
      return {{"type", "boolean"}};
    case Field::kGroup:
      return GroupOf(field.fields, false);
  }
  return {};
}

Json SchemaOf(const Field& field) {
  Json schema = ValueOf(field);
  if (field.list) {
    schema = {{"type", "array"}, {"items", std::move(schema)}};
    if (field.type == Field::kCode) {
      schema["uniqueItems"] = true;
      if (!field.rule.optional()) schema["minItems"] = 1;
    }
    for (const std::string& role : field.rule.roles()) {
      schema["allOf"].push_back({{"contains", Object({{"role", Constant(role)}}, {"role"})}});
    }
  }
  // null is a field that is not there.
  return field.rule.optional() ? Json{{"anyOf", {std::move(schema), {{"type", "null"}}}}} : schema;
}

Json GroupOf(const std::vector<Field>& fields, bool with_occurred_on) {
  Json properties = Json::object(), required = Json::array();
  for (const Field& field : fields) {
    properties[field.name] = SchemaOf(field);
    if (!field.rule.optional()) required.push_back(field.name);
  }
  if (with_occurred_on) properties[std::string(kOccurredOn)] = {{"anyOf", {Date(), {{"type", "null"}}}}};
  Json group = Object(std::move(properties), std::move(required));
  group["additionalProperties"] = false;
  return group;
}

Json EnvelopeOf(absl::string_view type, Json data) {
  Json schema = {{"$schema", kDialect}, {"$id", absl::StrCat("urn:overdracht:schema:", type)}, {"title", std::string(type)}};
  schema.update(Object({{"specversion", Constant("1.0")},
                        {"id", Pattern(kEventIdPattern)},
                        {"source", Pattern(kSourcePattern)},
                        {"type", Constant(type)},
                        {"subject", {{"type", "string"}, {"format", "uuid"}, {"pattern", kUuid}}},
                        {"time", Moment()},
                        {"datacontenttype", Constant("application/json")},
                        {"data", std::move(data)}},
                       {"specversion", "id", "source", "type", "subject", "time", "data"}));
  return schema;
}

Json EventSchema(const Kind& kind) {
  Json schema = EnvelopeOf(kind.type, GroupOf(kind.fields, true));
  schema["properties"]["datacontenttype"] = {{"enum", {"application/json", nullptr}}};
  return schema;
}

// What is told: only booleans are always there, and later versions may say more.

Json ToldOf(const Descriptor* message);

Json ToldOf(const FieldDescriptor* field) {
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM: {
      Json codes = Json::array();
      for (int i = 1; i < field->enum_type()->value_count(); ++i) {
        codes.push_back(base::CodeOf(field->enum_type(), field->enum_type()->value(i)->number()));
      }
      return {{"enum", std::move(codes)}};
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ToldOf(field->message_type());
    case FieldDescriptor::CPPTYPE_INT64:
      return Moment();
    case FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}, {"minimum", 0}};
    case FieldDescriptor::CPPTYPE_BOOL:
      return {{"type", "boolean"}};
    default:
      return {{"type", "string"}};
  }
}

Json ToldOf(const Descriptor* message) {
  Json properties = Json::object(), required = Json::array();
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    absl::string_view name = field->json_name();
    if (absl::EndsWith(field->name(), "_us")) absl::ConsumeSuffix(&name, "Us");
    Json schema = ToldOf(field);
    if (field->is_repeated()) schema = {{"type", "array"}, {"items", std::move(schema)}};
    properties[std::string(name)] = std::move(schema);
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_BOOL) required.push_back(std::string(name));
  }
  return Object(std::move(properties), std::move(required));
}

Json ToldSchema(absl::string_view type, Json data) {
  Json schema = EnvelopeOf(type, std::move(data));
  const Json sequence = Pattern("^[0-9]{20}$");
  for (const char* name : {"sequence", "cursor"}) schema["properties"][name] = sequence;
  schema["properties"]["causationid"] = {{"type", "string"}};
  for (const char* name : {"sequence", "cursor", "causationid", "datacontenttype"}) schema["required"].push_back(name);
  return schema;
}

Json AnswerData(bool accepted) {
  const Json text = {{"type", "string"}};
  Json properties = {{"source", Pattern(kSourcePattern)},
                     {"id", Pattern(kEventIdPattern)},
                     {"subject", text},
                     {"outcome", Constant(accepted ? "accepted" : "refused")},
                     {"position", Pattern("^[0-9]+:[0-9]+$")}};
  Json required = {"source", "id", "subject", "outcome", "position", "duplicate"};
  if (!accepted) {
    const Json upper = Pattern("^[A-Z][A-Z0-9_]*$");
    properties.update({{"code", upper},
                       {"message", text},
                       {"melding", text},
                       {"reason", upper},
                       {"parameters", {{"type", "object"}, {"additionalProperties", text}}}});
    for (const char* name : {"code", "message", "melding", "reason", "parameters"}) required.push_back(name);
  }
  properties["duplicate"] = {{"type", "boolean"}};
  return Object(std::move(properties), std::move(required));
}

std::string NoticeType(const FieldDescriptor* data) {
  return absl::StrCat(kNotices, absl::StrReplaceAll(data->name(), {{"_", "-"}}), ".v1");
}

const google::protobuf::OneofDescriptor* Notices() { return notice::v1::Notice::descriptor()->FindOneofByName("data"); }

Json Find(absl::string_view type) {
  if (const Kind* kind = FindType(type)) return EventSchema(*kind);
  if (type == kAccepted || type == kRefused) return ToldSchema(type, AnswerData(type == kAccepted));
  for (int i = 0; i < Notices()->field_count(); ++i) {
    const FieldDescriptor* data = Notices()->field(i);
    if (NoticeType(data) == type) return ToldSchema(type, ToldOf(data->message_type()));
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> SchemaTypes() {
  std::vector<std::string> types;
  for (const Kind& kind : Kinds()) types.push_back(kind.type);
  for (int i = 0; i < Notices()->field_count(); ++i) types.push_back(NoticeType(Notices()->field(i)));
  types.insert(types.end(), {kAccepted, kRefused});
  return types;
}

std::optional<std::string> WriteSchema(absl::string_view type) {
  const Json schema = Find(type);
  return schema.is_null() ? std::nullopt : std::optional(schema.dump(2) + "\n");
}

}  // namespace overdracht::event
