// What is no event, kept as a record of the topic of unreadable ones: its bytes as they came, and in headers where they came from and why.
//
//   overdracht-code, overdracht-reason                        of the refusal: MALFORMED, …
//   overdracht-topic, overdracht-partition, overdracht-offset  where it stood, of what came over Kafka
//   overdracht-caller                                          who reported it (OIN), where that is known
#ifndef OVERDRACHT_SERVICES_TOPICS_UNREADABLE_RECORD_H_
#define OVERDRACHT_SERVICES_TOPICS_UNREADABLE_RECORD_H_

#include <cstdint>
#include <string>

#include "services/base/kafka_record.h"
#include "services/region/report.h"

namespace overdracht::topics {

struct Origin {
  std::string topic;
  uint32_t partition = 0;
  uint64_t offset = 0;
};

// A record, with its headers too: in binary mode the event's attributes stand there.
base::KafkaRecord WriteUnreadable(const base::KafkaRecord& record, const Origin& origin, const event::Malformed& malformed);
// A report that came by a call.
base::KafkaRecord WriteUnreadable(const region::Report& report, const journal::v1::Refusal& refusal);

}  // namespace overdracht::topics

#endif  // OVERDRACHT_SERVICES_TOPICS_UNREADABLE_RECORD_H_
