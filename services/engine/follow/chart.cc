// The chart of the traject: phases and what lies inside them, and how a traject closes and ends.

#include "services/base/check.h"
#include "services/engine/follow/follow.h"
#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

void TellTraject(Work* work, const Organisations& to) {
  if (notice::v1::Notice* notice = work->Tell(to)) {
    notice->mutable_traject_changed()->set_phase(Phase(work->traject()));
    notice->mutable_traject_changed()->set_status(work->traject().status());
  }
}

std::string MilestoneReference(const std::string& state, const std::string& duration) { return state + ":" + duration; }

void EnterState(Work* work, const std::string& state) {
  const std::vector<std::string>& milestones = work->workflow().Milestones(state);
  if (!milestones.empty()) {
    work->Emit([&](journal::v1::Effect* e) {
      e->mutable_clock_changed()->mutable_clock()->set_of(state);
      e->mutable_clock_changed()->mutable_clock()->set_entered_us(work->now());
    });
  }
  OpenTasksOf(work, state);
}

void SetMilestones(Work* work, const std::string& state) {
  for (const std::string& duration : work->workflow().Milestones(state)) {
    SetTerm(work, notice::v1::TERM_KIND_ELAPSED, MilestoneReference(state, duration), duration);
  }
}

void ExitState(Work* work, const std::string& state) {
  for (const std::string& duration : work->workflow().Milestones(state)) {
    ClearTimer(work, notice::v1::TERM_KIND_ELAPSED, MilestoneReference(state, duration));
  }
  if (FindClock(work->traject(), state) == nullptr) return;
  work->Emit([&](journal::v1::Effect* e) { e->mutable_clock_changed()->mutable_clock()->set_of(state); });
}

// Open tasks of a table whose state was left by a return: they were for a phase that is over.
void CloseTasksOf(Work* work, const std::string& state) {
  for (int i = 0; i < work->traject().tasks_size(); ++i) {
    const journal::v1::Task& task = work->traject().tasks(i);
    if (task.open() && work->DefinitionOf(i).table() == state) {
      CloseTask(work, std::string(task.task()), notice::v1::TASK_OUTCOME_BY_ITSELF);
    }
  }
}

// The guarantee of return (docs/invariants.md, 2): responsibility goes back at once, and nothing of the move is left.
void ReturnToZorgaanbieder(Work* work) {
  if (OpenEpisode(work->traject()) != nullptr) CloseEpisode(work, notice::v1::EPISODE_STATE_OPGELOST);
  FollowInterruption(work);
  for (int i = 0; i < work->traject().handovers_size(); ++i) {
    if (IsOpen(work->traject().handovers(i).state())) WithdrawHandover(work, std::string(work->traject().handovers(i).handover()));
  }
  for (int i = 0; i < work->traject().homes_size(); ++i) {
    journal::v1::Home home = work->traject().homes(i);
    if (home.state() != journal::v1::HOME_STATE_SIGNED && home.state() != journal::v1::HOME_STATE_LIVED_IN) continue;
    home.set_state(journal::v1::HOME_STATE_LEFT);
    work->Emit([&](journal::v1::Effect* e) { *e->mutable_home_changed()->mutable_home() = home; });
  }
  const std::string provider = Holder(work->traject(), event::v1::ROLE_ZORGAANBIEDER);
  if (work->traject().responsible() != provider) MoveResponsibility(work, provider, "");
}

void TakeMicrostep(Work* work, const chart::Microstep& step) {
  if (step.final != notice::v1::STATUS_UNSPECIFIED) return EndTraject(work, step.final, event::v1::STOP_REASON_UNSPECIFIED);
  const std::string phase = Phase(work->traject());
  bool returns = false;
  for (const workflow::v1::Transition* transition : step.taken) returns = returns || transition->returns_to_zorgaanbieder();
  if (returns) {
    ReturnToZorgaanbieder(work);
    EndSeries(work);
  }
  for (const std::string& state : step.exited) {
    ExitState(work, state);
    if (returns) CloseTasksOf(work, state);
  }
  work->Emit([&](journal::v1::Effect* e) {
    for (const std::string& state : step.configuration) e->mutable_configuration_changed()->add_configuration(state);
    for (const journal::v1::History& history : step.histories) *e->mutable_configuration_changed()->add_histories() = history;
  });
  if (phase != Phase(work->traject())) TellTraject(work, Everybody(work->traject()));
  for (const std::string& state : step.entered) EnterState(work, state);
  StartSeries(work);  // before the milestones of the same entry: of two at one moment, the contact comes first
  for (const std::string& state : step.entered) SetMilestones(work, state);
}

// An interruption is told to care roles; whatever else changes to everybody.
Organisations ToldOfStatus(const Work& work, Status from, Status to) {
  const auto running = [](Status status) { return status == notice::v1::STATUS_LOPEND || status == notice::v1::STATUS_ONDERBROKEN; };
  return running(from) && running(to) ? CareOrganisations(work.traject()) : Everybody(work.traject());
}

void MoveClocksOn(Work* work, base::Micros since) {
  for (int i = 0; i < work->traject().clocks_size(); ++i) {
    journal::v1::Clock clock = work->traject().clocks(i);
    clock.set_stood_still_us(clock.stood_still_us() + work->now() - std::max(since, clock.entered_us()));
    work->Emit([&](journal::v1::Effect* e) { *e->mutable_clock_changed()->mutable_clock() = clock; });
  }
}

// Terms of what no longer waits: milestones, supports, decisions, stays.
void ClearOtherTimers(Work* work) {
  const auto goes_on = [](TermKind of) {
    return of == notice::v1::TERM_KIND_TASK || of == notice::v1::TERM_KIND_CONSENT_ENDS || of == notice::v1::TERM_KIND_ANSWER ||
           of == notice::v1::TERM_KIND_MORE || of == notice::v1::TERM_KIND_MEETING || of == notice::v1::TERM_KIND_FAREWELL;
  };
  for (int i = 0; i < work->traject().timers_size();) {
    const journal::v1::Timer& timer = work->traject().timers(i);
    if (goes_on(timer.of())) {
      ++i;
    } else {
      ClearTimer(work, timer);
    }
  }
}

}  // namespace

void StartChart(Work* work) {
  SetStatus(work, notice::v1::STATUS_LOPEND);
  TakeMicrostep(work, work->workflow().Start());
}

bool FollowChart(Work* work, const event::v1::Event* event) {
  const Traject& traject = work->traject();
  if (!Running(traject)) return false;
  const auto holds = [&](const workflow::v1::Condition& condition) {
    return RuleOut(Rule::kGatesBetweenPhases) || Holds(*work, condition);
  };
  const chart::Configuration configuration(traject.configuration().begin(), traject.configuration().end());
  const chart::Histories histories(traject.histories().begin(), traject.histories().end());
  const auto next = [&](const event::v1::Event* on) { return work->workflow().Next(configuration, histories, on, holds); };
  if (const std::optional<chart::Microstep> step = next(event)) {
    TakeMicrostep(work, *step);
    return true;
  }
  // Nothing waits for the event. Those without an event are taken in their turn, after all that is asked before them; where there is none,
  // nobody needs to be asked again.
  return event != nullptr && next(nullptr).has_value();
}

void SetStatus(Work* work, Status status, event::v1::StopReason reason) {
  const Status from = work->traject().status();
  const base::Micros since = work->traject().interrupted_since_us();
  work->Emit([&](journal::v1::Effect* e) {
    e->mutable_status_changed()->set_status(status);
    e->mutable_status_changed()->set_stop_reason(reason);
    if (status == notice::v1::STATUS_ONDERBROKEN) e->mutable_status_changed()->set_interrupted_since_us(work->now());
  });
  if (from == notice::v1::STATUS_ONDERBROKEN) MoveClocksOn(work, since);
  if (from != notice::v1::STATUS_UNSPECIFIED) TellTraject(work, ToldOfStatus(*work, from, status));
}

void CloseTraject(Work* work, event::v1::StopReason reason) {
  SetStatus(work, notice::v1::STATUS_AFSLUITEND, reason);
  if (OpenEpisode(work->traject()) != nullptr) CloseEpisode(work, notice::v1::EPISODE_STATE_GESLOTEN);
  CloseTasks(work);
  EndSeries(work);
  ClearOtherTimers(work);
  RunRules(work, work->workflow().RulesOn(workflow::v1::INTERNAL_CLOSING));
}

void EndTraject(Work* work, Status status, event::v1::StopReason reason) {
  SetStatus(work, status, reason);
  if (OpenEpisode(work->traject()) != nullptr) CloseEpisode(work, notice::v1::EPISODE_STATE_GESLOTEN);
  for (int i = 0; i < work->traject().handovers_size(); ++i) {
    if (IsOpen(work->traject().handovers(i).state())) WithdrawHandover(work, std::string(work->traject().handovers(i).handover()));
  }
  CloseTasks(work);
  EndSeries(work);
  ClearOtherTimers(work);
}

}  // namespace overdracht::engine
