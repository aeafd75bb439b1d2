// Sound events of every kind, made from the catalogue: where the tests of the reader begin before they spoil something.
#ifndef OVERDRACHT_TESTS_UNIT_EVENT_SOUND_EVENT_H_
#define OVERDRACHT_TESTS_UNIT_EVENT_SOUND_EVENT_H_

#include <nlohmann/json.hpp>
#include <string>

#include "services/event/catalogue.h"

namespace overdracht::event {

using Json = nlohmann::ordered_json;

inline bool SomeContacts(absl::string_view kind) { return kind == "monitoring" || kind == "home_visit"; }

// A sound value for a field, by its rule.
inline Json SoundValue(const Field& field) {
  Json value;
  switch (field.type) {
    case Field::kCode:
      value = field.codes.front().first;
      break;
    case Field::kNumber:
      value = 12.5;
      break;
    case Field::kBoolean:
      value = true;
      break;
    case Field::kGroup:
      for (const Field& inner : field.fields) value[inner.name] = SoundValue(inner);
      break;
    case Field::kText:
      switch (field.rule.format()) {
        case v1::FORMAT_OIN:
          value = "00000099000000102000";
          break;
        case v1::FORMAT_DATE:
          value = "2017-02-28";
          break;
        case v1::FORMAT_DIGEST:
          value = "sha256:" + std::string(64, 'a');
          break;
        case v1::FORMAT_TASK:
          value = "signaal_opvolgen:s-1";
          break;
        case v1::FORMAT_OIN_OR_ROLE:
          value = "wijkteam";
          break;
        case v1::FORMAT_WORKFLOW:
          value = "uitstroom";
          break;
        case v1::FORMAT_CONTACT:
          value = "monitoring";
          break;
        default:
          value = "x-1";
          break;
      }
  }
  if (!field.list) return value;
  if (field.rule.roles_size() == 0) return Json::array({value});
  Json participants = Json::array();
  for (const std::string& role : field.rule.roles()) participants.push_back({{"role", role}, {"organisation", "00000099000000101000"}});
  return participants;
}

// A sound event of the kind with every field there but occurredOn.
inline Json SoundEvent(const Kind& kind) {
  Json event = {{"specversion", "1.0"},
                {"id", "e-1"},
                {"source", "urn:nld:oin:00000099000000101000:systeem:ecd"},
                {"type", kind.type},
                {"subject", "6c5fd8e9-0b9b-5bb7-b71f-0e6e8d02788a"},
                {"time", "2017-01-02T09:00:00Z"},
                {"datacontenttype", "application/json"},
                {"data", Json::object()}};
  for (const Field& field : kind.fields) event["data"][field.name] = SoundValue(field);
  return event;
}

inline Json SoundEvent(absl::string_view name) { return SoundEvent(*FindKind(name)); }

}  // namespace overdracht::event

#endif  // OVERDRACHT_TESTS_UNIT_EVENT_SOUND_EVENT_H_
