// One process holds a data folder: an flock on DIR/lock, which the system frees when the process ends, however it ends.
// The holder writes into the file how it can be reached, so that others ask it and never open its files beside it.
#ifndef OVERDRACHT_SERVICES_LOG_EMBEDDED_FOLDER_LOCK_H_
#define OVERDRACHT_SERVICES_LOG_EMBEDDED_FOLDER_LOCK_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <optional>
#include <string>

namespace overdracht::log {

class FolderLock {
 public:
  // Makes the folder where it is not there. ALREADY_EXISTS when another process (or another FolderLock of this one) holds it.
  static absl::StatusOr<FolderLock> Acquire(const std::string& folder);

  // What the present holder announced (empty: nothing yet); nothing when nobody holds the folder.
  static absl::StatusOr<std::optional<std::string>> Holder(const std::string& folder);

  FolderLock(FolderLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

  // How the holder can be reached, on one line.
  absl::Status Announce(absl::string_view line);

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_EMBEDDED_FOLDER_LOCK_H_
