// `extends`: a regional definition laid over its base, on the trees, so that every part keeps the place that it was read from.
//
// Records and named maps merge entry by entry; everything else is replaced. The base's entries come first, in its order; added ones after,
// or where `before: <name>` puts them. `drop: [names]` removes the base's.
#ifndef OVERDRACHT_SERVICES_CHART_MERGE_H_
#define OVERDRACHT_SERVICES_CHART_MERGE_H_

#include <google/protobuf/descriptor.h>

#include "services/chart/tree.h"

namespace overdracht::chart {

// `over` laid over `base`, both written as this message.
Node Merge(Node base, Node over, const google::protobuf::Descriptor* message, Findings* findings);

}  // namespace overdracht::chart

#endif  // OVERDRACHT_SERVICES_CHART_MERGE_H_
