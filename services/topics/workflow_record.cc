#include "services/topics/workflow_record.h"

#include "services/topics/headers.h"

namespace overdracht::topics {

base::KafkaRecord WriteWorkflow(const chart::Workflow& workflow) {
  base::KafkaRecord record;
  record.key = workflow.id();
  workflow.definition().SerializeToString(&record.value);
  AddHeader(kVersion, workflow.version(), &record);
  return record;
}

absl::StatusOr<std::shared_ptr<const chart::Workflow>> ReadWorkflow(const base::KafkaRecord& record) {
  workflow::v1::WorkflowDefinition definition;
  if (!definition.ParseFromString(record.value)) return absl::InvalidArgumentError("expected a workflow, but it cannot be read");
  absl::StatusOr<std::shared_ptr<const chart::Workflow>> workflow = chart::Workflow::Compile(std::move(definition));
  if (workflow.ok() && (*workflow)->version() != HeaderOf(record, kVersion))
    return absl::InvalidArgumentError("expected a workflow of the version that is said, but it is another: a later program wrote it");
  return workflow;
}

}  // namespace overdracht::topics
