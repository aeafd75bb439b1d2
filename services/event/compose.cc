#include "services/event/compose.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace overdracht::event {
namespace {

using Json = nlohmann::ordered_json;

// The place in `data` that a dotted name means, and the field that describes it. Null where there is no such field.
const Field* FindField(const std::vector<Field>& fields, absl::string_view name) {
  const size_t dot = name.find('.');
  for (const Field& field : fields) {
    if (field.name != name.substr(0, dot)) continue;
    const bool has_inside = field.type == Field::kGroup && !field.list;
    if (dot == absl::string_view::npos) return has_inside ? nullptr : &field;
    return has_inside ? FindField(field.fields, name.substr(dot + 1)) : nullptr;
  }
  return nullptr;
}

absl::StatusOr<Json> OneValue(const Field& field, absl::string_view name, absl::string_view text) {
  switch (field.type) {
    case Field::kNumber: {
      double number = 0;
      if (absl::SimpleAtod(text, &number) && std::isfinite(number)) return Json(number);
      return absl::InvalidArgumentError(absl::StrCat("expected a number for ", name, ", but it is something else"));
    }
    case Field::kBoolean:
      if (text == "true" || text == "false") return Json(text == "true");
      return absl::InvalidArgumentError(absl::StrCat("expected true or false for ", name, ", but it is something else"));
    case Field::kGroup: {
      const std::vector<absl::string_view> parts = absl::StrSplit(text, ':');
      if (parts.size() != field.fields.size()) {
        const std::string form = absl::StrJoin(field.fields, ":", [](std::string* out, const Field& inner) { *out += inner.name; });
        return absl::InvalidArgumentError(absl::StrCat("expected ", form, " for each of ", name, ", but it is something else"));
      }
      Json group = Json::object();
      for (size_t i = 0; i < parts.size(); ++i) {
        absl::StatusOr<Json> part = OneValue(field.fields[i], name, parts[i]);
        if (!part.ok()) return part;
        group[field.fields[i].name] = *std::move(part);
      }
      return group;
    }
    default:
      return Json(std::string(text));
  }
}

absl::StatusOr<Json> ValueOf(const Field& field, absl::string_view name, absl::string_view text) {
  if (!field.list) return OneValue(field, name, text);
  Json list = Json::array();
  if (text.empty()) return list;
  for (absl::string_view element : absl::StrSplit(text, ',')) {
    absl::StatusOr<Json> value = OneValue(field, name, element);
    if (!value.ok()) return value;
    list.push_back(*std::move(value));
  }
  return list;
}

absl::Status AddPair(const Kind& kind, absl::string_view pair, Json* data) {
  const size_t equals = pair.find('=');
  if (equals == absl::string_view::npos) return absl::InvalidArgumentError("expected FIELD=VALUE, but there is no =");
  const absl::string_view name = pair.substr(0, equals);
  const Field* field = FindField(kind.fields, name);
  if (field == nullptr && name != kOccurredOn) {
    return absl::InvalidArgumentError(absl::StrCat("expected one of the fields of ", kind.name, " (", absl::StrJoin(FieldNames(kind), ", "),
                                                   "), but there is another one"));
  }
  const Json::json_pointer place("/" + absl::StrJoin(absl::StrSplit(name, '.'), "/"));
  if (data->contains(place)) return absl::InvalidArgumentError(absl::StrCat("expected each field once, but ", name, " is there twice"));
  absl::StatusOr<Json> value =
      field == nullptr ? Json(std::string(pair.substr(equals + 1))) : ValueOf(*field, name, pair.substr(equals + 1));
  if (!value.ok()) return value.status();
  (*data)[place] = *std::move(value);
  return absl::OkStatus();
}

void AddNames(const std::vector<Field>& fields, absl::string_view before, bool mark_optional, std::vector<std::string>* names) {
  for (const Field& field : fields) {
    const std::string name = absl::StrCat(before, field.name);
    if (field.type == Field::kGroup && !field.list) {
      AddNames(field.fields, absl::StrCat(name, "."), mark_optional, names);
    } else {
      names->push_back(mark_optional && field.rule.optional() ? absl::StrCat("[", name, "]") : name);
    }
  }
}

}  // namespace

std::vector<std::string> FieldNames(const Kind& kind, bool mark_optional) {
  std::vector<std::string> names;
  AddNames(kind.fields, "", mark_optional, &names);
  names.push_back(mark_optional ? absl::StrCat("[", kOccurredOn, "]") : std::string(kOccurredOn));
  return names;
}

absl::StatusOr<std::string> ComposeEvent(absl::string_view name, const ReportEnvelope& envelope, const std::vector<std::string>& pairs) {
  const Kind* kind = FindKind(name);
  if (kind == nullptr) {
    const std::string names = absl::StrJoin(Kinds(), ", ", [](std::string* out, const Kind& known) { *out += known.name; });
    return absl::InvalidArgumentError(absl::StrCat("expected the name of an event (", names, "), but there is another one"));
  }
  Json data = Json::object();
  for (const std::string& pair : pairs) {
    if (absl::Status added = AddPair(*kind, pair, &data); !added.ok()) return added;
  }
  const Json event = {{"specversion", "1.0"},
                      {"id", envelope.id},
                      {"source", absl::StrCat("urn:nld:oin:", envelope.organisation, ":systeem:", envelope.system)},
                      {"type", kind->type},
                      {"subject", envelope.traject},
                      {"time", envelope.time},
                      {"datacontenttype", "application/json"},
                      {"data", std::move(data)}};
  // What the terminal sent may not be UTF-8; then the reader finds a form that is not right.
  return event.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace overdracht::event
