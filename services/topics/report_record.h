// A report on its way to its decision as a record of the topic of events, and back. A CloudEvent in binary mode with protobuf data
// (event/kafka_event.h), keyed by its traject, and beside it who asks and how:
//
//   overdracht-call           bytes of the asker's choice, at most 32, that come back with the answer
//   overdracht-caller         whom the report is made for (OIN); none: nobody that is known there
//   overdracht-asking         of such a one, in whose outbox it is answered (OIN): that of the partner service that it was made to
//   overdracht-supplier       who made it, where that is another (OIN)
//   overdracht-now            "1": the event's time is the moment of its decision
//   overdracht-validate-only  "1": it is decided, and nothing is recorded
//   overdracht-if-position    number of the record that must be the last one that changed the traject
#ifndef OVERDRACHT_SERVICES_TOPICS_REPORT_RECORD_H_
#define OVERDRACHT_SERVICES_TOPICS_REPORT_RECORD_H_

#include <absl/strings/string_view.h>

#include <string>

#include "services/base/kafka_record.h"
#include "services/region/report.h"

namespace overdracht::topics {

inline constexpr size_t kMostCallBytes = 32;

// Of the topic of events, and so of the journal: the partition in which reports about the traject (16 bytes) are decided. Publishing by key
// chooses the same.
uint32_t PartitionOf(absl::string_view traject, uint32_t partitions);

// What a report's record says beside the report.
struct Asking {
  std::string call = {};          // empty: nobody waits
  std::string organisation = {};  // in whose outbox it is answered
};

// The report holds an event, a sound one (event/check.h): what could not be read never goes there.
base::KafkaRecord WriteReport(const region::Report& report, const Asking& asking);

// The writer is believed nothing: what is no sound report comes out as Malformed, with its bytes. Without `order` and `done`. One that is
// made for somebody is answered to them, whatever stands in `overdracht-asking`.
region::Report ReadReport(const base::KafkaRecord& record, event::KnowsContact knows_contact, Asking* asking);

}  // namespace overdracht::topics

#endif  // OVERDRACHT_SERVICES_TOPICS_REPORT_RECORD_H_
