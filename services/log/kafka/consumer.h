// Reads the records of one partition in the order of their offsets, from any offset, as often as wanted. Whether they count is not its
// matter.
#ifndef OVERDRACHT_SERVICES_LOG_KAFKA_CONSUMER_H_
#define OVERDRACHT_SERVICES_LOG_KAFKA_CONSUMER_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <optional>
#include <vector>

#include "services/log/kafka/handle.h"
#include "services/log/transport.h"

namespace overdracht::log {

class Consumer {
 public:
  // `fetch_wait`: how long a fetch waits at the end of the log for something new. A new start may have to wait as long.
  static absl::StatusOr<std::unique_ptr<Consumer>> Open(const KafkaPlace& place, absl::Duration fetch_wait, absl::Duration timeout);
  ~Consumer() { Stop(); }

  // The next record is the one at `offset`, or the first after it. Goes on where it is, if that is there and the connection still the same.
  absl::Status Start(uint64_t offset);
  void Stop();

  // The next record, and all after it that are here already, below `end`; none when nothing came in that time. OUT_OF_RANGE: the log does
  // not hold the offset; DATA_LOSS: bytes of it are not those that were written.
  absl::StatusOr<std::vector<PlacedRecord>> Next(uint64_t end, absl::Duration timeout);

  // The offset of the next record, as far as it is known; none when it is not started.
  std::optional<uint64_t> position() const { return position_; }
  // How often a connection broke since it was last asked.
  bool TakeConnectionLost();
  Handle& handle() { return *handle_; }

 private:
  explicit Consumer(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
  absl::Status Poll(absl::Duration timeout, std::optional<PlacedRecord>* record);

  std::unique_ptr<Handle> handle_;
  std::optional<uint64_t> position_;
};

// Consumers that are connected, for whoever reads next.
class ConsumerPool {
 public:
  ConsumerPool(KafkaPlace place, absl::Duration fetch_wait, absl::Duration timeout)
      : place_(std::move(place)), fetch_wait_(fetch_wait), timeout_(timeout) {}

  // Goes back to the pool by itself.
  struct Return {
    ConsumerPool* pool;
    void operator()(Consumer* consumer) const { pool->Put(consumer); }
  };
  using Lease = std::unique_ptr<Consumer, Return>;
  // One that stands at `offset`, if there is one.
  absl::StatusOr<Lease> Take(uint64_t offset);

 private:
  void Put(Consumer* consumer);

  const KafkaPlace place_;
  const absl::Duration fetch_wait_;
  const absl::Duration timeout_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Consumer>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_KAFKA_CONSUMER_H_
