#include "services/engine/decide/terms.h"

#include "services/base/check.h"

namespace overdracht::engine {
namespace {

using workflow::v1::Escalation;
using workflow::v1::Step;

// A chain of escalation at work: which one, how long its own term is, and who is told beside those that a step names.
struct Chain {
  const Escalation* escalation = nullptr;
  std::string term;
  const google::protobuf::RepeatedPtrField<workflow::v1::Party>* also_tell = nullptr;
};

const workflow::v1::EpisodeTerm* TermOfState(const Work& work, notice::v1::EpisodeState state) {
  for (const workflow::v1::EpisodeTerm& term : work.definition().terugval().terms()) {
    if (term.state() == state) return &term;
  }
  return nullptr;
}

Chain ChainOf(const Work& work, TermKind of, const std::string& reference) {
  const workflow::v1::WorkflowDefinition& definition = work.definition();
  switch (of) {
    case notice::v1::TERM_KIND_TASK: {
      const workflow::v1::Task& task = *work.workflow().FindTaskCalled(reference);
      return {&definition.task_escalation(), TermOf(work, task), &task.also_tell()};
    }
    case notice::v1::TERM_KIND_ANSWER:
      return {&definition.handover().answer().escalation(), definition.handover().answer().term()};
    case notice::v1::TERM_KIND_MORE:
      return {&definition.handover().more().escalation(), definition.handover().more().term()};
    case notice::v1::TERM_KIND_MEETING:
      return {&definition.handover().meeting().escalation(), definition.handover().meeting().term()};
    case notice::v1::TERM_KIND_FAREWELL:
      return {&definition.handover().farewell().escalation(), definition.handover().farewell().term()};
    case notice::v1::TERM_KIND_ASSESSMENT:
    case notice::v1::TERM_KIND_RESPONSE:
    case notice::v1::TERM_KIND_RESPITE:
    case notice::v1::TERM_KIND_REVIEW: {
      const journal::v1::Episode& episode = *FindEpisode(work.traject(), reference);
      const workflow::v1::EpisodeTerm& term = *TermOfState(work, episode.state());
      return {&term.escalation(), episode.severity() == event::v1::SEVERITY_CRISIS ? term.crisis() : term.dreigend()};
    }
    case notice::v1::TERM_KIND_DECISION: {
      const workflow::v1::Decision& decision = *work.workflow().FindDecision(reference);
      return {&decision.escalation(), decision.term()};
    }
    case notice::v1::TERM_KIND_STAY:
      return {&definition.stay().escalation(), definition.stay().longest()};
    default:
      break;
  }
  OVERDRACHT_CHECK(false, "a term without a chain of escalation");
}

const Step& StepOf(const Escalation& escalation, uint32_t times) {
  return escalation.steps(static_cast<int>(std::min<uint32_t>(times, escalation.steps_size())) - 1);
}

Organisations Told(const Work& work, const Chain& chain, uint32_t times, const std::string& reference) {
  Organisations told = Parties(work, StepOf(*chain.escalation, times).tell(), reference);
  if (chain.also_tell != nullptr) {
    for (const std::string& one : Parties(work, *chain.also_tell, reference)) AddOnce(one, &told);
  }
  return told;
}

// When the step that comes `times`-th is due, counted from now.
base::Micros WaitEnds(const Work& work, const Chain& chain, uint32_t times) {
  const Step& step = StepOf(*chain.escalation, times);
  const auto from_now = [&](const std::string& wait) { return base::Add(work.now(), work.workflow().DurationOf(wait)); };
  if (!step.wait().empty()) return from_now(step.wait());
  const base::Micros same = from_now(chain.term);
  return step.at_most().empty() ? same : std::min(same, from_now(step.at_most()));
}

void Escalate(Work* work, const journal::v1::Timer& timer) {
  const Chain chain = ChainOf(*work, timer.of(), timer.reference());
  ClearTimer(work, timer);
  if (chain.escalation->steps().empty()) return;
  const Organisations told = Told(*work, chain, timer.times(), timer.reference());
  const base::Micros next_at = WaitEnds(*work, chain, timer.times() + 1);
  if (!RuleOut(Rule::kEscalationGoesOn)) SetTimer(work, timer.of(), timer.reference(), next_at, timer.times() + 1);
  notice::v1::Notice* notice = work->Tell(told);
  if (notice == nullptr) return;
  notice::v1::TermExpired* expired = notice->mutable_term_expired();
  expired->set_of(timer.of());
  expired->set_reference(timer.reference());
  expired->set_times(timer.times());
  expired->mutable_next()->set_at_us(next_at);
  for (const std::string& one : Told(*work, chain, timer.times() + 1, timer.reference())) expired->mutable_next()->add_to(one);
}

void ExpireConsent(Work* work, const std::string& id) {
  if (RuleOut(Rule::kConsentExpires)) return;
  journal::v1::Consent consent = *FindConsent(work->traject(), id);
  consent.clear_categories();
  work->Emit([&](journal::v1::Effect* e) { *e->mutable_consent_changed()->mutable_consent() = consent; });
}

const workflow::v1::Series* SeriesOf(const Work& work, TermKind of, const std::string& reference) {
  for (const workflow::v1::Series& series : work.definition().series()) {
    const journal::v1::Series* runs = FindSeries(work.traject(), series.name());
    if (runs == nullptr || series.of() != of) continue;
    if (SeriesReference(series, std::max(runs->covered(), runs->told()) + 1) == reference) return &series;
  }
  return nullptr;
}

}  // namespace

void RunOut(Work* work, const journal::v1::TermRanOut& term) {
  const journal::v1::Timer* found = FindTimer(work->traject(), term.of(), term.reference());
  OVERDRACHT_CHECK(found != nullptr && found->at_us() == term.due_us(), "a term ran out that nobody set");
  const journal::v1::Timer timer = *found;  // a copy: what follows takes it out of the state
  switch (term.of()) {
    case notice::v1::TERM_KIND_MONITORING:
    case notice::v1::TERM_KIND_WAAKVLAM:
    case notice::v1::TERM_KIND_SERIES:
      return MissedContact(work, *SeriesOf(*work, term.of(), term.reference()), term.reference());
    case notice::v1::TERM_KIND_SUPPORT_BEGINS:
    case notice::v1::TERM_KIND_SUPPORT_ENDS:
    case notice::v1::TERM_KIND_ELAPSED:
      return ClearTimer(work, timer);  // what was waited for follows from the time
    case notice::v1::TERM_KIND_CONSENT_ENDS:
      ClearTimer(work, timer);
      return ExpireConsent(work, term.reference());
    default:
      return Escalate(work, timer);
  }
}

}  // namespace overdracht::engine
