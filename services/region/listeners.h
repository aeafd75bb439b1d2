// Who wants to hear that something new stands in an organisation's outbox.
#ifndef OVERDRACHT_SERVICES_REGION_LISTENERS_H_
#define OVERDRACHT_SERVICES_REGION_LISTENERS_H_

#include <absl/base/thread_annotations.h>
#include <absl/container/flat_hash_map.h>
#include <absl/strings/string_view.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <list>
#include <memory>
#include <string>

namespace overdracht::region {

// Listens for as long as it is there. Once it is gone no call of it is under way.
class Listener {
 public:
  virtual ~Listener() = default;
};

class Listeners {
 public:
  // `told` is called on whatever thread, must return soon, and may not add or let go of listeners.
  std::unique_ptr<Listener> Add(const std::string& organisation, std::function<void()> told);
  // Empty: perhaps in everybody's.
  void Tell(absl::string_view organisation);

 private:
  class Entry;
  using Calls = std::list<std::function<void()>>;

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Calls> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::region

#endif  // OVERDRACHT_SERVICES_REGION_LISTENERS_H_
