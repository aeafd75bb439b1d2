// The messages of a stream on their way to its client. One goes at once where nothing is being written; what comes while something is goes
// together, so that who is far behind is not served a message at a time. How much that may be is bounded: who reads slowly, or never, costs
// the memory of two pieces.
#ifndef OVERDRACHT_SERVICES_HTTP_STREAM_WRITER_H_
#define OVERDRACHT_SERVICES_HTTP_STREAM_WRITER_H_

#include <absl/base/thread_annotations.h>
#include <absl/strings/string_view.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <memory>
#include <string>

#include "services/http/exchange.h"

namespace overdracht::http {

// Of any thread, one after the other.
class StreamWriter : public std::enable_shared_from_this<StreamWriter> {
 public:
  // A piece that waits with so many bytes takes no more.
  static constexpr size_t kMostWaitingBytes = 32 << 10;

  // The reply has begun (Start).
  explicit StreamWriter(std::shared_ptr<Reply> reply) : reply_(std::move(reply)) {}

  // The next message; `more` is called when there is room for another, before Write returns or later. Not when the client is gone.
  void Write(absl::string_view message, std::function<void()> more);
  // The last message. Nothing is written after it.
  void End(absl::string_view message);

 private:
  void Add(absl::string_view message, bool last, std::function<void()> more);
  void Go(std::string piece);
  void Written();

  const std::shared_ptr<Reply> reply_;
  absl::Mutex mutex_;
  std::string waiting_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false, ends_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void()> more_ ABSL_GUARDED_BY(mutex_);  // once what waits is written
};

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_STREAM_WRITER_H_
