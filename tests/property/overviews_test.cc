// What an organisation's overview says of a traject is true, and is all that it may know, at every record of walks drawn by chance: it is
// folded from the organisation's outbox alone and compared with the traject itself. And what is reported next stands in the explanation.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "services/base/codes.h"
#include "services/engine/query.h"
#include "services/event/write.h"
#include "services/partner/overview/explain.h"
#include "services/partner/overview/fold.h"
#include "tests/property/walk.h"

namespace overdracht::testing {
namespace {

using api::v1::TrajectOverview;
using journal::v1::Record;
using journal::v1::Traject;

constexpr int kWalks = 8;
// Every so many reports one is asked for in an explanation, before it is made.
constexpr int kExplained = 6;

using Facts = std::set<std::string>;

template <typename... Parts>
void Say(Facts* facts, Parts... parts) {
  facts->insert(absl::StrCat(parts...));
}

Facts FactsOf(const TrajectOverview& overview) {
  Facts facts;
  Say(&facts, "phase ", overview.phase());
  Say(&facts, "status ", overview.status());
  Say(&facts, "responsible ", overview.responsible());
  for (const auto& participant : overview.participants()) Say(&facts, "participant ", participant.role(), participant.organisation());
  for (const auto& task : overview.tasks()) {
    if (task.outcome() == notice::v1::TASK_OUTCOME_UNSPECIFIED) Say(&facts, "task ", task.task());
  }
  for (const auto& handover : overview.handovers()) {
    Say(&facts, "handover ", handover.handover(), " ", handover.state(), handover.transfers_responsibility(), handover.purpose());
  }
  for (const auto& disclosure : overview.disclosures()) {
    if (disclosure.open())
      Say(&facts, "open ", disclosure.handover(), " ", disclosure.category(), disclosure.consent(), disclosure.override());
  }
  for (const auto& episode : overview.episodes()) Say(&facts, "episode ", episode.episode(), " ", episode.state(), episode.severity());
  return facts;
}

// What `organisation`, which takes part, should know. Of the episodes those that it was told of: others were before its time.
Facts TruthFor(const std::string& organisation, const Traject& traject, const TrajectOverview& overview) {
  const bool care = engine::HoldsCareRole(traject, organisation);
  Facts facts;
  Say(&facts, "phase ", engine::Phase(traject));
  const bool hidden = !care && traject.status() == notice::v1::STATUS_ONDERBROKEN;
  Say(&facts, "status ", hidden ? notice::v1::STATUS_LOPEND : traject.status());
  Say(&facts, "responsible ", traject.responsible());
  // Which part of the list it may see is the oracle's to hold; that it is the list of now is held here.
  for (const auto& participant : traject.participants()) {
    for (const auto& seen : overview.participants()) {
      if (seen.role() == participant.role()) Say(&facts, "participant ", participant.role(), participant.organisation());
    }
  }
  for (const auto& seen : overview.participants()) {
    if (seen.role() == event::v1::ROLE_VERTREKKEND) Say(&facts, "participant ", seen.role(), seen.organisation());
  }
  for (const auto& task : traject.tasks()) {
    if (task.open() && task.owner() == organisation) Say(&facts, "task ", task.task());
  }
  for (const auto& handover : traject.handovers()) {
    if (handover.sender() != organisation && handover.recipient() != organisation) continue;
    Say(&facts, "handover ", handover.handover(), " ", handover.state(), handover.transfers_responsibility(), handover.purpose());
  }
  for (const auto& disclosure : traject.disclosures()) {
    if (!disclosure.open() || disclosure.recipient() != organisation) continue;
    Say(&facts, "open ", disclosure.handover(), " ", disclosure.category(), disclosure.consent(), disclosure.override());
  }
  for (const auto& episode : traject.episodes()) {
    for (const auto& seen : overview.episodes()) {
      if (seen.episode() == episode.episode()) Say(&facts, "episode ", episode.episode(), " ", episode.state(), episode.severity());
    }
  }
  return facts;
}

std::string Difference(const Facts& overview, const Facts& truth) {
  std::string text;
  for (const std::string& fact : overview) {
    if (truth.count(fact) == 0) absl::StrAppend(&text, "only in the overview: ", fact, "\n");
  }
  for (const std::string& fact : truth) {
    if (overview.count(fact) == 0) absl::StrAppend(&text, "only in the traject: ", fact, "\n");
  }
  return text;
}

std::set<std::string> Explain(const TrajectOverview& overview, const Record& record, const engine::TrajectState& state) {
  partner::Explanation explanation(overview, record.event().organisation(), ProjectWorkflows(), "test:");
  while (!explanation.Attempts().empty()) {
    std::vector<region::Answer> answers;
    for (const event::v1::Event& attempt : explanation.Attempts()) {
      engine::TrajectState copy = state;
      Record tried;
      tried.set_number(record.number());
      tried.set_traject(record.traject());
      tried.set_time_us(record.time_us());
      *tried.mutable_event() = attempt;
      engine::Decide(ProjectWorkflows(), &copy, &tried);
      region::Answer& answer = answers.emplace_back();
      if (tried.has_refusal()) answer.refusal = tried.refusal();
    }
    explanation.Learn(answers);
  }
  std::set<std::string> permitted;
  const api::v1::ExplainTrajectResponse result = explanation.Result();
  for (const auto& one : result.permitted()) permitted.insert(one.kind());
  return permitted;
}

// The first field of an event, where it names something by an id that others gave it.
std::string NamedThing(const event::v1::Event& event) {
  const event::Kind& kind = *event::KindOf(event);
  const event::Field& first = kind.fields[0];
  const auto& data = event.GetReflection()->GetMessage(event, kind.data);
  return first.type == event::Field::kText && !first.list ? data.GetReflection()->GetString(data, first.descriptor) : "";
}

class Overviews {
 public:
  // Before the record is folded.
  void ExplainSometimes(const Record& record, const engine::TrajectState& before) {
    if (!record.has_event() || record.has_refusal() || !before.started() || ++reports_ % kExplained != 0) return;
    const TrajectOverview& overview = overviews_[{record.traject(), record.event().organisation()}];
    const std::string kind = event::KindOf(record.event())->name;
    if (Explain(overview, record, before).count(kind) > 0) {
      ++explained_;
      return;
    }
    // It was not told of this home, this support, this consent or this task: others were.
    ++unknown_;
    ASSERT_EQ(overview.SerializeAsString().find(NamedThing(record.event())), std::string::npos)
        << kind << " was accepted at record " << record.number() << ", but the explanation does not have it";
  }

  void Add(const Record& record, const Traject& traject) {
    for (int n = 0; n < record.notices_size(); ++n) {
      for (const std::string& to : record.notices(n).to()) Fold(event::ItemOf(0, record, n), to, traject);
    }
    if (record.has_event()) Fold(event::ItemOf(0, record, event::kAnswer), record.event().organisation(), traject);
    if (!record.has_refusal()) Compare(record, traject);
  }

  size_t compared() const { return compared_; }
  size_t hidden() const { return hidden_; }
  size_t explained() const { return explained_; }
  size_t unknown() const { return unknown_; }

 private:
  void Fold(const api::v1::OutboxItem& item, const std::string& organisation, const Traject& traject) {
    if (partner::Tells(item)) partner::Fold(item, &overviews_[{traject.id(), organisation}]);
  }

  void Compare(const Record& record, const Traject& traject) {
    for (const auto& [key, overview] : overviews_) {
      const auto& [id, organisation] = key;
      if (id != traject.id() || !engine::TakesPart(traject, organisation)) continue;
      ++compared_;
      const std::string difference = Difference(FactsOf(overview), TruthFor(organisation, traject, overview));
      ASSERT_EQ(difference, "") << "for " << organisation << " after record " << record.number();
      if (engine::HoldsCareRole(traject, organisation)) continue;
      ASSERT_TRUE(overview.episodes().empty()) << "for " << organisation << ", which has no care role, after record " << record.number();
      if (traject.status() == notice::v1::STATUS_ONDERBROKEN) ++hidden_;
    }
  }

  std::map<std::pair<std::string, std::string>, TrajectOverview> overviews_;
  size_t compared_ = 0, hidden_ = 0, reports_ = 0, explained_ = 0, unknown_ = 0;
};

class EveryWorkflow : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryWorkflow, AnOverviewSaysWhatIsTrue) {
  size_t compared = 0, hidden = 0, explained = 0, unknown = 0;
  for (int seed = 1; seed <= kWalks * Effort() && !HasFatalFailure(); ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Overviews overviews;
    Draw(seed, GetParam(), 250, [&](const Record& record, const engine::TrajectState& before, const engine::TrajectState& after) {
      if (!HasFatalFailure() && after.started()) overviews.ExplainSometimes(record, before);
      if (!HasFatalFailure() && after.started()) overviews.Add(record, after.traject);
    });
    compared += overviews.compared();
    hidden += overviews.hidden();
    explained += overviews.explained();
    unknown += overviews.unknown();
  }
  std::cout << GetParam() << ": " << compared << " overviews compared, " << hidden << " of an interruption that is not told; " << explained
            << " reports explained before they were made, " << unknown << " of things that the reporter was not told of\n";
  EXPECT_GT(compared, 300u);
  EXPECT_GT(explained, 3 * unknown);
}

INSTANTIATE_TEST_SUITE_P(Walks, EveryWorkflow,
                         ::testing::Values("uitstroom", "uitstroom-apeldoorn", "uitstroom-den-haag", "uitstroom-dordrecht"));

}  // namespace
}  // namespace overdracht::testing
