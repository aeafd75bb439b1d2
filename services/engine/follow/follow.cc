// What follows. After every event and every term, everything that the new state asks for: who has left, interruption, handovers held or
// released, covers, tasks, decisions awaited, the chart; again and again until nothing changes. Then everybody is told who takes part.

#include "services/engine/follow/follow.h"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "services/base/check.h"
#include "services/base/codes.h"
#include "services/base/limits.h"
#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

bool FollowLeaving(Work* work) {
  bool changed = false;
  for (int i = 0; i < work->traject().leaving_size();) {
    const std::string organisation = work->traject().leaving(i).organisation();
    if (work->traject().responsible() == organisation || HasOpenHandover(work->traject(), organisation)) {
      ++i;
      continue;
    }
    work->Emit([&](journal::v1::Effect* e) { e->mutable_leaving_ended()->set_organisation(organisation); });
    changed = true;
  }
  return changed;
}

// What these rules opened and is still open. Only now: one reopened afterwards is there to be done.
void CloseTasksOf(Work* work, const std::vector<int>& rules) {
  for (int index : rules) {
    for (const std::string& name : work->definition().rules(index).opens()) {
      const journal::v1::Task* task = FindTask(work->traject(), name);
      if (task != nullptr && task->open()) CloseTask(work, name, notice::v1::TASK_OUTCOME_BY_ITSELF);
    }
  }
}

void MoveHeld(Work* work, const journal::v1::Handover& handover, bool held) {
  work->Emit([&](journal::v1::Effect* e) {
    journal::v1::HandoverMoved* moved = e->mutable_handover_moved();
    moved->set_handover(handover.handover());
    moved->set_state(held ? notice::v1::HANDOVER_STATE_AANGEHOUDEN : handover.held_in());
    moved->set_held_in(held ? handover.state() : notice::v1::HANDOVER_STATE_UNSPECIFIED);
  });
  FollowTimers(work);  // so that the notice can say when its term runs out now
  TellHandover(work, handover.handover());
}

bool FollowHolds(Work* work) {
  const bool hold = TransferHeld(work->traject());
  bool changed = false;
  for (int i = 0; i < work->traject().handovers_size(); ++i) {
    const journal::v1::Handover& handover = work->traject().handovers(i);
    const bool held = handover.state() == notice::v1::HANDOVER_STATE_AANGEHOUDEN;
    if (!handover.transfers_responsibility() || !IsOpen(handover.state()) || held == hold) continue;
    MoveHeld(work, handover, hold);
    changed = true;
  }
  return changed;
}

bool FollowDecline(Work* work) {
  if (!work->traject().support_declined() || !SupportCounts(work->traject(), work->now())) return false;
  work->Emit([](journal::v1::Effect* e) { e->mutable_support_declined()->set_declined(false); });
  return true;
}

bool FollowDecisions(Work* work) {
  if (!Running(work->traject())) return false;
  bool changed = false;
  for (const workflow::v1::Decision& decision : work->definition().decisions()) {
    if (!decision.has_awaited()) continue;
    const journal::v1::Decision* entry = FindDecision(work->traject(), decision.name());
    const bool should = Holds(*work, decision.awaited());
    if (should == (entry != nullptr && entry->awaited())) continue;
    journal::v1::Decision next = entry == nullptr ? journal::v1::Decision() : *entry;
    next.set_decision(decision.name());
    next.set_awaited(should);
    work->Emit([&](journal::v1::Effect* e) { *e->mutable_decision_changed()->mutable_decision() = next; });
    if (should) {
      AwaitDecision(work, decision);
    } else {
      ClearTimer(work, notice::v1::TERM_KIND_DECISION, decision.name());
    }
    changed = true;
  }
  return changed;
}

// The workflow's longest stay: its term runs from the day on which the stay began, also when that is long ago.
bool FollowStay(Work* work) {
  if (!Running(work->traject()) || !work->definition().has_stay()) return false;
  const workflow::v1::StayLimit& limit = work->definition().stay();
  const journal::v1::Stay& stay = work->traject().stay();
  const bool should = stay.setting() == limit.setting() && (!limit.has_while_() || Holds(*work, limit.while_()));
  const journal::v1::Timer* timer = FindTimer(work->traject(), notice::v1::TERM_KIND_STAY, kStay);
  if (should == (timer != nullptr)) return false;
  if (should) {
    const base::Micros began = base::StartOf(*base::ParseDate(stay.since()));
    SetTimer(work, notice::v1::TERM_KIND_STAY, kStay, base::Add(began, work->workflow().DurationOf(limit.longest())));
  } else {
    ClearTimer(work, *timer);
  }
  return true;
}

using List = std::vector<std::pair<Role, absl::string_view>>;

// Who takes part, by the code of the role, then by organisation.
List Participants(const Traject& traject) {
  std::vector<std::tuple<absl::string_view, absl::string_view, Role>> sorted;
  for (const event::v1::Participant& one : traject.participants())
    sorted.emplace_back(base::Code(one.role()), one.organisation(), one.role());
  for (const journal::v1::Leaving& one : traject.leaving()) {
    sorted.emplace_back(base::Code(event::v1::ROLE_VERTREKKEND), one.organisation(), event::v1::ROLE_VERTREKKEND);
  }
  std::sort(sorted.begin(), sorted.end());
  List list;
  for (const auto& [code, organisation, role] : sorted) list.emplace_back(role, organisation);
  return list;
}

// The part of the list that this organisation may see.
List Visible(const Traject& traject, const List& participants, const std::string& organisation) {
  const bool care = HoldsCareRole(traject, organisation);
  List list;
  std::copy_if(participants.begin(), participants.end(), std::back_inserter(list), [&](const auto& one) {
    const auto& [role, who] = one;
    return care || who == organisation || role == event::v1::ROLE_ZORGAANBIEDER || role == event::v1::ROLE_WIJKTEAM ||
           role == event::v1::ROLE_GEMEENTE || role == event::v1::ROLE_WONINGCORPORATIE;
  });
  return list;
}

// One notice for each different list, to all who see that one.
void TellParticipants(Work* work) {
  if (!work->participants_changed()) return;
  const Traject& before = work->participants_before();
  const List participants_before = Participants(before), participants = Participants(work->traject());
  std::vector<std::pair<List, Organisations>> told;
  for (const std::string& organisation : Everybody(work->traject())) {
    List list = Visible(work->traject(), participants, organisation);
    if (TakesPart(before, organisation) && list == Visible(before, participants_before, organisation)) continue;
    const auto same = std::find_if(told.begin(), told.end(), [&](const auto& one) { return one.first == list; });
    if (same != told.end()) {
      same->second.push_back(organisation);
    } else {
      told.emplace_back(std::move(list), Organisations{organisation});
    }
  }
  for (const auto& [list, organisations] : told) {
    notice::v1::ParticipantsChanged* changed = work->Tell(organisations)->mutable_participants_changed();
    for (const auto& [role, organisation] : list) {
      event::v1::Participant* participant = changed->add_participants();
      participant->set_role(role);
      participant->set_organisation(std::string(organisation));
    }
    changed->set_responsible(work->traject().responsible());
  }
}

}  // namespace

bool FollowInterruption(Work* work) {
  if (!Running(work->traject())) return false;
  const journal::v1::Episode* episode = OpenEpisode(work->traject());
  const bool away = episode != nullptr &&
                    (episode->state() == notice::v1::EPISODE_STATE_RESPIJT || episode->state() == notice::v1::EPISODE_STATE_OPGENOMEN);
  if (away == Interrupted(work->traject())) return false;
  SetStatus(work, away ? notice::v1::STATUS_ONDERBROKEN : notice::v1::STATUS_LOPEND);
  const std::vector<int>& rules = work->workflow().RulesOn(workflow::v1::INTERNAL_INTERRUPTED);
  if (!away) {
    CloseTasksOf(work, rules);
  } else if (!RuleOut(Rule::kStayIsCaredFor)) {
    RunRules(work, rules);
  }
  return true;
}

void Follow(Work* work) {
  const event::v1::Event* event = work->event();
  for (int step = 0;; ++step) {
    OVERDRACHT_CHECK(step < base::kMaxMicrosteps, "a workflow that never comes to rest");
    bool changed = FollowInterruption(work);
    changed |= FollowHolds(work);
    changed |= FollowDecline(work);
    FollowCovers(work);
    changed |= FollowTasks(work);
    changed |= FollowDecisions(work);
    changed |= FollowStay(work);
    changed |= FollowChart(work, event);
    event = nullptr;
    changed |= FollowLeaving(work);
    FollowOwners(work);
    FollowTimers(work);
    if (!changed) break;
  }
  TellParticipants(work);
}

}  // namespace overdracht::engine
