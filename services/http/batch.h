// The items of a JSON array as they stand in its text, so that each is judged by the reader of a single event, byte for byte.
#ifndef OVERDRACHT_SERVICES_HTTP_BATCH_H_
#define OVERDRACHT_SERVICES_HTTP_BATCH_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <vector>

namespace overdracht::http {

// Only brackets, commas and strings are looked at: what stands between two commas is an item, whatever it is. INVALID_ARGUMENT: the text is
// no array, or its brackets do not match. RESOURCE_EXHAUSTED: more than `most` items. Does not recurse.
absl::StatusOr<std::vector<absl::string_view>> ItemsOf(absl::string_view text, size_t most);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_BATCH_H_
