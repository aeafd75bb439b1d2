// The newest records of many topics, read together: it takes about as long as for one of them.
#ifndef OVERDRACHT_SERVICES_KAFKA_NEWEST_H_
#define OVERDRACHT_SERVICES_KAFKA_NEWEST_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/time/time.h>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "services/kafka/reader.h"

namespace overdracht::kafka {

// Of each topic that begins with `prefix`, and may be seen: as many records as that from the end of its partition 0, or all that there are,
// in their order. Some that were written meanwhile may be among them. PERMISSION_DENIED: one may not be read; UNAVAILABLE: not all of them
// came in that time.
absl::StatusOr<std::map<std::string, std::vector<PlacedRecord>>> ReadNewest(const Cluster& cluster, absl::string_view prefix,
                                                                            size_t records, absl::Duration timeout);

}  // namespace overdracht::kafka

#endif  // OVERDRACHT_SERVICES_KAFKA_NEWEST_H_
