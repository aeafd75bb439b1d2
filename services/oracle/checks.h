// The checks behind oracle.h: each looks at one record with the state and the model on both sides of it.
#ifndef OVERDRACHT_SERVICES_ORACLE_CHECKS_H_
#define OVERDRACHT_SERVICES_ORACLE_CHECKS_H_

#include <absl/strings/str_cat.h>

#include <set>
#include <string>
#include <vector>

#include "services/oracle/oracle.h"

namespace overdracht::oracle {

// What has just happened.
struct Moment {
  const Record& record;
  const Traject& before;
  const Traject& after;
  const Model& was;  // the model before the record
  const Model& is;   // and with it

  int64_t now() const { return record.time_us(); }
  const event::v1::Event* event() const { return record.has_event() ? &record.event() : nullptr; }
  const std::string& phase() const { return Phase(after); }
  static const std::string& Phase(const Traject& traject) {
    static const auto* none = new std::string;
    return traject.configuration().empty() ? *none : traject.configuration(0);
  }
};

// Collects what is violated.
class Findings {
 public:
  explicit Findings(std::vector<Violation>* violations) : violations_(violations) {}
  // Notes a violation unless `holds`.
  template <typename... Parts>
  void Expect(int invariant, bool holds, const Parts&... what) {
    if (!holds) violations_->push_back({invariant, absl::StrCat(what...)});
  }

 private:
  std::vector<Violation>* violations_;
};

// Of an accepted record.
void CheckResponsibility(const Moment& moment, Findings* findings);  // 1, 2
void CheckDisclosure(const Moment& moment, Findings* findings);      // 3
void CheckMoving(const Moment& moment, Findings* findings);          // 4, 5
void CheckTerugval(const Moment& moment, Findings* findings);        // 6
void CheckWaits(const Moment& moment, Findings* findings);           // 7
void CheckClient(const Moment& moment, Findings* findings);          // 8
// Of a refused one.
void CheckRefused(const Record& record, const Traject& state, const Model& model, Findings* findings);  // 8

// Null: no such timer.
const journal::v1::Timer* FindTimer(const Traject& traject, notice::v1::TermKind of, const std::string& reference);
std::set<std::string> To(const notice::v1::Notice& notice);
// All of `some` are in `all`.
bool Within(const std::set<std::string>& some, const std::set<std::string>& all);
std::set<std::string> Both(const std::set<std::string>& a, const std::set<std::string>& b);
std::set<std::string> Either(std::set<std::string> a, const std::set<std::string>& b);

}  // namespace overdracht::oracle

#endif  // OVERDRACHT_SERVICES_ORACLE_CHECKS_H_
