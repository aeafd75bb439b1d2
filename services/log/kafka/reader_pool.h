// Readers that are connected, for whoever reads next.
#ifndef OVERDRACHT_SERVICES_LOG_KAFKA_READER_POOL_H_
#define OVERDRACHT_SERVICES_LOG_KAFKA_READER_POOL_H_

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <memory>
#include <vector>

#include "services/kafka/reader.h"

namespace overdracht::log {

class ReaderPool {
 public:
  ReaderPool(kafka::Place place, kafka::ReaderOptions options) : place_(std::move(place)), options_(options) {}

  // Goes back to the pool by itself.
  struct Return {
    ReaderPool* pool;
    void operator()(kafka::Reader* reader) const { pool->Put(reader); }
  };
  using Lease = std::unique_ptr<kafka::Reader, Return>;
  // One that stands at `offset`, if there is one.
  absl::StatusOr<Lease> Take(uint64_t offset);

 private:
  void Put(kafka::Reader* reader);

  const kafka::Place place_;
  const kafka::ReaderOptions options_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<kafka::Reader>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_KAFKA_READER_POOL_H_
