#include "services/scenario/run.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <algorithm>

#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/event/catalogue.h"
#include "services/scenario/difference.h"
#include "services/texts/sentences.h"

namespace overdracht::scenario {
namespace {

// A scenario is about one client.
constexpr char kTraject[] = "00000000-0000-4000-8000-000000000001";

std::string Refusal(const Answer& answer) { return absl::StrCat(answer.code(), ": ", texts::English(answer.refusal)); }

std::string CloudEvent(const Step& step, const std::string& id) {
  return absl::StrCat(R"({"specversion":"1.0","id":")", id, R"(","source":"urn:nld:oin:)", step.organisation,
                      R"(:systeem:scenario","type":")", event::FindKind(step.event)->type, R"(","subject":")", kTraject, R"(","time":")",
                      base::FormatTime(step.time_us), R"(","datacontenttype":"application/json","data":)", step.data, "}");
}

}  // namespace

Player::Player(const chart::Workflows& workflows, const Scenario& scenario)
    : workflows_(workflows), scenario_(scenario), names_(scenario.Names()), region_(workflows) {}

void Player::Report(const Step& step, bool quietly, Lines* lines) {
  ++reports_;
  const Answer answer = region_.Publish(CloudEvent(step, step.id.empty() ? absl::StrCat("e-", reports_) : step.id));
  const bool recorded = answer.position > written_ && !answer.duplicate;
  // What ran out before it, and its own record.
  for (; written_ < region_.records().size(); ++written_) {
    const journal::v1::Record& record = region_.records()[written_];
    if (quietly && !record.has_refusal()) continue;
    for (std::string& line : WriteRecord(record, names_)) lines->push_back(std::move(line));
  }
  if (recorded || (quietly && answer.accepted)) return;
  const auto name = names_.find(step.organisation);
  lines->push_back(absl::StrCat(WriteMoment(step.time_us), " ", name == names_.end() ? step.organisation : name->second, " ", step.event,
                                answer.duplicate ? " again: " : ": ", answer.accepted ? "accepted" : Refusal(answer)));
}

void Player::State(const Step& step, const engine::TrajectState& state, Lines* lines) const {
  const std::string waits = "waits";
  std::vector<std::string> fields = step.fields;
  const auto at = std::find(fields.begin(), fields.end(), waits);
  const bool with_waits = fields.empty() || at != fields.end();
  if (at != fields.end()) fields.erase(at);
  if (!fields.empty() || step.fields.empty()) {
    for (std::string& line : WriteState(state.traject, fields, names_)) lines->push_back(std::move(line));
  }
  if (!with_waits) return;
  for (std::string& line : WriteWaits(engine::WaitsFor(workflows_, state, region_.clock_us()))) lines->push_back(std::move(line));
}

Lines Player::Play(const Block& block, std::optional<Problem>* problem) {
  Lines lines;
  const bool quietly = block.quietly || block.used;
  for (const Step& step : block.steps) {
    const size_t refused_before = lines.size();
    switch (step.kind) {
      case Step::kReport:
        Report(step, quietly, &lines);
        break;
      case Step::kAdvance:
        region_.AdvanceTo(step.time_us);
        for (; written_ < region_.records().size(); ++written_) {
          if (quietly) continue;
          for (std::string& line : WriteRecord(region_.records()[written_], names_)) lines.push_back(std::move(line));
        }
        break;
      case Step::kState:
        for (const auto& [id, state] : region_.trajecten()) State(step, state, &lines);
        break;
    }
    if (block.used && lines.size() > refused_before) {
      *problem = Problem{step.file, step.line, absl::StrCat("expected a step that is accepted, but ", lines[refused_before])};
      return lines;
    }
  }
  return lines;
}

Outcome Run(const chart::Workflows& workflows, absl::string_view file, absl::string_view text, Files files) {
  Outcome outcome;
  Scenario scenario;
  outcome.problem = ReadScenario(file, text, files, &scenario);
  if (outcome.problem) return outcome;
  const Lines lines = absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
  Player player(workflows, scenario);
  Lines made;
  int copied = 0;
  for (const Block& block : scenario.blocks) {
    const Lines came = player.Play(block, &outcome.problem);
    if (outcome.problem) return outcome;
    if (block.used) continue;
    made.insert(made.end(), lines.begin() + copied, lines.begin() + block.first);
    if (!block.has_rule) made.push_back("----");
    made.insert(made.end(), came.begin(), came.end());
    copied = block.last;
    const Lines expected(lines.begin() + block.first, lines.begin() + block.last);
    if (!block.has_rule) {
      absl::StrAppend(&outcome.difference, file, ":", block.first, ": expected ---- and what comes of these steps (--rewrite writes it)\n");
    } else if (expected != came) {
      absl::StrAppend(&outcome.difference, WriteDifference(file, block.first, expected, came));
    }
  }
  made.insert(made.end(), lines.begin() + copied, lines.end());
  outcome.text = absl::StrJoin(made, "\n") + "\n";
  return outcome;
}

}  // namespace overdracht::scenario
