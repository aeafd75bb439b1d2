// DATA ENTERS: a CloudEvent in a record of Kafka -> Event, or what is wrong with it; and back. By the CloudEvents Kafka Protocol Binding
// 1.0, in both modes:
//
//   binary       the attributes are headers `ce_<name>`; the value is the data, by `content-type`: application/json, or
//                application/protobuf (the message of the event's kind in proto/overdracht/event/v1; the day is the attribute occurredon)
//   structured   `content-type` is application/cloudevents+json; the value is the whole event, as over HTTP (read.h)
#ifndef OVERDRACHT_SERVICES_EVENT_KAFKA_EVENT_H_
#define OVERDRACHT_SERVICES_EVENT_KAFKA_EVENT_H_

#include <variant>

#include "services/base/limits.h"
#include "services/event/kafka_record.h"
#include "services/event/read.h"

namespace overdracht::event {

// Headers and value together at most 65,536 bytes, unless a reader allows its own writers more; the event itself never is more. The key
// says nothing: which partition a record belongs to is its writer's matter.
std::variant<v1::Event, Malformed> ReadKafkaEvent(const KafkaRecord& record, KnowsContact knows_contact,
                                                  size_t most_bytes = base::kMaxEventBytes);

// In binary mode, with protobuf data; the key is the traject's id, so that all that is reported about one stands in one partition. The
// event is sound (check.h).
KafkaRecord WriteKafkaEvent(const v1::Event& event);

}  // namespace overdracht::event

#endif  // OVERDRACHT_SERVICES_EVENT_KAFKA_EVENT_H_
