// A small file as text.
#ifndef OVERDRACHT_SERVICES_CLI_TEXT_FILE_H_
#define OVERDRACHT_SERVICES_CLI_TEXT_FILE_H_

#include <absl/status/statusor.h>

#include <string>

namespace overdracht::cli {

// NOT_FOUND: it cannot be read. At most one byte more than a file of YAML may have: enough to be refused.
absl::StatusOr<std::string> ReadTextFile(const std::string& path);

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_TEXT_FILE_H_
