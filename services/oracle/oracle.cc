#include "services/oracle/oracle.h"

#include <algorithm>

#include "services/oracle/checks.h"

namespace overdracht::oracle {

std::vector<Violation> Oracle::Check(const Record& record, const Traject& before, const Traject& after) {
  std::vector<Violation> violations;
  if (record.traject().empty()) return violations;  // a refused start, or no traject at all
  Findings findings(&violations);
  Model& model = models_[record.traject()];
  if (!model.started() && before.status() != notice::v1::STATUS_UNSPECIFIED) model.Adopt(before);
  if (record.has_refusal()) {
    CheckRefused(record, after, model, &findings);
    return violations;
  }
  const Model was = model;
  model.Fold(record, before, after);
  for (const auto& [invariant, what] : model.faults) findings.Expect(invariant, false, what);
  model.faults.clear();
  const Moment moment{record, before, after, was, model};
  CheckResponsibility(moment, &findings);
  CheckDisclosure(moment, &findings);
  CheckMoving(moment, &findings);
  CheckTerugval(moment, &findings);
  CheckWaits(moment, &findings);
  CheckClient(moment, &findings);
  return violations;
}

const journal::v1::Timer* FindTimer(const Traject& traject, notice::v1::TermKind of, const std::string& reference) {
  for (const journal::v1::Timer& one : traject.timers()) {
    if (one.of() == of && one.reference() == reference) return &one;
  }
  return nullptr;
}

std::set<std::string> To(const notice::v1::Notice& notice) { return {notice.to().begin(), notice.to().end()}; }

bool Within(const std::set<std::string>& some, const std::set<std::string>& all) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

std::set<std::string> Both(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

std::set<std::string> Either(std::set<std::string> a, const std::set<std::string>& b) {
  a.insert(b.begin(), b.end());
  return a;
}

}  // namespace overdracht::oracle
