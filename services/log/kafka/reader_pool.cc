#include "services/log/kafka/reader_pool.h"

#include <algorithm>

namespace overdracht::log {

absl::StatusOr<ReaderPool::Lease> ReaderPool::Take(uint64_t offset) {
  {
    absl::MutexLock lock(&mutex_);
    auto found = std::find_if(idle_.begin(), idle_.end(), [offset](const auto& each) { return each->position() == offset; });
    if (found == idle_.end() && !idle_.empty()) found = std::prev(idle_.end());
    if (found != idle_.end()) {
      Lease lease(found->release(), Return{this});
      idle_.erase(found);
      return lease;
    }
  }
  absl::StatusOr<std::unique_ptr<kafka::Reader>> reader = kafka::Reader::Open(place_, options_);
  if (!reader.ok()) return reader.status();
  return Lease(reader->release(), Return{this});
}

void ReaderPool::Put(kafka::Reader* reader) {
  absl::MutexLock lock(&mutex_);
  idle_.emplace_back(reader);
}

}  // namespace overdracht::log
