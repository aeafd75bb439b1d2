// A few threads for work that reads the journal, away from the loop's thread and from those of gRPC.
#ifndef OVERDRACHT_SERVICES_EDGE_WORKERS_H_
#define OVERDRACHT_SERVICES_EDGE_WORKERS_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace overdracht::edge {

class Workers {
 public:
  explicit Workers(int threads);
  // Does what was given before.
  ~Workers();

  // Callers bound how much they give: each stream has one piece of work under way.
  void Do(std::function<void()> work);

 private:
  void Run();

  absl::Mutex mutex_;
  std::deque<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_WORKERS_H_
