// The EventLog on a simulated partition: chained_log.h, as on Kafka, with a transport that does to a client what Kafka may do to it.
#ifndef OVERDRACHT_SERVICES_LOG_SIMULATED_SIMULATED_LOG_H_
#define OVERDRACHT_SERVICES_LOG_SIMULATED_SIMULATED_LOG_H_

#include <optional>

#include "services/log/chained_log.h"
#include "services/log/simulated/partition.h"
#include "services/log/simulated/surroundings.h"

namespace overdracht::log {

// One client's way to the partition. Each call lets time pass, so that others come in between.
class SimulatedTransport : public Transport {
 public:
  // `patience`: how often a call that waits lets time pass before it gives up.
  SimulatedTransport(SimulatedPartition* partition, Surroundings* surroundings, int patience)
      : partition_(partition), surroundings_(surroundings), patience_(patience) {}

  absl::StatusOr<Report> Produce(absl::string_view record) override;
  void NewProducer() override { term_.reset(); }
  absl::StatusOr<uint64_t> HighWatermark() override;
  absl::StatusOr<std::vector<PlacedRecord>> Fetch(uint64_t from, uint64_t end) override;
  uint64_t Reconnects() const override { return partition_->term(); }
  absl::Duration Wait(uint64_t offset, absl::Duration timeout) override;

 private:
  absl::StatusOr<Report> Reported(uint64_t offset, uint64_t id);

  SimulatedPartition* const partition_;
  Surroundings* const surroundings_;
  const int patience_;
  std::optional<uint64_t> term_;  // of the producer's last report
};

class SimulatedLog : private SimulatedTransport, public ChainedLog {
 public:
  explicit SimulatedLog(SimulatedPartition* partition, Surroundings* surroundings, int patience = 20, Rule rule = {})
      : SimulatedTransport(partition, surroundings, patience), ChainedLog(this, absl::Seconds(10), rule) {}
  using ChainedLog::Wait;
};

}  // namespace overdracht::log

#endif  // OVERDRACHT_SERVICES_LOG_SIMULATED_SIMULATED_LOG_H_
