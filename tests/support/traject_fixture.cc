#include "tests/support/traject_fixture.h"

#include <absl/strings/ascii.h>
#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>

#include <algorithm>

#include "services/base/check.h"
#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/event/catalogue.h"
#include "services/oracle/oracle.h"
#include "services/scenario/scenario.h"
#include "services/scenario/words.h"
#include "tests/support/region.h"

namespace overdracht::testing {
namespace {

constexpr char kTraject[] = "00000000-0000-4000-8000-000000000001";

struct Party {
  const char* name;
  const char* oin;
};
const Party kParties[] = {{"zorgaanbieder", "00000099000000001000"},
                          {"wijkteam", "00000099000000002000"},
                          {"gemeente", "00000099000000003000"},
                          {"woningcorporatie", "00000099000000004000"},
                          {"ggz", "00000099000000005000"},
                          {"begeleider", "00000099000000006000"},
                          {"bewindvoerder", "00000099000000007000"},
                          {"ander_wijkteam", "00000099000000008000"},
                          {"andere_zorgaanbieder", "00000099000000009000"},
                          {"buitenstaander", "00000099000000010000"}};

std::optional<std::string> NoFile(absl::string_view) { return std::nullopt; }

}  // namespace

struct TrajectFixture::Inside {
  Inside() : region(ProjectWorkflows()) {
    for (const Party& one : kParties) names[one.oin] = one.name;
    region.OnRecord([this](const journal::v1::Record& record, const engine::TrajectState& before, const engine::TrajectState& after) {
      for (const oracle::Violation& one : oracle.Check(record, before.traject, after.traject)) {
        violations += absl::StrCat("invariant ", one.invariant, ": ", one.what, "\n");
      }
    });
  }

  const journal::v1::Traject& traject() const {
    OVERDRACHT_CHECK(!region.trajecten().empty(), "a test that asks before Start");
    return region.trajecten().begin()->second.traject;
  }

  // One step of a scenario: the scenarios' reader makes its data.
  scenario::Step Read(const std::string& report) const {
    std::string text = "workflow uitstroom\n";
    for (const Party& one : kParties) {
      const bool has_role = absl::StrContains(roles, one.name);
      absl::StrAppend(&text, "organisation ", one.name, " ", one.oin, has_role ? absl::StrCat(" ", one.name) : "", "\n");
    }
    absl::StrAppend(&text, "\n", scenario::WriteMoment(now), " ", report, "\n----\n");
    scenario::Scenario read;
    const auto problem = scenario::ReadScenario("test", text, NoFile, &read);
    if (problem) ADD_FAILURE() << problem->ToString();
    OVERDRACHT_CHECK(!problem && read.blocks.size() == 1 && read.blocks[0].steps.size() == 1, "a report that cannot be read");
    return read.blocks[0].steps[0];
  }

  Region region;
  oracle::Oracle oracle;
  scenario::Names names;
  std::string roles = "zorgaanbieder wijkteam gemeente";
  std::string violations;
  int64_t now = *base::ParseTime("2017-01-02T09:00:00Z");
  int reports = 0;
  size_t seen = 0;  // records before the last report or move of the clock
};

TrajectFixture::TrajectFixture() : inside_(std::make_unique<Inside>()) {}
TrajectFixture::~TrajectFixture() = default;

void TrajectFixture::TearDown() { EXPECT_EQ(inside_->violations, ""); }

void TrajectFixture::Start(const std::string& more) {
  absl::StrAppend(&inside_->roles, " ", more);
  Accepted("zorgaanbieder trajecten.started");
}

void TrajectFixture::ToTijdens() {
  for (const char* task : {"inschrijving_woningzoekende", "actieplan", "risicoinventarisatie", "crisiskaart", "inkomen_en_schulden",
                           "netwerk_in_kaart", "dagbesteding"}) {
    Accepted(absl::StrCat("zorgaanbieder tasks.completed task=", task));
  }
  Accepted("gemeente supports.granted support=s-1 provider=begeleider hoursPerWeek=4 from=2017-01-02");
  Accepted("zorgaanbieder homes.contract-signed home=w-1 kind=regular");
  ASSERT_EQ(Phase(), "tijdens");
}

void TrajectFixture::ToNa() {
  ToTijdens();
  Accepted("zorgaanbieder homes.moved-in home=w-1");
  Offer("h-na", "zorgaanbieder", "wijkteam", true);
  Bring("h-na", "afgerond");
  for (const char* task : {"brp_inschrijving", "nutscontracten", "toeslagen"})
    Accepted(absl::StrCat("zorgaanbieder tasks.completed task=", task));
  ASSERT_EQ(Phase(), "na");
}

void TrajectFixture::Offer(const std::string& handover, const std::string& sender, const std::string& recipient, bool transfers) {
  Accepted(absl::StrCat(sender, " handovers.offered handover=", handover, " recipient=", recipient,
                        " purpose=handover categories=wonen,inkomen transfersResponsibility", transfers ? "" : "=no", " dossier=d-1"));
}

void TrajectFixture::Bring(const std::string& handover, const std::string& to) {
  std::string sender, recipient;
  for (const auto& one : inside_->traject().handovers()) {
    if (one.handover() != handover) continue;
    sender = inside_->names.at(one.sender());
    recipient = inside_->names.at(one.recipient());
  }
  Accepted(absl::StrCat(recipient, " handovers.accepted handover=", handover));
  if (to == "geaccepteerd") return;
  Accepted(absl::StrCat(sender, " handovers.meeting-held handover=", handover, " participants=", sender, ",", recipient,
                        " clientPresence=present coordinator=", recipient, ":m-1"));
  if (to == "overlegd") return;
  Accepted(absl::StrCat(sender, " handovers.farewell-held handover=", handover, " clientKnowsContact"));
}

std::string TrajectFixture::Reports(const std::string& report) {
  const scenario::Step step = inside_->Read(report);
  inside_->seen = inside_->region.records().size();
  const std::string id = step.id.empty() ? absl::StrCat("e-", ++inside_->reports) : step.id;
  const Answer answer =
      inside_->region.Publish(absl::StrCat(R"({"specversion":"1.0","id":")", id, R"(","source":"urn:nld:oin:)", step.organisation,
                                           R"(:systeem:test","type":")", event::FindKind(step.event)->type, R"(","subject":")", kTraject,
                                           R"(","time":")", base::FormatTime(inside_->now), R"(","data":)", step.data, "}"));
  const std::string again = answer.duplicate ? " again" : "";
  return answer.accepted ? "accepted" + again : absl::StrCat(answer.code(), " ", base::Code(answer.refusal.reason()), again);
}

void TrajectFixture::Accepted(const std::string& report) { EXPECT_EQ(Reports(report), "accepted") << report; }

void TrajectFixture::Later(const std::string& duration) {
  const auto parsed = base::ParseDuration(duration);
  OVERDRACHT_CHECK(parsed.has_value(), "a duration that is none");
  At(base::FormatTime(base::Add(inside_->now, *parsed)));
}

void TrajectFixture::At(const std::string& moment) {
  std::string text = moment;
  if (absl::StrContains(text, " ")) text = absl::StrCat(text.replace(text.find(' '), 1, "T"), ":00Z");
  const auto parsed = base::ParseTime(text);
  OVERDRACHT_CHECK(parsed.has_value(), "a moment that is none");
  inside_->seen = inside_->region.records().size();
  inside_->now = *parsed;
  inside_->region.AdvanceTo(inside_->now);
}

std::string TrajectFixture::Came() const {
  std::string came;
  for (size_t i = inside_->seen; i < inside_->region.records().size(); ++i) {
    for (const std::string& line : scenario::WriteRecord(inside_->region.records()[i], inside_->names)) absl::StrAppend(&came, line, "\n");
  }
  return came;
}

bool TrajectFixture::Told(const std::string& to, const std::string& notice) const {
  const bool among = absl::EndsWith(to, "*");
  const std::string who = among ? to.substr(0, to.size() - 1) : to;
  for (absl::string_view line : absl::StrSplit(Came(), '\n')) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(": ", 1));
    if (!absl::StartsWith(parts.first, "  told ") || !absl::StartsWith(parts.second, notice)) continue;
    std::vector<std::string> told = absl::StrSplit(parts.first.substr(7), ", ");
    if (among && std::count(told.begin(), told.end(), who) > 0) return true;
    std::vector<std::string> expected = absl::StrSplit(who, ", ");
    std::sort(told.begin(), told.end());
    std::sort(expected.begin(), expected.end());
    if (told == expected) return true;
  }
  return false;
}

bool TrajectFixture::ToldNobody(const std::string& notice) const {
  const std::vector<std::string> lines = absl::StrSplit(Came(), '\n');
  return std::none_of(lines.begin(), lines.end(),
                      [&](const std::string& line) { return absl::StartsWith(line, "  told ") && absl::StrContains(line, ": " + notice); });
}

bool TrajectFixture::Stands(const std::string& line) const {
  for (const std::string& one : scenario::WriteState(inside_->traject(), {}, inside_->names)) {
    if (absl::StartsWith(one, line)) return true;
  }
  return false;
}

std::string TrajectFixture::Phase() const { return inside_->traject().configuration(0); }
std::string TrajectFixture::Status() const { return base::Code(inside_->traject().status()); }
std::string TrajectFixture::Responsible() const { return inside_->names.at(inside_->traject().responsible()); }

bool TrajectFixture::TaskOpen(const std::string& task) const {
  for (const auto& one : inside_->traject().tasks()) {
    if (one.task() == task) return one.open();
  }
  return false;
}

std::string TrajectFixture::Due(const std::string& of, const std::string& reference) const {
  for (const auto& one : inside_->traject().timers()) {
    if (base::Code(one.of()) != of || one.reference() != reference) continue;
    return one.stands_still() ? "stands still" : scenario::WriteMoment(one.at_us());
  }
  return "none";
}

}  // namespace overdracht::testing
