// DATA ENTERS: a CloudEvent in a record of Kafka -> Event, or what is wrong with it; and an Event -> record. CloudEvents Kafka Protocol
// Binding 1.0, both modes:
//
//   binary       the attributes are headers `ce_<name>`; the value is the data, by `content-type`: application/json, or
//                application/protobuf (the message of the event's kind in proto/overdracht/event/v1; the day is the attribute occurredon)
//   structured   `content-type` is application/cloudevents+json; the value is the whole event, as over HTTP (read.h)
#ifndef OVERDRACHT_SERVICES_EVENT_KAFKA_H_
#define OVERDRACHT_SERVICES_EVENT_KAFKA_H_

#include <absl/strings/string_view.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "services/event/read.h"

namespace overdracht::event {

struct KafkaRecord {
  std::string key;
  std::vector<std::pair<std::string, std::string>> headers;  // in order; names are told apart by case
  std::string value;
};

// Null: there is none of this name. Of several the first.
const std::string* FindHeader(const KafkaRecord& record, absl::string_view name);

// Headers and value together at most 65,536 bytes. The key says nothing: which partition a record belongs to is its writer's matter.
std::variant<v1::Event, Malformed> ReadKafkaEvent(const KafkaRecord& record, KnowsContact knows_contact);

// In binary mode, with protobuf data; the key is the traject's id, so that all that is reported about one stands in one partition. The
// event is sound (check.h).
KafkaRecord WriteKafkaEvent(const v1::Event& event);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_KAFKA_H_
