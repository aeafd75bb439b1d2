// Whether the states of a definition are a chart that can be entered, goes on and comes to an end.
#ifndef OVERDRACHT_SERVICES_CHART_CHECK_CHART_H_
#define OVERDRACHT_SERVICES_CHART_CHECK_CHART_H_

#include "overdracht/workflow/v1/definition.pb.h"
#include "services/chart/reader.h"
#include "services/chart/tree.h"

namespace overdracht::chart {

void CheckChart(const workflow::v1::WorkflowDefinition& definition, const Places& places, Findings* findings);

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_CHECK_CHART_H_
