// A folder with a journal in it, for tests of the embedded log.
#ifndef OVERDRACHT_TESTS_UNIT_LOG_SOME_LOG_H_
#define OVERDRACHT_TESTS_UNIT_LOG_SOME_LOG_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>

#include "services/log/embedded/embedded_log.h"
#include "services/log/owner.h"

namespace overdracht::log {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "log_XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::unique_ptr<EmbeddedLog> MustOpen(const std::string& path) {
  auto log = EmbeddedLog::Open(path);
  EXPECT_TRUE(log.ok()) << log.status();
  return log.ok() ? *std::move(log) : nullptr;
}

inline absl::Status FoldNothing(const Tip&, const Batch&) { return absl::OkStatus(); }

inline std::unique_ptr<Owner> MustTakeOver(EventLog* log) {
  auto owner = Owner::TakeOver(log, {}, 0, 0, "test", FoldNothing);
  EXPECT_TRUE(owner.ok()) << owner.status();
  return owner.ok() ? *std::move(owner) : nullptr;
}

// A batch of one record behind the owner's tip.
inline std::string WorkOf(const Owner& owner, absl::string_view record) {
  BatchWriter writer = owner.Begin(owner.tip().input_to + 1, 0);
  writer.Add("", {}, record);
  return writer.Finish();
}

}  // namespace overdracht::log

#endif  // OVERDRACHT_TESTS_UNIT_LOG_SOME_LOG_H_
