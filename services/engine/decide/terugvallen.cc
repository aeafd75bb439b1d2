// A terugval episode (invariant 6), one open at a time:
//
//   (new)                                            -signalled------->  gesignaleerd   term: assessment
//   gesignaleerd, beoordeeld, opgeschaald            -assessed-------->  beoordeeld     term: response      (none: gesloten)
//   gesignaleerd, beoordeeld, opgeschaald            -support-raised-->  opgeschaald    term: review
//   gesignaleerd, beoordeeld, opgeschaald, respijt   -respite-started->  respijt        term: its `until`   the traject is interrupted
//   gesignaleerd, beoordeeld, opgeschaald, respijt   -admitted-------->  opgenomen      term: review        the traject is interrupted
//   respijt, opgenomen                               -returned-------->  opgeschaald
//   opgeschaald                                      -resolved-------->  opgelost

#include <absl/strings/str_join.h>

#include "services/engine/decide/rules.h"

namespace overdracht::engine {
namespace {

using journal::v1::Episode;
using notice::v1::EPISODE_STATE_BEOORDEELD;
using notice::v1::EPISODE_STATE_GESIGNALEERD;
using notice::v1::EPISODE_STATE_GESLOTEN;
using notice::v1::EPISODE_STATE_OPGELOST;
using notice::v1::EPISODE_STATE_OPGENOMEN;
using notice::v1::EPISODE_STATE_OPGESCHAALD;
using notice::v1::EPISODE_STATE_RESPIJT;
using notice::v1::EpisodeState;

const workflow::v1::EpisodeTerm* TermIn(const Work& work, EpisodeState state) {
  for (const workflow::v1::EpisodeTerm& term : work.definition().terugval().terms()) {
    if (term.state() == state) return &term;
  }
  return nullptr;
}

void ClearTerm(Work* work, const Episode& episode) {
  if (const auto* term = TermIn(*work, episode.state())) ClearTimer(work, term->of(), episode.episode());
}

void StartTerm(Work* work, const Episode& episode, base::Micros respite_ends) {
  const auto* term = TermIn(*work, episode.state());
  if (term == nullptr || RuleOut(Rule::kEpisodeHasATerm)) return;
  if (episode.state() == EPISODE_STATE_RESPIJT) return SetTimer(work, term->of(), episode.episode(), respite_ends);
  const std::string& wait = episode.severity() == event::v1::SEVERITY_CRISIS ? term->crisis() : term->dreigend();
  if (!wait.empty()) SetTerm(work, term->of(), episode.episode(), wait);
}

Refused CheckState(const Work& work, const std::string& id, std::initializer_list<EpisodeState> expected) {
  const Episode& episode = *FindEpisode(work.traject(), id);
  std::vector<std::string> names;
  for (EpisodeState state : expected) {
    if (episode.state() == state) return std::nullopt;
    names.push_back(base::Code(state));
  }
  return WrongState("episode", base::Code(episode.state()), absl::StrJoin(names, ", "));
}

void MoveTo(Work* work, const std::string& id, EpisodeState state) {
  Episode episode = *FindEpisode(work->traject(), id);
  episode.set_state(state);
  episode.clear_stay_began_day();
  SetEpisode(work, std::move(episode), true);
}

}  // namespace

void SetEpisode(Work* work, Episode episode, bool term_anew, base::Micros respite_ends) {
  if (const Episode* before = FindEpisode(work->traject(), episode.episode()); before != nullptr && term_anew) ClearTerm(work, *before);
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_episode_changed()->mutable_episode() = episode; });
  if (term_anew) StartTerm(work, episode, respite_ends);
  const Organisations care = CareOrganisations(work->traject());
  notice::v1::EpisodeChanged* told =
      work->Tell(RuleOut(Rule::kCareRolesAreTold) ? Organisations{work->traject().responsible()} : care)->mutable_episode_changed();
  told->set_episode(episode.episode());
  told->set_state(episode.state());
  told->set_severity(episode.severity());
}

void CloseEpisode(Work* work, EpisodeState state) { MoveTo(work, std::string(OpenEpisode(work->traject())->episode()), state); }

Refused Check(const Work& work, const event::v1::TerugvallenSignalled& event) {
  if (OpenEpisode(work.traject()) != nullptr || FindEpisode(work.traject(), event.episode()) == nullptr) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_REFERENCE_USED, {{"thing", "episode"}});
}

void Do(Work* work, const event::v1::TerugvallenSignalled& event) {
  const Episode* open = OpenEpisode(work->traject());
  if (open == nullptr) {
    Episode episode;
    episode.set_episode(event.episode());
    episode.set_state(EPISODE_STATE_GESIGNALEERD);
    episode.set_severity(event.severity());
    return SetEpisode(work, std::move(episode), true);
  }
  // Under whatever id it was signalled, it is this episode, and it can only get worse.
  Episode episode = *open;
  const bool raises = event.severity() > episode.severity();
  const bool at_home = episode.state() == EPISODE_STATE_GESIGNALEERD || episode.state() == EPISODE_STATE_BEOORDEELD ||
                       episode.state() == EPISODE_STATE_OPGESCHAALD;
  const bool again =
      (raises && at_home) || (episode.state() == EPISODE_STATE_OPGESCHAALD && event.severity() == event::v1::SEVERITY_CRISIS);
  if (raises) episode.set_severity(event.severity());
  if (again) episode.set_state(EPISODE_STATE_GESIGNALEERD);
  SetEpisode(work, std::move(episode), again);
}

Refused Check(const Work& work, const event::v1::TerugvallenAssessed& event) {
  return CheckState(work, event.episode(), {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD});
}

void Do(Work* work, const event::v1::TerugvallenAssessed& event) {
  Episode episode = *FindEpisode(work->traject(), event.episode());
  episode.set_severity(event.severity());
  const EpisodeState state = event.severity() == event::v1::SEVERITY_NONE ? EPISODE_STATE_GESLOTEN : EPISODE_STATE_BEOORDEELD;
  ClearTerm(work, episode);
  episode.set_state(state);
  SetEpisode(work, std::move(episode), true);
}

Refused Check(const Work& work, const event::v1::TerugvallenSupportRaised& event) {
  return CheckState(work, event.episode(), {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD});
}

void Do(Work* work, const event::v1::TerugvallenSupportRaised& event) { MoveTo(work, event.episode(), EPISODE_STATE_OPGESCHAALD); }

Refused Check(const Work& work, const event::v1::TerugvallenRespiteStarted& event) {
  if (Refused refused =
          CheckState(work, event.episode(),
                     {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD, EPISODE_STATE_RESPIJT})) {
    return refused;
  }
  const std::string& longest = work.definition().terugval().longest_respite();
  if (longest.empty()) return std::nullopt;
  const Episode& episode = *FindEpisode(work.traject(), event.episode());
  const base::Days began = episode.state() == EPISODE_STATE_RESPIJT ? episode.stay_began_day() : base::DayOf(work.now());
  const base::Micros ends = base::Add(base::StartOf(began), work.workflow().DurationOf(longest));
  if (*base::ParseDate(event.until()) <= base::DayOf(ends)) return std::nullopt;
  return Illegal(journal::v1::REFUSAL_REASON_STAY_TOO_LONG, {{"limit", longest}});
}

void Do(Work* work, const event::v1::TerugvallenRespiteStarted& event) {
  Episode episode = *FindEpisode(work->traject(), event.episode());
  if (episode.state() != EPISODE_STATE_RESPIJT) episode.set_stay_began_day(base::DayOf(work->now()));
  episode.set_state(EPISODE_STATE_RESPIJT);
  SetEpisode(work, std::move(episode), true, base::StartOf(*base::ParseDate(event.until()) + 1));
}

Refused Check(const Work& work, const event::v1::TerugvallenAdmitted& event) {
  return CheckState(work, event.episode(),
                    {EPISODE_STATE_GESIGNALEERD, EPISODE_STATE_BEOORDEELD, EPISODE_STATE_OPGESCHAALD, EPISODE_STATE_RESPIJT});
}

void Do(Work* work, const event::v1::TerugvallenAdmitted& event) { MoveTo(work, event.episode(), EPISODE_STATE_OPGENOMEN); }

Refused Check(const Work& work, const event::v1::TerugvallenReturned& event) {
  return CheckState(work, event.episode(), {EPISODE_STATE_RESPIJT, EPISODE_STATE_OPGENOMEN});
}

void Do(Work* work, const event::v1::TerugvallenReturned& event) { MoveTo(work, event.episode(), EPISODE_STATE_OPGESCHAALD); }

Refused Check(const Work& work, const event::v1::TerugvallenResolved& event) {
  return CheckState(work, event.episode(), {EPISODE_STATE_OPGESCHAALD});
}

void Do(Work* work, const event::v1::TerugvallenResolved& event) { MoveTo(work, event.episode(), EPISODE_STATE_OPGELOST); }

// A state for it is one region's (Leiden); where the workflow has none it is never the moment.
Refused Check(const Work& work, const event::v1::TerugvallenDeescalated& event) {
  return WrongState("episode", base::Code(FindEpisode(work.traject(), event.episode())->state()), "gedeescaleerd");
}

void Do(Work*, const event::v1::TerugvallenDeescalated&) {}

}  // namespace overdracht::engine
