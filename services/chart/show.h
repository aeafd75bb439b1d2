// The chart of a workflow for people: a Mermaid state diagram (stateDiagram-v2) with the Dutch labels of its texts.
//
// A transition's label is its event and, in brackets, its gates. Each stands in the innermost state that holds both its ends, for Mermaid
// draws a state where it first hears of it.
#ifndef OVERDRACHT_SERVICES_CHART_SHOW_H_
#define OVERDRACHT_SERVICES_CHART_SHOW_H_

#include <string>

#include "overdracht/workflow/v1/definition.pb.h"

namespace overdracht::chart {

// A name without a text is shown as it is.
std::string Mermaid(const workflow::v1::WorkflowDefinition& definition, const workflow::v1::WorkflowTexts& texts);

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_SHOW_H_
