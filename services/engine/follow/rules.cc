// The workflow's own rules: on this event tell those, open that task, await that decision.

#include "services/engine/decide/kind.h"
#include "services/engine/work.h"

namespace overdracht::engine {
namespace {

bool Applies(const Work& work, const workflow::v1::Rule& rule) {
  const bool matches = rule.on().internal() != workflow::v1::INTERNAL_UNSPECIFIED || chart::Matches(rule.on(), *work.event());
  return matches && (!rule.has_when() || Holds(work, rule.when()));
}

// What there is to tell is said by the event; whom, by the rules. Each is told once, whatever number of rules names it.
void TellEvent(Work* work, const Organisations& to) {
  if (to.empty() || work->event() == nullptr) return;
  const event::v1::Event& event = *work->event();
  if (event.has_signals_reported()) {
    notice::v1::SignalReported* told = work->Tell(to)->mutable_signal_reported();
    told->set_signal(event.signals_reported().signal());
    told->set_kind(event.signals_reported().kind());
  } else if (event.has_appointments_missed()) {
    work->Tell(to)->mutable_appointment_missed()->set_appointment(event.appointments_missed().appointment());
  }
}

}  // namespace

void RunRules(Work* work, const std::vector<int>& rules) {
  Organisations told;
  for (int index : rules) {
    const workflow::v1::Rule& rule = work->definition().rules(index);
    if (!Applies(*work, rule)) continue;
    for (const std::string& one : Parties(*work, rule.tell(), "")) AddOnce(one, &told);
    for (const std::string& name : rule.opens()) {
      const workflow::v1::Task& task = *work->workflow().FindTask(name);
      const std::string& called = CalledName(task);
      OpenTask(work, task, task.per_reference() ? called + ":" + FirstId(KindOf(*work->event()), *work->event()) : called, rule.name());
    }
    if (!rule.awaits().empty()) AwaitDecision(work, *work->workflow().FindDecision(rule.awaits()));
  }
  TellEvent(work, told);
}

}  // namespace overdracht::engine
