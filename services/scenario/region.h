// A region in memory: reports in, records out, by the engine alone, with the clock `events` (the latest time seen). No log, no service.
#ifndef OVERDRACHT_SERVICES_SCENARIO_REGION_H_
#define OVERDRACHT_SERVICES_SCENARIO_REGION_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "services/chart/workflow.h"
#include "services/engine/engine.h"

namespace overdracht::scenario {

struct Answer {
  bool accepted = false;
  bool duplicate = false;
  journal::v1::Refusal refusal;  // where refused
  uint64_t position = 0;         // 0: no record

  std::string code() const;  // accepted, or the code of the refusal
};

class Region {
 public:
  explicit Region(const chart::Workflows& workflows) : workflows_(workflows) {}
  virtual ~Region() = default;
  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  // One CloudEvent in JSON; speaks for the organisation in its source.
  Answer Publish(absl::string_view json);
  Answer Report(event::v1::Event event);
  // Moves the clock on; what is due by then fires.
  void AdvanceTo(int64_t us);

  const std::vector<journal::v1::Record>& records() const { return records_; }
  // By id (16 bytes).
  const std::map<std::string, engine::TrajectState>& trajecten() const { return trajecten_; }
  int64_t clock_us() const { return clock_us_; }
  // The notices to this organisation: number of the record, and the notice.
  std::vector<std::pair<uint64_t, const notice::v1::Notice*>> Outbox(const std::string& organisation) const;
  std::vector<std::string> Organisations() const;  // all that were told something, sorted

 protected:
  // After each record of a traject.
  virtual void Decided(const journal::v1::Record& record, const engine::TrajectState& before, const engine::TrajectState& after) {}

 private:
  const journal::v1::Record& Decide(journal::v1::Record record);
  void Fire();

  const chart::Workflows& workflows_;
  std::vector<journal::v1::Record> records_;
  std::map<std::string, engine::TrajectState> trajecten_;
  // The earliest timer of each traject, and where it stands.
  std::map<std::pair<int64_t, std::string>, engine::DueTimer> due_;
  std::map<std::string, int64_t> due_of_;
  int64_t clock_us_ = 0;
};

}  // namespace overdracht::scenario

#endif  // OVERDRACHT_SERVICES_SCENARIO_REGION_H_
