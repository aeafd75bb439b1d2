// DATA ENTERS: what became of a report, from the item of an outbox that says it.
#ifndef OVERDRACHT_SERVICES_REMOTE_KAFKA_ANSWER_H_
#define OVERDRACHT_SERVICES_REMOTE_KAFKA_ANSWER_H_

#include <absl/status/statusor.h>

#include "overdracht/api/v1/report.pb.h"
#include "services/region/report.h"

namespace overdracht::remote {

// INTERNAL: it is there, but of a later version of the program.
absl::StatusOr<region::Answer> ReadAnswer(const api::v1::Answer& answer);

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_KAFKA_ANSWER_H_
