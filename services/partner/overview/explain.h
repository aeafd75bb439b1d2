// What an organisation may report of a traject now: found by trying. Every kind of event is tried with values that the organisation knows
// from its own overview, and the decisions say the rest, so that nobody learns here what a report would not tell it. Pure.
#ifndef OVERDRACHT_SERVICES_PARTNER_OVERVIEW_EXPLAIN_H_
#define OVERDRACHT_SERVICES_PARTNER_OVERVIEW_EXPLAIN_H_

#include <memory>
#include <string>
#include <vector>

#include "overdracht/api/v1/overview_service.pb.h"
#include "services/chart/workflow.h"
#include "services/event/catalogue.h"
#include "services/region/report.h"

namespace overdracht::partner {

// Two rounds of attempts: the first looks for one report of each kind that is accepted, the second varies each field of those.
//
//   while (explanation.Attempts() is not empty) explanation.Learn(their answers, in order);
//   explanation.Result()
class Explanation {
 public:
  // `id`: no report of the organisation has an id that begins with it.
  Explanation(const api::v1::TrajectOverview& overview, std::string organisation, const chart::Workflows& workflows, std::string id);

  const std::vector<event::v1::Event>& Attempts() const { return attempts_; }
  void Learn(const std::vector<region::Answer>& answers);
  api::v1::ExplainTrajectResponse Result() const;

 private:
  // A value as it stands in JSON; of a list its elements.
  struct Candidate {
    std::vector<std::string> values;
    bool chosen = false;  // stands for whatever the reporter chooses
    bool accepted = false;
  };
  struct Slot {
    std::vector<const event::Field*> path;
    std::vector<Candidate> candidates;  // never empty
    const event::Field& field() const { return *path.back(); }
  };
  struct KindTried {
    const event::Kind* kind = nullptr;
    std::vector<Slot> slots;
    bool accepted = false;
    std::vector<size_t> baseline;  // of each slot the candidate in the report that was accepted
    region::Answer best;           // the refusal of the attempt that came furthest
  };
  struct Attempt {
    KindTried* kind = nullptr;
    std::vector<size_t> chosen;  // of each slot
  };

  void AddSlots(const std::vector<event::Field>& fields, std::vector<const event::Field*> path, std::vector<Slot>* slots) const;
  std::vector<Candidate> CandidatesFor(const event::Field& field) const;
  std::vector<std::string> Known(const event::Field& field) const;
  void Try(KindTried* kind, std::vector<size_t> chosen);
  void TryFirst(KindTried* kind);
  void Vary(KindTried* kind);

  const api::v1::TrajectOverview overview_;
  const std::string organisation_, id_;
  std::vector<std::shared_ptr<const chart::Workflow>> workflows_;  // those that the traject may follow
  std::vector<KindTried> kinds_;
  bool varying_ = false;
  std::vector<Attempt> attempted_;
  std::vector<event::v1::Event> attempts_;
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_OVERVIEW_EXPLAIN_H_
