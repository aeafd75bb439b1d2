// What the oracle believes of a traject: folded from the accepted events and the terms that ran out, never from an effect. Only what the
// workflow decides (the phase, that the traject has ended) is taken from the state.
#ifndef OVERDRACHT_SERVICES_ORACLE_MODEL_H_
#define OVERDRACHT_SERVICES_ORACLE_MODEL_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "overdracht/journal/v1/traject.pb.h"

namespace overdracht::oracle {

using journal::v1::Record;
using journal::v1::Traject;

struct Consent {
  std::string id, recipient;
  std::set<int> categories;  // what is left of it
  int purpose = 0;
  int64_t end_us = 0;
  bool ended = false;
};

struct Override {
  std::string id;
  std::set<int> categories;
  int ground = 0;
  std::set<std::string> handovers;  // open ones that it covers in
};

struct Support {
  std::string id, provider;
  int64_t from_us = 0, end_us = 0;  // end 0: none
  bool ended = false;
};

struct Handover {
  std::string id, sender, recipient;
  int purpose = 0;
  std::set<int> categories;
  bool transfers = false;
  notice::v1::HandoverState state = notice::v1::HANDOVER_STATE_UNSPECIFIED;  // under `aangehouden`: where it goes on
  bool accepted = false, met = false, coordinated = false;

  bool is_open() const;
  bool discloses() const;  // accepted and not ended: what consent covers is disclosed
};

struct Disclosure {
  std::string consent, override;  // its basis; both empty: closed
  bool is_open() const { return !consent.empty() || !override.empty(); }
  bool operator==(const Disclosure&) const = default;
};

struct Episode {
  std::string id;
  notice::v1::EpisodeState state = notice::v1::EPISODE_STATE_UNSPECIFIED;
  event::v1::Severity severity = event::v1::SEVERITY_UNSPECIFIED;

  bool is_open() const;
  bool away() const;  // in respijt or admitted
};

class Model {
 public:
  // Takes a traject over as it is.
  void Adopt(const Traject& traject);
  // One accepted record. What the events could not have led to is written down in `faults`.
  void Fold(const Record& record, const Traject& before, const Traject& after);

  bool started() const { return !roles.empty(); }
  Handover* FindHandover(const std::string& id);
  const Handover* FindHandover(const std::string& id) const { return const_cast<Model*>(this)->FindHandover(id); }
  const Consent* FindConsent(const std::string& id) const;
  Override* FindOverride(const std::string& id);
  const Episode* OpenEpisode() const;
  bool Interrupted() const;
  bool TransfersHeld() const;
  bool SupportArranged(int64_t now) const;
  bool HomeIs(journal::v1::HomeState state) const;
  std::set<std::string> Everybody() const;
  std::set<std::string> Care() const;
  bool Holds(const std::string& organisation, event::v1::Role role) const;
  Disclosure BasisFor(const Handover& handover, int category, int64_t now) const;
  bool Covers(const Disclosure& basis, const Handover& handover, int category) const;

  std::string responsible;
  std::map<event::v1::Role, std::string> roles;
  std::map<std::string, bool> leaving;  // organisation -> it left a care role
  notice::v1::Status status = notice::v1::STATUS_UNSPECIFIED;
  std::vector<Consent> consents;  // in the order in which they were recorded
  std::vector<Override> overrides;
  std::vector<Support> supports;
  bool support_declined = false;
  std::map<std::string, journal::v1::HomeState> homes;
  std::vector<Handover> handovers;
  std::map<std::pair<std::string, int>, Disclosure> disclosures;  // by handover and category
  std::vector<Episode> episodes;
  std::set<std::string> awaited;  // decisions that somebody waits for
  // Of each task that was ever told as opened: whether it is required, and its leefgebied.
  std::map<std::string, bool> required;
  std::map<std::string, notice::v1::Leefgebied> leefgebied;
  bool adopted = false;  // taken over as it was: how its tasks opened was not seen
  // What an accepted event could not have meant in this state: (invariant, what).
  std::vector<std::pair<int, std::string>> faults;

 private:
  void FoldEvent(const event::v1::Event& event, int64_t now, const Traject& before, const Traject& after);
  void FoldHandover(const event::v1::Event& event);
  void FoldHome(const event::v1::Event& event);
  void FoldEpisode(const event::v1::Event& event);
  void FoldConsent(const event::v1::Event& event, int64_t now);
  void FoldSupport(const event::v1::Event& event, int64_t now);
  void Replace(event::v1::Role role, const std::string& organisation);
  void Return();  // the guarantee of return was called upon
  void EndWhatTheTrajectEnds(const Traject& after);
  void EndHandover(Handover* handover, notice::v1::HandoverState state);
  void FollowLeaving();
  void FollowDisclosures(int64_t now);
  void FollowDecisions(const Record& record, const Traject& before, const Traject& after);
  void Fault(int invariant, std::string what) { faults.emplace_back(invariant, std::move(what)); }
};

// Still `lopend` or `onderbroken`.
bool Running(notice::v1::Status status);
bool Ended(notice::v1::Status status);

std::set<int> SetOf(const google::protobuf::RepeatedField<int>& codes);
// The moment at which that day is over.
int64_t DayAfter(const std::string& date);

}  // namespace overdracht::oracle

#endif  // OVERDRACHT_SERVICES_ORACLE_MODEL_H_
