#include "services/cli/text_file.h"

#include <absl/strings/str_cat.h>

#include <filesystem>
#include <fstream>

#include "services/base/limits.h"

namespace overdracht::cli {

absl::StatusOr<std::string> ReadTextFile(const std::string& path) {
  std::error_code error;
  std::ifstream file;
  if (std::filesystem::is_regular_file(path, error)) file.open(path, std::ios::binary);
  if (!file.is_open()) return absl::NotFoundError(absl::StrCat("expected a file that can be read, but ", path, " is none"));
  std::string text(base::kMaxWorkflowFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

}  // namespace overdracht::cli
