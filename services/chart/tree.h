// What a definition is read from, by the names of this folder.
#ifndef OVERDRACHT_SERVICES_CHART_TREE_H_
#define OVERDRACHT_SERVICES_CHART_TREE_H_

#include "services/yaml/finding.h"
#include "services/yaml/reader.h"
#include "services/yaml/tree.h"

namespace overdracht::chart {

using yaml::Entry;
using yaml::Finding;
using yaml::Findings;
using yaml::Node;
using yaml::Place;
using yaml::Places;
using yaml::ReadYaml;

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_TREE_H_
