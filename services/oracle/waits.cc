// 7  Whoever is waited for has a term, and when it runs out somebody is told and the next moment is set. A term stands still only while the
//    client is away, or a handover of responsibility is held.

#include "services/base/codes.h"
#include "services/oracle/checks.h"

namespace overdracht::oracle {
namespace {

using namespace notice::v1;  // NOLINT: kinds of terms and states only

TermKind TermIn(HandoverState state) {
  switch (state) {
    case HANDOVER_STATE_AANGEBODEN:
      return TERM_KIND_ANSWER;
    case HANDOVER_STATE_AANVULLING_GEVRAAGD:
      return TERM_KIND_MORE;
    case HANDOVER_STATE_GEACCEPTEERD:
      return TERM_KIND_MEETING;
    case HANDOVER_STATE_OVERLEGD:
      return TERM_KIND_FAREWELL;
    default:
      return TERM_KIND_UNSPECIFIED;
  }
}

void CheckTasks(const Moment& m, Findings* f) {
  for (const auto& one : m.after.tasks()) {
    const auto required = m.is.required.find(one.task());
    if (!one.open() || required == m.is.required.end() || !required->second) continue;
    f->Expect(7, !one.owner().empty(), "task ", one.task(), " is nobody's");
    const journal::v1::Timer* timer = FindTimer(m.after, TERM_KIND_TASK, one.task());
    f->Expect(7, timer != nullptr, "task ", one.task(), " is open, and no term runs");
    const bool may_stand_still = m.is.TransfersHeld();
    f->Expect(7, timer == nullptr || !timer->stands_still() || may_stand_still, "the term of task ", one.task(),
              " stands still for no reason");
  }
}

void CheckHandoverTerms(const Moment& m, Findings* f) {
  for (const Handover& one : m.is.handovers) {
    if (!one.is_open()) continue;
    const journal::v1::Timer* timer = FindTimer(m.after, TermIn(one.state), one.id);
    f->Expect(7, timer != nullptr, "handover ", one.id, " is ", base::Code(one.state), ", and no term runs");
    const bool held = one.transfers && m.is.TransfersHeld();
    f->Expect(7, timer == nullptr || timer->stands_still() == held, "the term of handover ", one.id,
              held ? " runs while it is held" : " stands still");
  }
}

void CheckDecisions(const Moment& m, Findings* f) {
  if (!Running(m.is.status)) return;
  for (const std::string& one : m.is.awaited) {
    f->Expect(7, FindTimer(m.after, TERM_KIND_DECISION, one) != nullptr, "decision ", one, " is awaited, and no term runs");
  }
}

// Series tell once for each moment, and only those from 1 to 49 tell at all.
bool Escalates(TermKind of) {
  return of < TERM_KIND_SUPPORT_BEGINS && of != TERM_KIND_MONITORING && of != TERM_KIND_WAAKVLAM && of != TERM_KIND_SERIES;
}

void CheckRunOut(const Moment& m, Findings* f) {
  if (!m.record.has_term() || m.record.term().of() >= TERM_KIND_SUPPORT_BEGINS) return;
  const journal::v1::TermRanOut& term = m.record.term();
  const Notice* told = nullptr;
  for (const Notice& one : m.record.notices()) {
    if (one.has_term_expired() && one.term_expired().of() == term.of() && one.term_expired().reference() == term.reference()) told = &one;
  }
  f->Expect(7, told != nullptr, "a term of ", base::Code(term.of()), " ran out, and nobody was told");
  if (!Escalates(term.of())) return;
  const journal::v1::Timer* before = FindTimer(m.before, term.of(), term.reference());
  const journal::v1::Timer* next = FindTimer(m.after, term.of(), term.reference());
  f->Expect(7, next != nullptr, "a term of ", base::Code(term.of()), " ran out, and nothing follows");
  if (next == nullptr || before == nullptr) return;
  f->Expect(7, next->times() == before->times() + 1, "a term of ", base::Code(term.of()), " lost count");
  f->Expect(7, next->stands_still() || next->at_us() > m.now(), "a term of ", base::Code(term.of()), " would run out again at once");
  if (told != nullptr) {
    f->Expect(7, told->term_expired().has_next() && !told->term_expired().next().to().empty(), "nobody is told next");
    f->Expect(7, next->stands_still() || told->term_expired().next().at_us() == next->at_us(), "told of another next moment than was set");
  }
}

void CheckSomethingComes(const Moment& m, Findings* f) {
  if (Ended(m.is.status)) return;
  f->Expect(7, !m.after.timers().empty(), "the traject runs, and nothing will ever happen");
  for (const auto& one : m.after.timers()) {
    f->Expect(7, one.stands_still() == (one.at_us() == 0), "a timer that neither runs nor stands still");
  }
}

}  // namespace

void CheckWaits(const Moment& moment, Findings* findings) {
  CheckTasks(moment, findings);
  CheckHandoverTerms(moment, findings);
  CheckDecisions(moment, findings);
  CheckRunOut(moment, findings);
  CheckSomethingComes(moment, findings);
}

}  // namespace overdracht::oracle
