// The ends of many topics, and the newest records, read together: it takes about as long as for one of them.
#ifndef OVERDRACHT_SERVICES_KAFKA_NEWEST_H_
#define OVERDRACHT_SERVICES_KAFKA_NEWEST_H_

#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/time/time.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "services/kafka/reader.h"

namespace overdracht::kafka {

// Of each topic that begins with `prefix`, and may be seen: gives as many records as that from the end of its partition 0, or all that
// there are, in their order; those of several topics come mixed. Some that were written meanwhile may be among them. The names of these
// topics, also where they are empty. PERMISSION_DENIED: one may not be read; UNAVAILABLE: nothing came for as long as `patience`, and not
// all of them had.
using TakeNewest = absl::FunctionRef<void(const std::string& topic, const PlacedRecord& record)>;
absl::StatusOr<std::set<std::string>> ReadNewest(const Cluster& cluster, absl::string_view prefix, size_t records, absl::Duration patience,
                                                 TakeNewest take);

// Of each topic that begins with `prefix`, and may be seen: where each of its partitions ends, one past the newest record.
absl::StatusOr<std::map<std::string, std::vector<uint64_t>>> ReadEnds(const Cluster& cluster, absl::string_view prefix,
                                                                      absl::Duration patience);

}  // namespace overdracht::kafka

#endif  // OVERDRACHT_SERVICES_KAFKA_NEWEST_H_
