// DATA LEAVES: logs -> the file of an export.
#include <absl/strings/str_cat.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "services/audit/audit.h"

namespace overdracht::audit {
namespace {

// A file that takes its name when it is complete and on the disk.
class Output {
 public:
  explicit Output(const std::string& path)
      : path_(path), unfinished_(absl::StrCat(path, ".unfinished")), file_(std::fopen(unfinished_.c_str(), "wb")) {}
  ~Output() {
    if (file_ == nullptr) return;
    (void)std::fclose(file_);  // it counts for nothing
    (void)std::remove(unfinished_.c_str());
  }
  Output(const Output&) = delete;

  absl::Status Write(absl::string_view bytes) {
    if (file_ == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return Failed();
    return absl::OkStatus();
  }

  absl::Status Finish() {
    if (file_ == nullptr || std::fflush(file_) != 0 || fsync(fileno(file_)) != 0) return Failed();
    if (std::rename(unfinished_.c_str(), path_.c_str()) != 0) return Failed();
    (void)std::fclose(file_);  // it is on the disk
    file_ = nullptr;
    return absl::OkStatus();
  }

 private:
  absl::Status Failed() const {
    const std::string message = absl::StrCat(path_, ": ", std::strerror(errno));
    return errno == ENOSPC || errno == EFBIG ? absl::ResourceExhaustedError(message) : absl::InternalError(message);
  }

  const std::string path_;
  const std::string unfinished_;
  std::FILE* file_;
};

template <typename Integer>
std::string BigEndian(Integer value) {
  std::string bytes(sizeof(Integer), '\0');
  for (size_t i = sizeof(Integer); i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value);
  return bytes;
}

absl::Status WritePartition(uint32_t number, log::EventLog& log, uint64_t* batches, Progress progress, Output& out) {
  if (absl::Status status = out.Write(BigEndian(number)); !status.ok()) return status;
  log::Tip tip;
  absl::Status read = log.Read({}, [&](const log::Tip& at, const log::Batch& batch) {
    tip = at;
    progress(++*batches, 0);
    absl::Status status = out.Write(BigEndian(static_cast<uint32_t>(batch.stored.size())));
    return status.ok() ? out.Write(batch.stored) : status;
  });
  if (!read.ok()) return read;
  return out.Write(absl::StrCat(BigEndian(uint32_t{0}), BigEndian(tip.number), BigEndian(tip.last_record), base::Hasher::View(tip.hash)));
}

}  // namespace

absl::Status Export(const std::vector<log::EventLog*>& partitions, const std::string& path, Progress progress) {
  Output out(path);
  uint64_t batches = 0;
  absl::Status status = out.Write(absl::StrCat(absl::string_view("OVX\x01", 4), BigEndian(static_cast<uint32_t>(partitions.size()))));
  for (uint32_t i = 0; status.ok() && i < partitions.size(); ++i) status = WritePartition(i, *partitions[i], &batches, progress, out);
  return status.ok() ? out.Finish() : status;
}

}  // namespace overdracht::audit
