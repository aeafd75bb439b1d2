#include "services/cli/lines.h"

#include <sys/stat.h>

namespace overdracht::cli {

std::unique_ptr<Lines> Lines::Open(const std::string& path) {
  auto lines = std::make_unique<Lines>();
  lines->file_.reset(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (lines->file_ == nullptr) return nullptr;
  struct stat about;
  if (fstat(fileno(lines->file_.get()), &about) == 0) {
    if (S_ISDIR(about.st_mode)) return nullptr;
    if (S_ISREG(about.st_mode)) lines->total_bytes_ = static_cast<uint64_t>(about.st_size);
  }
  return lines;
}

bool Lines::Next(size_t most, std::string* line) {
  line->clear();
  bool any = false;
  for (int c; (c = getc_unlocked(file_.get())) != EOF;) {
    any = true;
    ++read_bytes_;
    if (c == '\n') break;
    if (line->size() < most) line->push_back(static_cast<char>(c));
  }
  if (any) ++number_;
  return any;
}

}  // namespace overdracht::cli
