// Whether a definition that could be read makes sense: every wait has a term, every task can open, every chart can be entered, every
// name has a text. What a definition *does* is proven elsewhere, by exploring it.
#ifndef OVERDRACHT_SERVICES_CHART_CHECK_H_
#define OVERDRACHT_SERVICES_CHART_CHECK_H_

#include "overdracht/workflow/v1/definition.pb.h"
#include "services/chart/reader.h"
#include "services/chart/tree.h"

namespace overdracht::chart {

void CheckDefinition(const workflow::v1::WorkflowDefinition& definition, const Places& places, Findings* findings);

// Everything with a name has a text. Texts of the base for what this workflow has dropped are left out.
void CheckTexts(const workflow::v1::WorkflowDefinition& definition, const Places& places, workflow::v1::WorkflowTexts* texts,
                Findings* findings);

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_CHECK_H_
