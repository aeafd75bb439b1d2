// The contract of an EventLog, kept by the simulated one, and so by all that decides in a log on Kafka (chained_log.h).
#include "services/log/simulated/simulated_log.h"

#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>

#include <mutex>
#include <optional>

#include "tests/contract/event_log_contract.h"

namespace overdracht::log {
namespace {

// All is well, and what was sent is there at once.
class Peace : public Surroundings {
 public:
  size_t Fault(size_t) override { return 0; }
  void Pass() override {}
};

// Lets the suite's threads in one after the other; the simulation itself knows none.
class OneAtATime : public EventLog {
 public:
  absl::StatusOr<Tip> Append(const Tip& tip, absl::string_view batch) override {
    const std::lock_guard lock(mutex_);
    return inner->Append(tip, batch);
  }
  absl::Status Read(const Tip& tip, Visit visit) override {
    const std::lock_guard lock(mutex_);
    return inner->Read(tip, visit);
  }
  bool Wait(const Tip& tip, absl::Duration timeout) override {
    const absl::Time until = absl::Now() + timeout;
    do {
      const std::lock_guard lock(mutex_);
      if (inner->Wait(tip, absl::ZeroDuration())) return true;
    } while (absl::Now() < until);
    return false;
  }

  std::optional<SimulatedLog> inner;

 private:
  std::recursive_mutex mutex_;  // whoever reads may append on the way
};

class SimulatedUnderTest : public LogUnderTest {
 public:
  SimulatedUnderTest() { Reopen(); }
  EventLog& log() override { return log_; }
  void Reopen() override { log_.inner.emplace(&partition_, &peace_); }
  void Put(absl::string_view bytes) override {
    partition_.Land(bytes);
    partition_.Replicate();
  }
  void LoseNewest() override {
    partition_.LoseTail(partition_.end() - 1);
    Reopen();
  }

 private:
  SimulatedPartition partition_;
  Peace peace_;
  OneAtATime log_;
};

INSTANTIATE_TEST_SUITE_P(Simulated, EventLogContract, ::testing::Values(MakeLog([] { return std::make_unique<SimulatedUnderTest>(); })),
                         [](const auto&) { return "Simulated"; });

}  // namespace
}  // namespace overdracht::log
