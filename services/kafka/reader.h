// Reads the records of one partition in the order of their offsets, from any offset, as often as wanted. No group, and no place is kept.
#ifndef OVERDRACHT_SERVICES_KAFKA_READER_H_
#define OVERDRACHT_SERVICES_KAFKA_READER_H_

#include <absl/functional/function_ref.h>

#include <limits>
#include <optional>
#include <vector>

#include "services/base/kafka_record.h"
#include "services/kafka/handle.h"

namespace overdracht::kafka {

struct PlacedRecord {
  uint64_t offset = 0;
  base::KafkaRecord record;
};

// As the library gives it.
PlacedRecord PlacedOf(const rd_kafka_message_t* message);

struct ReaderOptions {
  // How long a fetch waits at the end of the log for something new; the broker answers at once when something comes. A new start may have
  // to wait as long, and so may who reads to the end.
  absl::Duration fetch_wait = absl::Milliseconds(300);
  absl::Duration connect = absl::Seconds(10);  // within which a broker has to answer
  uint32_t most_waiting = 32 << 20;            // bytes that are fetched ahead
};

// For one thread, but for HeardEnd.
class Reader {
 public:
  // NOT_FOUND: the topic or the partition is not there, or may not be seen; UNAVAILABLE: no broker answers.
  static absl::StatusOr<std::unique_ptr<Reader>> Open(const Place& place, const ReaderOptions& options = {});
  ~Reader() { Stop(); }

  // The next record is the one at `offset`, or the first after it. Goes on where it is, if that is there and the connection still the same.
  absl::Status Start(uint64_t offset);
  void Stop();

  // The next record, and all after it that are here already, about a megabyte at most; none when nothing came in that time. It reads over
  // outages. Stopped by an error: OUT_OF_RANGE, the log does not hold the offset; DATA_LOSS, bytes of it are not those that were written;
  // PERMISSION_DENIED. Started anew, it may go on.
  absl::StatusOr<std::vector<PlacedRecord>> Next(absl::Duration timeout) { return Next(std::numeric_limits<uint64_t>::max(), timeout); }
  // The same, of those below `end`.
  absl::StatusOr<std::vector<PlacedRecord>> Next(uint64_t end, absl::Duration timeout);

  // Everything that stands there when it is called, from the first record on; then it is stopped. UNAVAILABLE: it did not come in time.
  absl::Status ReadAll(absl::FunctionRef<void(PlacedRecord&)> take);

  // The offset of the next record, as far as it is known; none when it is not started.
  std::optional<uint64_t> position() const { return position_; }
  // Whether a connection broke since it was last asked; then it is stopped. What it has at hand was fetched from another log, perhaps.
  bool TakeConnectionLost();
  // One past the newest record that may be read, as the last answer to a fetch or a query said; nothing before the first. Asks nobody.
  std::optional<uint64_t> HeardEnd() const;
  absl::StatusOr<Ends> QueryEnds(absl::Duration timeout) const { return handle_->QueryEnds(place_.topic, place_.partition, timeout); }
  absl::StatusOr<uint64_t> QueryEnd(absl::Duration timeout) const { return handle_->QueryEnd(place_.topic, place_.partition, timeout); }

 private:
  Reader(Place place, const ReaderOptions& options, std::unique_ptr<Handle> handle, rd_kafka_topic_t* topic)
      : place_(std::move(place)), connect_(options.connect), handle_(std::move(handle)), topic_(topic) {}
  absl::Status Poll(absl::Duration timeout, std::optional<PlacedRecord>* record);

  const Place place_;
  const absl::Duration connect_;
  std::unique_ptr<Handle> handle_;
  rd_kafka_topic_t* const topic_;
  std::optional<uint64_t> position_;
};

}  // namespace overdracht::kafka

#endif  // OVERDRACHT_SERVICES_KAFKA_READER_H_
