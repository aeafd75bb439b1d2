#include "services/log/simulated/simulated_log.h"

#include <algorithm>

namespace overdracht::log {
namespace {

// What may become of a record that is sent.
enum Fate : size_t {
  kDone,          // it lands, and is reported
  kReportLost,    // it lands, and the report is a time-out
  kLandsLate,     // the report is a time-out, and it lands later or never
  kTwice,         // it lands twice, and the first is reported
  kSecondTold,    // it lands twice, and the second is reported
  kCopyLate,      // it lands and is reported, and once more later
  kNever,         // the report is a time-out, and it never lands
  kReportedLate,  // it lands, and much happens before it is reported
  kFates,
};

constexpr int kLong = 5;

absl::Status TimedOut() { return absl::DeadlineExceededError("no report came"); }

}  // namespace

absl::StatusOr<Report> SimulatedTransport::Produce(absl::string_view record) {
  const size_t fate = surroundings_->Fault(kFates);
  surroundings_->Pass();
  if (fate == kLandsLate) partition_->SendLate(record);
  if (fate == kLandsLate || fate == kNever) {
    term_ = partition_->term();
    return TimedOut();
  }
  uint64_t offset = partition_->Land(record);
  if (fate == kTwice) partition_->Land(record);
  if (fate == kCopyLate) partition_->SendLate(record);
  if (fate == kSecondTold) {
    surroundings_->Pass();
    offset = partition_->Land(record);
  }
  const uint64_t id = partition_->records()[offset].id;
  surroundings_->Pass();
  for (int i = 0; fate == kReportedLate && i < kLong; ++i) surroundings_->Pass();
  absl::StatusOr<Report> reported = Reported(offset, id);
  if (fate == kReportLost) return TimedOut();
  return reported;
}

// As a report waits for all replicas. A record that went with its leader is not reported.
absl::StatusOr<Report> SimulatedTransport::Reported(uint64_t offset, uint64_t id) {
  const bool reconnected = std::exchange(term_, partition_->term()) != partition_->term();
  if (offset >= partition_->end() || partition_->records()[offset].id != id) return TimedOut();
  partition_->ReplicateTo(offset + 1);
  return Report{offset, reconnected};
}

absl::StatusOr<uint64_t> SimulatedTransport::HighWatermark() {
  const size_t fault = surroundings_->Fault(2);
  surroundings_->Pass();
  if (fault != 0) return absl::UnavailableError("the leader does not answer");
  return partition_->visible();
}

absl::StatusOr<std::vector<PlacedRecord>> SimulatedTransport::Fetch(uint64_t from, uint64_t end) {
  const bool few = surroundings_->Fault(2) != 0;
  surroundings_->Pass();
  if (partition_->visible() <= from && from <= partition_->end()) Wait(from, absl::Seconds(1));
  if (from > partition_->end()) return absl::OutOfRangeError("it ends before that");
  end = std::min(end, partition_->visible());
  if (from >= end) return absl::UnavailableError("nothing can be read there now");
  if (few) end = from + 1;
  std::vector<PlacedRecord> records;
  for (uint64_t offset = from; offset < end; ++offset) records.push_back({offset, partition_->records()[offset].bytes});
  return records;
}

absl::Duration SimulatedTransport::Wait(uint64_t offset, absl::Duration timeout) {
  for (int i = 0; partition_->visible() <= offset; ++i) {
    // A leader has caught up before anybody's patience is at an end.
    if (i == patience_) partition_->Replicate();
    if (i == patience_ || timeout <= absl::ZeroDuration()) break;
    surroundings_->Pass();
  }
  return partition_->visible() > offset ? timeout : absl::ZeroDuration();
}

}  // namespace overdracht::log
