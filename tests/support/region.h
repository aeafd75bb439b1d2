// The region in memory (services/scenario/region.h) for tests: every record is folded a second time by Apply, and the folded state must
// equal the live one.
#ifndef OVERDRACHT_TESTS_SUPPORT_REGION_H_
#define OVERDRACHT_TESTS_SUPPORT_REGION_H_

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "services/scenario/region.h"

namespace overdracht::testing {

using scenario::Answer;

class Region : public scenario::Region {
 public:
  // After each record: the traject as it is, for more checks.
  using Check = std::function<void(const journal::v1::Record&, const engine::TrajectState& before, const engine::TrajectState& after)>;

  using scenario::Region::Region;
  void OnRecord(Check check) { check_ = std::move(check); }

 private:
  void Decided(const journal::v1::Record& record, const engine::TrajectState& before, const engine::TrajectState& after) override;

  std::map<std::string, engine::TrajectState> folded_;
  Check check_;
};

// The workflows of this project (workflows/), compiled. Dies where one has a finding.
const chart::Workflows& ProjectWorkflows();

}  // namespace overdracht::testing

#endif  // OVERDRACHT_TESTS_SUPPORT_REGION_H_
