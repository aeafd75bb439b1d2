// A region in memory: reports in, records out, by the engine alone, with the clock `events`. For tests: no log, no service.
//
// It keeps every record and folds them a second time by Apply; Publish and AdvanceTo check after each record that the folded state equals the
// live one, and that every invariant holds (oracle.h).
#ifndef OVERDRACHT_TESTS_SUPPORT_REGION_H_
#define OVERDRACHT_TESTS_SUPPORT_REGION_H_

#include <absl/strings/string_view.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "services/chart/workflow.h"
#include "services/engine/engine.h"

namespace overdracht::testing {

struct Answer {
  bool accepted = false;
  bool duplicate = false;
  journal::v1::Refusal refusal;  // where refused
  uint64_t position = 0;         // 0: no record

  std::string code() const;  // accepted, or the code of the refusal
};

class Region {
 public:
  // After each record: the traject as it is, for more checks.
  using Check = std::function<void(const journal::v1::Record&, const engine::TrajectState& before, const engine::TrajectState& after)>;

  explicit Region(const chart::Workflows& workflows) : workflows_(workflows) {}

  // One CloudEvent in JSON; speaks for the organisation in its source.
  Answer Publish(absl::string_view json);
  Answer Report(event::v1::Event event);
  void AdvanceTo(int64_t us);
  void OnRecord(Check check) { check_ = std::move(check); }

  const std::vector<journal::v1::Record>& records() const { return records_; }
  // By id (16 bytes).
  const std::map<std::string, engine::TrajectState>& trajecten() const { return trajecten_; }
  int64_t clock_us() const { return clock_us_; }
  // The notices to this organisation: number of the record, and the notice.
  std::vector<std::pair<uint64_t, const notice::v1::Notice*>> Outbox(const std::string& organisation) const;
  std::vector<std::string> Organisations() const;  // all that were told something, sorted

 private:
  journal::v1::Record Decide(journal::v1::Record record, engine::TrajectState* state);
  void Fire(int64_t until_us);

  const chart::Workflows& workflows_;
  std::vector<journal::v1::Record> records_;
  std::map<std::string, engine::TrajectState> trajecten_;
  std::map<std::string, engine::TrajectState> folded_;
  std::map<std::pair<int64_t, std::string>, engine::DueTimer> due_;
  std::map<std::string, int64_t> due_of_;
  int64_t clock_us_ = 0;
  Check check_;
};

// The workflows of this project (workflows/), compiled. Dies where one has a finding.
const chart::Workflows& ProjectWorkflows();

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_SUPPORT_REGION_H_
