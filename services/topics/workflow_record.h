// A deployed workflow as a record of the topic of workflows: keyed by its id, its definition the value, its version a header. Readers take
// each version once; the newest of an id stands last.
#ifndef OVERDRACHT_SERVICES_TOPICS_WORKFLOW_RECORD_H_
#define OVERDRACHT_SERVICES_TOPICS_WORKFLOW_RECORD_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <memory>

#include "services/base/kafka_record.h"
#include "services/chart/workflow.h"

namespace overdracht::topics {

inline constexpr absl::string_view kVersion = "overdracht-version";

base::KafkaRecord WriteWorkflow(const chart::Workflow& workflow);

// INVALID_ARGUMENT: it is none, or one that this program cannot compile.
absl::StatusOr<std::shared_ptr<const chart::Workflow>> ReadWorkflow(const base::KafkaRecord& record);

}  // namespace overdracht::topics

#endif  // OVERDRACHT_SERVICES_TOPICS_WORKFLOW_RECORD_H_
