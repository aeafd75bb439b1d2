// 6  A terugval signal is in an open episode whose term runs, is told to every care role, and escalates until somebody answers. A stay
//    interrupts the traject: rent, benefit and indicaties are somebody's task at once, phases wait, and the return is warm.

#include "services/base/codes.h"
#include "services/oracle/checks.h"

namespace overdracht::oracle {
namespace {

using notice::v1::STATUS_ONDERBROKEN;

constexpr int kKeptRunning = 3;  // the rent, the benefit, the indicaties

bool IsOfEpisode(const event::v1::Event& event) {
  using event::v1::Event;
  switch (event.data_case()) {
    case Event::kTerugvallenSignalled:
    case Event::kTerugvallenAssessed:
    case Event::kTerugvallenSupportRaised:
    case Event::kTerugvallenRespiteStarted:
    case Event::kTerugvallenAdmitted:
    case Event::kTerugvallenReturned:
    case Event::kTerugvallenResolved:
    case Event::kTerugvallenDeescalated:
      return true;
    default:
      return false;
  }
}

const journal::v1::Timer* TimerOf(const Traject& traject, const std::string& episode) {
  using namespace notice::v1;  // NOLINT: kinds of terms only
  for (TermKind of : {TERM_KIND_ASSESSMENT, TERM_KIND_RESPONSE, TERM_KIND_RESPITE, TERM_KIND_REVIEW}) {
    if (const journal::v1::Timer* timer = FindTimer(traject, of, episode)) return timer;
  }
  return nullptr;
}

void CheckEpisodes(const Moment& m, Findings* f) {
  int open = 0;
  f->Expect(6, static_cast<size_t>(m.after.episodes_size()) == m.is.episodes.size(), "another number of episodes than was signalled");
  for (int i = 0; i < m.after.episodes_size() && i < static_cast<int>(m.is.episodes.size()); ++i) {
    const journal::v1::Episode& one = m.after.episodes(i);
    const Episode& expected = m.is.episodes[i];
    const bool same = one.episode() == expected.id && one.state() == expected.state && one.severity() == expected.severity;
    f->Expect(6, same, "episode ", one.episode(), " is ", base::Code(one.state()), " ", base::Code(one.severity()), ", expected ",
              expected.id, " ", base::Code(expected.state), " ", base::Code(expected.severity));
    if (!expected.is_open()) continue;
    ++open;
    const journal::v1::Timer* timer = TimerOf(m.after, one.episode());
    f->Expect(6, timer != nullptr, "episode ", one.episode(), " is ", base::Code(one.state()), ", and no term runs");
    f->Expect(6, timer == nullptr || !timer->stands_still(), "the term of episode ", one.episode(), " stands still");
  }
  f->Expect(6, open <= 1, open, " episodes are open at once");
}

// The care roles hear of every accepted event of an episode, whether it changed anything or not, and when it ends with the traject.
void CheckSignalTold(const Moment& m, Findings* f) {
  const bool ends = m.was.OpenEpisode() != nullptr && m.is.OpenEpisode() == nullptr;
  if (!ends && (m.event() == nullptr || !IsOfEpisode(*m.event()))) return;
  std::set<std::string> told;
  for (const auto& one : m.record.notices()) {
    if (one.has_episode_changed()) told = Either(told, To(one));
  }
  f->Expect(6, Within(Both(m.was.Care(), m.is.Care()), told), "a care role was not told of the terugval");
}

void CheckInterruption(const Moment& m, Findings* f) {
  const bool was = m.before.status() == STATUS_ONDERBROKEN, is = m.after.status() == STATUS_ONDERBROKEN;
  f->Expect(6, is == m.is.Interrupted(), "the traject is ", is ? "" : "not ", "interrupted, and the client is ", is ? "at home" : "away");
  if (is && was) f->Expect(6, Moment::Phase(m.before) == m.phase(), "the phase changed while the client is away");
  const std::string gemeente = m.is.roles.count(event::v1::ROLE_GEMEENTE) > 0 ? m.is.roles.at(event::v1::ROLE_GEMEENTE) : "";
  int kept = 0;  // one that was reopened by hand since the last stay is open already
  for (const auto& one : m.after.tasks()) {
    const journal::v1::Timer* timer = FindTimer(m.after, notice::v1::TERM_KIND_TASK, one.task());
    kept += one.open() && one.owner() == gemeente && timer != nullptr && !timer->stands_still();
  }
  if (is && !was) f->Expect(6, kept >= kKeptRunning, "the client is away, and rent, benefit and indicaties are nobody's task");
}

// A task of that episode with the party responsible; it may still be open from an earlier return.
void CheckReturn(const Moment& m, Findings* f) {
  if (m.event() == nullptr || !m.event()->has_terugvallen_returned()) return;
  const std::string reference = ":" + m.event()->terugvallen_returned().episode();
  bool warm = false;
  for (const auto& one : m.after.tasks()) {
    const bool of_it = one.task().size() > reference.size() && one.task().substr(one.task().size() - reference.size()) == reference;
    warm |= of_it && one.open() && one.owner() == m.is.responsible && FindTimer(m.after, notice::v1::TERM_KIND_TASK, one.task()) != nullptr;
  }
  f->Expect(6, warm, "the client is back, and the return is nobody's task");
}

}  // namespace

void CheckTerugval(const Moment& moment, Findings* findings) {
  CheckEpisodes(moment, findings);
  CheckSignalTold(moment, findings);
  CheckInterruption(moment, findings);
  CheckReturn(moment, findings);
}

}  // namespace overdracht::oracle
