// DATA LEAVES: requests by HTTP, by libcurl on one thread. What lives on that thread needs no lock.
#ifndef OVERDRACHT_SERVICES_PARTNER_WEBHOOK_SENDER_H_
#define OVERDRACHT_SERVICES_PARTNER_WEBHOOK_SENDER_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "services/edge/tls.h"
#include "services/partner/webhook/verdict.h"

namespace overdracht::partner {

class Sender {
 public:
  struct Request {
    std::string url;
    std::vector<std::string> headers;  // name: value
    std::string body;
    std::string authorities;  // of the receiver's certificate (PEM, the file); empty: those of the system
  };

  // `identity`: the certificate that a receiver is shown that asks for one.
  explicit Sender(std::optional<edge::TlsFiles> identity);
  ~Sender();

  // On the sender's thread, in this order. Of any thread; after Stop nothing is done any more.
  void Do(std::function<void()> work);
  // What is under way is cut off, and nothing is called any more. Not on the sender's thread.
  void Stop();

  // On the sender's thread only:
  void After(absl::Duration wait, std::function<void()> work);
  // A POST. Redirections are not followed. `done` is called on this thread.
  void Post(Request request, std::function<void(const Attempt&)> done);

 private:
  class Transfer;
  struct Closed {
    void operator()(void* multi) const;
  };
  using Clock = std::chrono::steady_clock;

  void Run();
  // Does what was given; false: stop.
  bool DoWork();
  void DoWhatIsDue();
  void FinishTransfers();
  int MsUntilDue() const;

  const std::optional<edge::TlsFiles> identity_;
  const std::unique_ptr<void, Closed> multi_;  // CURLM
  std::map<void*, std::unique_ptr<Transfer>> transfers_;
  std::multimap<Clock::time_point, std::function<void()>> due_;

  absl::Mutex mutex_;
  std::vector<std::function<void()>> work_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_WEBHOOK_SENDER_H_
