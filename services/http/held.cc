#include "services/http/held.h"

namespace overdracht::http {

std::shared_ptr<const void> Held::Take(const std::string& client, size_t bytes) {
  static const auto nothing = std::make_shared<const int>();
  if (bytes == 0) return nothing;
  absl::MutexLock lock(&mutex_);
  const auto found = bytes_.find(client);
  if ((found == bytes_.end() ? 0 : found->second) + bytes > kMostBytes) return nullptr;
  const auto kept = found == bytes_.end() ? bytes_.emplace(client, 0).first : found;
  kept->second += bytes;
  return {nothing.get(), [self = shared_from_this(), kept, bytes](const int*) {
            absl::MutexLock giving_back(&self->mutex_);
            kept->second -= bytes;
            if (kept->second == 0) self->bytes_.erase(kept);
          }};
}

}  // namespace overdracht::http
