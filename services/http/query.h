// The part of a target behind the question mark.
#ifndef OVERDRACHT_SERVICES_HTTP_QUERY_H_
#define OVERDRACHT_SERVICES_HTTP_QUERY_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <map>
#include <set>
#include <string>

namespace overdracht::http {

// name=value&name=value, percent-decoded. INVALID_ARGUMENT: one that is not `known`, one that is there twice, or one that cannot be read.
absl::StatusOr<std::map<std::string, std::string>> ParseQuery(absl::string_view query, const std::set<std::string>& known);

// %41 is A. Nothing that cannot be read.
bool PercentDecode(absl::string_view text, std::string* decoded);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_QUERY_H_
