// Reports that were sent and wait for their answers, which come from several partitions, over the outbox.
//
// Those of one order are answered in their order; when one of them fails, those after it fail with it, whatever became of them: who sends
// them goes on from there, and what was decided is answered as a duplicate.
#ifndef OVERDRACHT_SERVICES_REMOTE_KAFKA_UNANSWERED_H_
#define OVERDRACHT_SERVICES_REMOTE_KAFKA_UNANSWERED_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/region/report.h"

namespace overdracht::remote {

// Of any thread. Callbacks are called with nothing locked, those of an order one after the other.
class Unanswered {
 public:
  using Result = absl::StatusOr<region::Answer>;
  // What an answer names its report by, where it knows of no call.
  struct Name {
    std::string source, id, subject;
    bool operator==(const Name& other) const { return source == other.source && id == other.id && subject == other.subject; }
  };

  Unanswered(size_t most_reports, size_t most_bytes) : most_reports_(most_reports), most_bytes_(most_bytes) {}

  // Takes `done` and `order` out of the report; its call. RESOURCE_EXHAUSTED: too many wait; the report is left alone, and `when_room` is
  // called when it is worth trying again.
  absl::StatusOr<uint64_t> Add(region::Report* report, Name name, size_t bytes, absl::Time now, std::function<void()> when_room);

  // Of one that has its answer nothing happens.
  void Answer(uint64_t call, Result result);
  // Whoever waits under this name.
  void AnswerNamed(const Name& name, const Result& result);
  void FailAll(const absl::Status& why);

  // Those that wait, also for others of their order; and since when the oldest of them, the infinite future if there is none.
  struct Waiting {
    size_t reports = 0;
    absl::Time since;
  };
  Waiting waiting() const;
  // Those that wait since before then.
  std::vector<std::pair<uint64_t, Name>> WaitingSince(absl::Time then) const;
  // Until nobody waits, or for so long.
  void WaitUntilNone(absl::Duration patience);

 private:
  struct Entry {
    std::function<void(Result)> done;
    std::shared_ptr<region::Order> order;
    Name name;
    size_t bytes = 0;
    absl::Time since;
    std::optional<Result> result;  // it has one, and waits for those before it
  };
  using Entries = std::map<uint64_t, Entry>;

  void Resolve(Entries::iterator entry, Result result) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Release(Entries::iterator entry, Result result) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReleaseOrder(const std::shared_ptr<region::Order>& order) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsEmpty() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return entries_.empty() && ready_.empty() && !delivering_; }
  void Deliver() ABSL_LOCKS_EXCLUDED(mutex_);

  const size_t most_reports_, most_bytes_;
  mutable absl::Mutex mutex_;
  uint64_t last_call_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  std::map<region::Order*, std::deque<uint64_t>> orders_ ABSL_GUARDED_BY(mutex_);  // the calls of each that wait
  std::deque<std::function<void()>> ready_ ABSL_GUARDED_BY(mutex_);                // to be called, in this order
  bool delivering_ ABSL_GUARDED_BY(mutex_) = false;                                // by some thread
  std::vector<std::function<void()>> for_room_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::remote

#endif  // OVERDRACHT_SERVICES_REMOTE_KAFKA_UNANSWERED_H_
