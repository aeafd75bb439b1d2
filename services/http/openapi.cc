#include "services/http/openapi.h"

#include <absl/strings/str_cat.h>

#include <nlohmann/json.hpp>

namespace overdracht::http {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using Json = nlohmann::ordered_json;

Json Reference(absl::string_view schema) { return {{"$ref", absl::StrCat("#/components/schemas/", schema)}}; }
Json Content(absl::string_view type, Json schema) { return {{std::string(type), {{"schema", std::move(schema)}}}}; }
Json Answered(absl::string_view description, Json content) {
  return {{"description", std::string(description)}, {"content", std::move(content)}};
}
Json Text() { return {{"type", "string"}}; }

Json Oin() { return {{"$ref", "#/components/parameters/oin"}}; }

// Messages in protobuf's JSON, each once.
class Schemas {
 public:
  Json Of(const Descriptor* message) {
    if (message->full_name() == "google.protobuf.Timestamp") return {{"type", "string"}, {"format", "date-time"}};
    if (message->full_name() == "google.protobuf.Duration") return Text();
    if (!made_.contains(message->full_name())) {
      made_[message->full_name()] = nullptr;  // before its fields: it may hold itself
      Json properties = Json::object();
      for (int i = 0; i < message->field_count(); ++i) properties[message->field(i)->json_name()] = OfField(message->field(i));
      made_[message->full_name()] = {{"type", "object"}, {"properties", std::move(properties)}};
    }
    return Reference(message->full_name());
  }

  Json Take() { return std::move(made_); }
  void Add(const char* name, Json schema) { made_[name] = std::move(schema); }

 private:
  Json OfField(const FieldDescriptor* field) {
    if (field->is_map()) return {{"type", "object"}, {"additionalProperties", OfValue(field->message_type()->field(1))}};
    Json value = OfValue(field);
    return field->is_repeated() ? Json{{"type", "array"}, {"items", std::move(value)}} : value;
  }

  Json OfValue(const FieldDescriptor* field) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Of(field->message_type());
      case FieldDescriptor::CPPTYPE_ENUM: {
        Json names = Json::array();
        for (int i = 0; i < field->enum_type()->value_count(); ++i) names.push_back(field->enum_type()->value(i)->name());
        return {{"enum", std::move(names)}};
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return {{"type", "boolean"}};
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_UINT32:
        return {{"type", "integer"}};
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_UINT64:
        return {{"type", {"integer", "string"}}};  // written as a string, read as either
      case FieldDescriptor::CPPTYPE_FLOAT:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return {{"type", "number"}};
      default:
        return field->type() == FieldDescriptor::TYPE_BYTES ? Json{{"type", "string"}, {"contentEncoding", "base64"}} : Text();
    }
  }

  Json made_ = Json::object();
};

const Json& AnyError() {
  static const auto* error =
      new Json(Answered("Not done: `message` says what was expected", Content("application/json", Reference("Error"))));
  return *error;
}

Json OfMethod(const MethodDescriptor& method, Schemas* schemas) {
  const char* const type = method.server_streaming() ? "application/connect+json" : "application/json";
  return {{"post",
           {{"operationId", absl::StrCat(method.service()->name(), "_", method.name())},
            {"tags", Json::array({method.service()->full_name()})},
            {"parameters", Json::array({Oin()})},
            {"requestBody", {{"required", true}, {"content", Content(type, schemas->Of(method.input_type()))}}},
            {"responses",
             {{"200", Answered(method.server_streaming() ? "Enveloped messages (Connect), each of this form" : "Done",
                               Content(type, schemas->Of(method.output_type())))},
              {"default", AnyError()}}}}}};
}

Json Parameter(const char* name, const char* in, const char* description, Json schema) {
  Json parameter = {{"name", name}, {"in", in}, {"description", description}, {"schema", std::move(schema)}};
  if (parameter["in"] == "path") parameter["required"] = true;
  return parameter;
}

Json EventsPath() {
  const Json event = Reference("CloudEvent");
  Json content = Content("application/cloudevents+json", event);
  content.update(Content("application/cloudevents-batch+json", {{"type", "array"}, {"items", event}, {"maxItems", 1000}}));
  return {{"post",
           {{"summary", "Report one event, or a batch in its order. Of a batch each event has its own answer, in order."},
            {"parameters", Json::array({Oin()})},
            {"requestBody", {{"required", true}, {"content", std::move(content)}}},
            {"responses",
             {{"200", Answered("Accepted; or the answers to a batch",
                               Content("application/json",
                                       {{"anyOf", {Reference("Answer"), {{"type", "array"}, {"items", Reference("Answer")}}}}}))},
              {"default", Answered("Refused, or not taken in",
                                   Content("application/json", {{"anyOf", {Reference("Answer"), Reference("Error")}}}))}}}}}};
}

Json OutboxPath() {
  const Json number = {{"type", "integer"}};
  return {{"get",
           {{"summary", "What the caller was told, as CloudEvents. Go on with `after` = the header Overdracht-Next."},
            {"parameters",
             {Oin(), Parameter("organisation", "path", "The caller's own OIN", Text()),
              Parameter("after", "query", "Behind this cursor", Text()), Parameter("limit", "query", "At most so many, 1 to 1000", number),
              Parameter("wait", "query", "Wait so many seconds until there is something, 0 to 60", number),
              Parameter("answers", "query", "Also what became of the caller's own reports", {{"type", "boolean"}}),
              Parameter("kinds", "query", "Only these kinds of notices, comma separated", Text())}},
            {"responses",
             {{"200",
               Answered("A page", Content("application/cloudevents-batch+json", {{"type", "array"}, {"items", Reference("CloudEvent")}}))},
              {"default", AnyError()}}}}}};
}

Json PlainGet(const char* summary, const char* type) {
  return {{"get", {{"summary", summary}, {"responses", {{"200", Answered(summary, Content(type, Json::object()))}}}}}};
}

void AddOwnSchemas(Schemas* schemas) {
  schemas->Add(
      "CloudEvent",
      {{"type", "object"}, {"description", "By its type: /v1/schema/{type}"}, {"required", {"specversion", "id", "source", "type"}}});
  schemas->Add("Error",
               {{"type", "object"},
                {"properties", {{"code", Text()}, {"message", Text()}, {"details", {{"type", "array"}, {"items", {{"type", "object"}}}}}}},
                {"required", {"code"}}});
  Json answer = Json::object();
  for (const char* name : {"source", "id", "subject", "outcome", "position", "code", "message", "melding", "reason"}) answer[name] = Text();
  answer["parameters"] = {{"type", "object"}, {"additionalProperties", Text()}};
  answer["duplicate"] = {{"type", "boolean"}};
  schemas->Add("Answer",
               {{"type", "object"}, {"properties", std::move(answer)}, {"required", {"source", "id", "subject", "outcome", "duplicate"}}});
}

}  // namespace

std::string WriteOpenApi(const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
  Schemas schemas;
  AddOwnSchemas(&schemas);
  Json paths = {{"/v1/events", EventsPath()},
                {"/v1/outbox/{organisation}", OutboxPath()},
                {"/v1/schema", PlainGet("The types of events, notices and answers that have a schema", "application/json")},
                {"/v1/schema/{type}", PlainGet("JSON Schema of a CloudEvent of this type", "application/schema+json")},
                {"/v1/openapi.json", PlainGet("This page", "application/json")},
                {"/healthz", PlainGet("It runs", "text/plain")},
                {"/readyz", PlainGet("It takes calls", "text/plain")},
                {"/metrics", PlainGet("Figures for Prometheus", "text/plain")}};
  paths["/v1/schema/{type}"]["get"]["parameters"] = Json::array({Parameter("type", "path", "A CloudEvents type", Text())});
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const MethodDescriptor& method = *service->method(i);
      if (!method.client_streaming()) paths[absl::StrCat("/", service->full_name(), "/", method.name())] = OfMethod(method, &schemas);
    }
  }
  const Json document = {
      {"openapi", "3.1.0"},
      {"info", {{"title", "overdracht"}, {"version", "1"}, {"license", {{"name", "EUPL-1.2"}, {"identifier", "EUPL-1.2"}}}}},
      {"paths", std::move(paths)},
      {"components",
       {{"parameters", {{"oin", Parameter("overdracht-oin", "header", "Who calls, where no certificate says so", Text())}}},
        {"schemas", schemas.Take()}}}};
  return document.dump(2) + "\n";
}

}  // namespace overdracht::http
