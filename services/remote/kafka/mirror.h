// DIR/outbox.db: an organisation's outbox topic, read into a file. Pages are read here, as a topic is no place to look something up in.
//
// Only a cache: it may be deleted at any time, and is then read from the topic again. What is read counts at once, as the topic has it; a
// power cut takes the newest of it away, and that is read again. A cursor is the offset of an item's record + 1, the same in every mirror.
//
// A topic that is no longer the one that was read (it ends before, or something else stands where the last item stood) is refused, though
// the mirror could be made anew: items that were shown are gone then, and the cursors of every subscriber mean others. Somebody has to
// know that, and says so by deleting the file.
#ifndef OVERDRACHT_SERVICES_REMOTE_KAFKA_MIRROR_H_
#define OVERDRACHT_SERVICES_REMOTE_KAFKA_MIRROR_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/region/region.h"
#include "services/storage/database.h"

namespace overdracht::remote {

// A record of the topic.
struct OutboxRecord {
  uint64_t offset = 0;
  // Without its cursor. Nothing: an answer that stands in no journal, of which only who asked hears.
  std::optional<api::v1::OutboxItem> item;
};

// Of any thread.
class Mirror {
 public:
  // Opens the file, or makes it. One of another version, or that SQLite cannot read, is thrown away first. FAILED_PRECONDITION: it is of
  // another topic.
  static absl::StatusOr<std::unique_ptr<Mirror>> Open(const std::string& path, const std::string& topic);

  // FAILED_PRECONDITION: a topic that ends there is not the one that was read.
  absl::Status Fits(uint64_t topic_end) const;
  // Where to read the topic from: the last item that it has, so that it is seen to be there still.
  uint64_t from() const;
  // Up to where the topic is read.
  uint64_t end() const;

  // Items that were taken in, since it was opened.
  uint64_t items() const;

  // What comes next in the topic, in order of the offsets. What it has (by partition and sequence, or read before) is passed over. Read
  // sees it at once. After an error it is where it was at the last Commit. FAILED_PRECONDITION: it is not the topic that was read.
  absl::Status Add(const std::vector<OutboxRecord>& records);
  absl::Status Commit();

  // A page, as Region::ReadOutbox gives it.
  absl::StatusOr<region::OutboxPage> Read(const region::OutboxRequest& request) const;
  // The answer to a report, if it is there.
  absl::StatusOr<std::optional<api::v1::OutboxItem>> FindAnswer(absl::string_view source, absl::string_view id,
                                                                absl::string_view subject) const;

 private:
  Mirror(std::string path, std::string topic) : path_(std::move(path)), topic_(std::move(topic)) {}

  absl::Status FindPlace() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AddAll(const std::vector<OutboxRecord>& records) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status AddItem(uint64_t offset, const api::v1::OutboxItem& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status IsStillThere(const api::v1::OutboxItem& item) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status NotTheTopic(absl::string_view why) const;

  const std::string path_, topic_;
  mutable absl::Mutex mutex_;
  std::unique_ptr<storage::Database> database_ ABSL_GUARDED_BY(mutex_);
  storage::Statement add_ ABSL_GUARDED_BY(mutex_), keep_place_ ABSL_GUARDED_BY(mutex_);
  mutable storage::Statement read_ ABSL_GUARDED_BY(mutex_), find_ ABSL_GUARDED_BY(mutex_);
  uint64_t end_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;  // cursor of the last item; 0: there is none
  uint64_t items_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_KAFKA_MIRROR_H_
