// 4  Nobody moves, and no traject goes to `tijdens`, while support is neither there nor declined by the client; while it is not, somebody
// has
//    to arrange it.
// 5  No traject goes to `tijdens` without a signed home, nobody moves into one that is not signed, none ends as afgerond with a client who
//    lives nowhere; while there is no home, somebody has to find one.

#include "services/base/codes.h"
#include "services/oracle/checks.h"

namespace overdracht::oracle {
namespace {

using event::v1::Role;
using journal::v1::HOME_STATE_LIVED_IN;
using journal::v1::HOME_STATE_SIGNED;
using journal::v1::HomeState;

bool InUitstroom(const std::string& phase) { return phase == "voor" || phase == "tijdens" || phase == "na"; }

HomeState StateOf(const Traject& traject, const std::string& id) {
  for (const auto& one : traject.homes()) {
    if (one.home() == id) return one.state();
  }
  return journal::v1::HOME_STATE_UNSPECIFIED;
}

// A required task with a term, of the organisation that arranges homes and support.
bool SomebodyHasTo(const Moment& m, const std::set<std::string>& leefgebied_tasks) {
  for (const auto& one : m.after.tasks()) {
    const auto required = m.is.required.find(one.task());
    if (!one.open() || required == m.is.required.end() || !required->second || leefgebied_tasks.count(one.task()) == 0) continue;
    const bool arranges = m.is.Holds(one.owner(), event::v1::ROLE_GEMEENTE) || m.is.Holds(one.owner(), event::v1::ROLE_WIJKTEAM);
    if (arranges && FindTimer(m.after, notice::v1::TERM_KIND_TASK, one.task()) != nullptr) return true;
  }
  return false;
}

std::set<std::string> TasksOf(const Moment& m, notice::v1::Leefgebied leefgebied) {
  std::set<std::string> tasks;
  for (const auto& [task, of] : m.is.leefgebied) {
    if (of == leefgebied) tasks.insert(task);
  }
  return tasks;
}

void CheckMoves(const Moment& m, Findings* f) {
  int lived_in = 0;
  for (const auto& one : m.after.homes()) {
    const auto expected = m.is.homes.find(one.home());
    f->Expect(5, expected != m.is.homes.end() && expected->second == one.state(), "home ", one.home(), " is ", base::Code(one.state()),
              ", expected ", expected == m.is.homes.end() ? "unknown" : base::Code(expected->second));
    if (one.state() != HOME_STATE_LIVED_IN) continue;
    ++lived_in;
    const HomeState before = StateOf(m.before, one.home());
    if (before == HOME_STATE_LIVED_IN) continue;
    f->Expect(5, before == HOME_STATE_SIGNED, "moved into home ", one.home(), ", which was not signed");
    f->Expect(5, Moment::Phase(m.before) != "voor", "moved into home ", one.home(), " in the phase voor");
    f->Expect(4, m.is.SupportArranged(m.now()), "moved into home ", one.home(), " without support");
    f->Expect(6, !m.is.Interrupted(), "moved into home ", one.home(), " during a stay elsewhere");
  }
  f->Expect(5, static_cast<size_t>(m.after.homes_size()) == m.is.homes.size(), "another number of homes than was reported");
  f->Expect(5, lived_in <= 1, "the client lives in ", lived_in, " homes");
}

// An end by itself waits for what is open; only what the event itself ended is over.
void CheckNothingCutOff(const Moment& m, Findings* f) {
  const bool assessed = m.event() != nullptr && m.event()->has_terugvallen_assessed();
  const bool withdrawn = m.event() != nullptr && m.event()->has_handovers_withdrawn();
  for (size_t i = 0; i < m.was.episodes.size(); ++i) {
    const bool cut_off = m.was.episodes[i].is_open() && m.is.episodes[i].state == notice::v1::EPISODE_STATE_GESLOTEN;
    f->Expect(6, !cut_off || assessed, "afgerond during a terugval");
  }
  for (size_t i = 0; i < m.was.handovers.size(); ++i) {
    const bool cut_off = m.was.handovers[i].is_open() && m.is.handovers[i].state == notice::v1::HANDOVER_STATE_INGETROKKEN;
    f->Expect(1, !cut_off || withdrawn || !m.was.handovers[i].transfers, "afgerond while responsibility is being handed over");
  }
}

void CheckEntry(const Moment& m, Findings* f) {
  const bool has_home = m.is.HomeIs(HOME_STATE_SIGNED) || m.is.HomeIs(HOME_STATE_LIVED_IN);
  const std::string& from = Moment::Phase(m.before);
  const bool moves = m.phase() == "tijdens" || (m.phase() == "na" && from != "tijdens");
  if (moves && m.phase() != from) {
    f->Expect(5, has_home, "from ", from, " to ", m.phase(), " without a signed home");
    f->Expect(4, m.is.SupportArranged(m.now()), "from ", from, " to ", m.phase(), " without support");
  }
  if (m.phase() == "na" && from != "na") f->Expect(5, m.is.HomeIs(HOME_STATE_LIVED_IN), "to na, and the client lives in no home");
  if (m.after.status() == notice::v1::STATUS_AFGEROND && m.before.status() != notice::v1::STATUS_AFGEROND && InUitstroom(m.phase())) {
    f->Expect(5, m.is.HomeIs(HOME_STATE_LIVED_IN), "afgerond, and the client lives in no home");
    CheckNothingCutOff(m, f);
  }
}

void CheckSomebodyHasTo(const Moment& m, Findings* f) {
  if (!Running(m.is.status) || !InUitstroom(m.phase()) || m.is.adopted) return;
  const bool has_home = m.is.HomeIs(HOME_STATE_SIGNED) || m.is.HomeIs(HOME_STATE_LIVED_IN);
  if (!has_home) f->Expect(5, SomebodyHasTo(m, TasksOf(m, notice::v1::LEEFGEBIED_WONEN)), "there is no home, and nobody has to find one");
  if (!m.is.SupportArranged(m.now())) {
    f->Expect(4, SomebodyHasTo(m, TasksOf(m, notice::v1::LEEFGEBIED_GEZONDHEID)), "there is no support, and nobody has to arrange it");
  }
}

}  // namespace

void CheckMoving(const Moment& moment, Findings* findings) {
  CheckMoves(moment, findings);
  CheckEntry(moment, findings);
  CheckSomebodyHasTo(moment, findings);
}

}  // namespace overdracht::oracle
