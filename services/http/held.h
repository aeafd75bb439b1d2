// How much of what each client sent, or does not read, is held in memory: none of them fills it, whatever it leaves half done.
#ifndef OVERDRACHT_SERVICES_HTTP_HELD_H_
#define OVERDRACHT_SERVICES_HTTP_HELD_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace overdracht::http {

class Held : public std::enable_shared_from_this<Held> {
 public:
  // What one client may have at once: some batches of the largest size.
  static constexpr size_t kMostBytes = 16 << 20;

  // The bytes count until the last copy is gone, on whatever thread. Null: these are too many.
  std::shared_ptr<const void> Take(const std::string& client, size_t bytes);

 private:
  absl::Mutex mutex_;
  std::map<std::string, size_t> bytes_ ABSL_GUARDED_BY(mutex_);  // by client; who has none is not in it
};

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_HELD_H_
