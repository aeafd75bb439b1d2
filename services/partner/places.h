// How far each subscriber of an outbox has come: DIR/subscribers.db.
#ifndef OVERDRACHT_SERVICES_PARTNER_PLACES_H_
#define OVERDRACHT_SERVICES_PARTNER_PLACES_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <memory>
#include <string>

#include "services/storage/database.h"

namespace overdracht::partner {

// Of any thread; a call that changes something returns when it is durable.
class Places {
 public:
  static absl::StatusOr<std::unique_ptr<Places>> Open(const std::string& path);

  // 0: none is kept.
  absl::StatusOr<uint64_t> Find(const std::string& organisation, const std::string& subscriber);
  // Keeps the place unless a later one is kept; the one that is kept then. RESOURCE_EXHAUSTED: the organisation has 1000 subscribers.
  absl::StatusOr<uint64_t> Keep(const std::string& organisation, const std::string& subscriber, uint64_t place);

 private:
  explicit Places(std::unique_ptr<storage::Database> database) : database_(std::move(database)) {}

  absl::StatusOr<uint64_t> FindLocked(const std::string& organisation, const std::string& subscriber) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  std::unique_ptr<storage::Database> database_ ABSL_GUARDED_BY(mutex_);
  storage::Statement find_ ABSL_GUARDED_BY(mutex_), keep_ ABSL_GUARDED_BY(mutex_), count_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_PLACES_H_
