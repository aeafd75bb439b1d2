// What a place for records must offer so that a journal can be kept in it (chained_log.h): Kafka's partition, or a simulated one.
// A transport knows nothing of batches, tips and owners; everything that must be right about them stands above it.
#ifndef OVERDRACHT_SERVICES_LOG_TRANSPORT_H_
#define OVERDRACHT_SERVICES_LOG_TRANSPORT_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/time/time.h>

#include <cstdint>
#include <string>
#include <vector>

namespace overdracht::log {

// A record landed: where, and whether the way there was the same as that of the report before it.
struct Report {
  uint64_t offset = 0;       // true; of a copy that the broker knew again, the first one's
  bool reconnected = false;  // it is the producer's first, or since the last one a connection broke or another broker leads
};

struct PlacedRecord {
  uint64_t offset = 0;
  std::string bytes;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Sends one record and waits for its report. INVALID_ARGUMENT: it was not sent and never can be (too large). After any other error it
  // stands in the log or not, now or later. A producer that became fatal is replaced before this returns.
  virtual absl::StatusOr<Report> Produce(absl::string_view record) = 0;

  // Whoever takes over sends with a new handle: what the old one still had to send is thrown away, as far as that is possible.
  virtual void NewProducer() = 0;

  // One past the newest record that can be read, asked of the leader now, never remembered. It may lag behind a report, also just after
  // another broker became the leader.
  virtual absl::StatusOr<uint64_t> HighWatermark() = 0;

  // The records from `from` on and below `end`, in order: some of them, one at least. Waits for them a while; UNAVAILABLE when none comes.
  // OUT_OF_RANGE: the log begins after `from`, or ends before it. What was fetched before may be given again from memory only as long as
  // the connection is the same.
  virtual absl::StatusOr<std::vector<PlacedRecord>> Fetch(uint64_t from, uint64_t end) = 0;

  // How often a connection broke that fetches, or another broker took the lead, as far as is known now.
  virtual uint64_t Reconnects() const { return 0; }

  // Returns when a record at `offset` or after it can be read; how much of the time is left, zero when it is out.
  virtual absl::Duration Wait(uint64_t offset, absl::Duration timeout) = 0;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_TRANSPORT_H_
