// A decision in the making: the traject as it is after the effects so far, and the record that they stand in.
//
// Checks read it, deeds write effects and notices to it. Emit is the only way to a change: it puts the effect into the record and applies
// it, so that live state and replayed state are made by the same code. Tell puts a notice into the record.
#ifndef OVERDRACHT_SERVICES_ENGINE_WORK_H_
#define OVERDRACHT_SERVICES_ENGINE_WORK_H_

#include <string>
#include <utility>
#include <vector>

#include "overdracht/journal/v1/record.pb.h"
#include "overdracht/workflow/v1/definition.pb.h"
#include "services/base/time.h"
#include "services/chart/workflow.h"
#include "services/engine/engine.h"
#include "services/engine/query.h"
#include "services/engine/rules_out.h"

namespace overdracht::engine {

class Work {
 public:
  Work(const chart::Workflow& workflow, TrajectState* state, journal::v1::Record* record)
      : workflow_(workflow), state_(*state), record_(*record) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  const chart::Workflow& workflow() const { return workflow_; }
  const workflow::v1::WorkflowDefinition& definition() const { return workflow_.definition(); }
  const Traject& traject() const { return state_.traject; }
  base::Micros now() const { return record_.time_us(); }
  // The event, or null where a term ran out.
  const event::v1::Event* event() const { return record_.has_event() ? &record_.event() : nullptr; }
  const std::string& reporter() const { return record_.event().organisation(); }

  // Emit([&](Effect* e) { … }): one effect, in the record and in the state.
  template <typename Fill>
  void Emit(Fill fill) {
    journal::v1::Effect* effect = record_.add_effects();
    fill(effect);
    Emitted(*effect);
  }

  // The definition of traject().tasks(entry), and the entry of definition().tasks(task): null where it has none, and for one per reference.
  // Asked of every task after every event: each entry is looked up by its name once a decision (a look-up for each question took a fifth of
  // a decision's instructions).
  const workflow::v1::Task& DefinitionOf(int entry) const {
    FindEntries();
    return *definition_of_[entry];
  }
  const journal::v1::Task* EntryOf(int task) const {
    FindEntries();
    return entry_of_.empty() ? nullptr : entry_of_[task];
  }

  // The notice to fill in, to each of these once. Null where there is nobody to tell.
  notice::v1::Notice* Tell(const Organisations& to);
  notice::v1::Notice* TellOne(const std::string& organisation);

  // Who took part when the decision began, where that has changed since.
  bool participants_changed() const { return participants_before_ != nullptr; }
  const Traject& participants_before() const { return *participants_before_; }

 private:
  void Emitted(const journal::v1::Effect& effect);
  void FindEntries() const {
    if (definition_of_.size() != static_cast<size_t>(traject().tasks_size())) FindNewEntries();
  }
  void FindNewEntries() const;

  const chart::Workflow& workflow_;
  TrajectState& state_;
  journal::v1::Record& record_;
  std::unique_ptr<Traject> participants_before_;  // its participants, leaving and responsible only
  // By entry, and by task of the definition. Entries are never taken out, so that what was found stays.
  mutable std::vector<const workflow::v1::Task*> definition_of_;
  mutable std::vector<const journal::v1::Task*> entry_of_;
};

// --- timers (follow/timers.cc) ---

// How a timer behaves while the traject is interrupted or its wait is held.
bool StandsStill(const Work& work, TermKind of, absl::string_view reference);
// Sets a timer of a whole term (ISO 8601) from now; where it stands still it has the whole term when it goes on.
void SetTerm(Work* work, TermKind of, const std::string& reference, const std::string& term);
// Sets a timer at a moment; `place` as it is where given.
void SetTimer(Work* work, TermKind of, const std::string& reference, base::Micros at, uint32_t times = 1, const uint64_t* place = nullptr);
void ClearTimer(Work* work, TermKind of, const std::string& reference);  // where there is one
void ClearTimer(Work* work, const journal::v1::Timer& timer);            // of the state, or a copy
// Lets timers stand still or go on as the state now asks.
void FollowTimers(Work* work);
// When it runs out next; 0: no such timer, or it stands still.
base::Micros DueBy(const Work& work, TermKind of, absl::string_view reference);

// --- conditions (follow/condition.cc) ---

bool Holds(const Work& work, const workflow::v1::Condition& condition);
// How long the clock of this state or series has run.
base::Micros Ran(const Work& work, const journal::v1::Clock& clock);

// --- parties ---

// Whom a chain of escalation or a rule names; `reference` is the task or handover that it is about.
Organisations Parties(const Work& work, const google::protobuf::RepeatedPtrField<workflow::v1::Party>& parties,
                      absl::string_view reference);

// --- tasks (follow/tasks.cc) ---

const std::string& OwnerOf(const Work& work, const workflow::v1::Task& task);  // good until the next change
const std::string& TermOf(const Work& work, const workflow::v1::Task& task);
void OpenTask(Work* work, const workflow::v1::Task& task, const std::string& name, const std::string& rule = "");
void CloseTask(Work* work, const std::string& name, notice::v1::TaskOutcome outcome);
void CloseTasks(Work* work);  // all open ones but those that outlive the traject
// Opens the tasks of a state of the chart that was entered.
void OpenTasksOf(Work* work, const std::string& state);

// --- chart (follow/chart.cc) ---

void StartChart(Work* work);
void CloseTraject(Work* work, event::v1::StopReason reason);  // afsluitend
void EndTraject(Work* work, Status status, event::v1::StopReason reason);
void SetStatus(Work* work, Status status, event::v1::StopReason reason = event::v1::STOP_REASON_UNSPECIFIED);

// --- series (follow/series.cc) ---

void StartSeries(Work* work);  // those that belong to the active phase and do not run yet; ends those that do not
void CountContact(Work* work, const std::string& kind);
void EndSeries(Work* work);
// What the timer of the k-th due moment is called: P12M, or <series>:P2W.
std::string SeriesReference(const workflow::v1::Series& series, uint32_t k);
// Nobody came within the grace.
void MissedContact(Work* work, const workflow::v1::Series& definition, const std::string& reference);

// --- handovers, disclosures (decide/handovers.cc, follow/covers.cc) ---

void MoveHandover(Work* work, const std::string& handover, HandoverState state);
void TellHandover(Work* work, const std::string& handover);
// Ingetrokken: all its disclosures close.
void WithdrawHandover(Work* work, const std::string& handover);
void EndOverrides(Work* work, const std::string& handover);
void FollowCovers(Work* work);
bool HasBasis(const Work& work, const journal::v1::Handover& handover, Category category);
void CloseDisclosures(Work* work, const std::string& handover, notice::v1::CloseReason reason);

// --- terugval (decide/terugvallen.cc) ---

void SetEpisode(Work* work, journal::v1::Episode episode, bool term_anew, base::Micros respite_ends = 0);
void CloseEpisode(Work* work, notice::v1::EpisodeState state);

// --- participants (decide/participants.cc) ---

void FillRole(Work* work, Role role, const std::string& organisation);
void MoveResponsibility(Work* work, const std::string& to, const std::string& handover);

// --- decisions and stays (decide/decisions.cc) ---

inline constexpr char kStay[] = "stays";  // reference of the stay's timer
void AwaitDecision(Work* work, const workflow::v1::Decision& decision);

// --- what follows (follow/follow.cc) ---

// The workflow's rules on the event, and on something inside the engine.
void RunRules(Work* work, const std::vector<int>& rules);
// Everything that the state now asks for, until it asks for nothing more.
void Follow(Work* work);

}  // namespace overdracht::engine

#endif  // OVERDRACHT_SERVICES_ENGINE_WORK_H_
