#include "services/scenario/scenario.h"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <absl/strings/strip.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "overdracht/event/v1/codes.pb.h"
#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/event/catalogue.h"
#include "services/event/forms.h"
#include "services/scenario/words.h"

namespace overdracht::scenario {
namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;
using MaybeProblem = std::optional<std::string>;  // the message

constexpr absl::string_view kRule = "----";
constexpr absl::string_view kRole = "role:";  // where an organisation or a role may stand
constexpr char kWaits[] = "waits";
constexpr int kDeepestUse = 4;
// Of a dossier whose digest the scenario does not care for.
const char* const kDigest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

// The value of a field as JSON. What does not fit is left as text: the reader of events refuses it, and that can be a scenario too.
class Values {
 public:
  explicit Values(const Scenario& scenario) : scenario_(scenario) {}

  Json Value(const event::Field& field, const std::string& text) const {
    if (!field.list) return One(field, text);
    Json list = Json::array();
    if (text.empty()) return list;
    for (absl::string_view one : absl::StrSplit(text, ',')) list.push_back(One(field, std::string(one)));
    return list;
  }

  std::string Oin(const std::string& name) const {
    for (const Organisation& one : scenario_.organisations) {
      if (one.name == name) return one.oin;
    }
    return name;
  }

 private:
  Json One(const event::Field& field, const std::string& text) const {
    double number = 0;
    switch (field.type) {
      case event::Field::kNumber:
        return absl::SimpleAtod(text, &number) ? Json(number) : Json(text);
      case event::Field::kBoolean:
        return text == "yes" || text == "no" ? Json(text == "yes") : Json(text);
      case event::Field::kGroup:
        return Group(field, absl::StrSplit(text, absl::MaxSplits(':', 1)));
      default:
        break;
    }
    const bool organisation = field.rule.format() == event::v1::FORMAT_OIN || field.rule.format() == event::v1::FORMAT_OIN_OR_ROLE;
    if (organisation) return absl::StartsWith(text, kRole) ? Json(text.substr(kRole.size())) : Json(Oin(text));
    return Json(text);
  }

  // role:organisation, reference:digest, …: its fields in the order of the catalogue.
  Json Group(const event::Field& field, const Words& parts) const {
    Json group = Json::object();
    for (size_t i = 0; i < field.fields.size(); ++i) {
      const event::Field& inner = field.fields[i];
      if (i < parts.size()) {
        group[inner.name] = Value(inner, parts[i]);
      } else if (inner.rule.format() == event::v1::FORMAT_DIGEST) {
        group[inner.name] = kDigest;
      }
    }
    return group;
  }

  const Scenario& scenario_;
};

class Reader {
 public:
  Reader(Files files, Scenario* scenario) : files_(files), scenario_(*scenario) {}

  // What `use` names in it lies in `folder`, which is empty or ends with /.
  std::optional<Problem> Read(const std::string& file, absl::string_view text, const std::string& folder, int depth) {
    const Words lines = absl::StrSplit(absl::StripSuffix(text, "\n"), '\n');
    for (size_t i = 0; i < lines.size();) {
      const int line = static_cast<int>(i) + 1;
      MaybeProblem problem;
      if (IsBlank(lines[i])) {
        ++i;
      } else if (const Words words = absl::StrSplit(lines[i], ' ', absl::SkipEmpty()); words[0] == "workflow") {
        problem = ReadWorkflow(words);
        ++i;
      } else if (words[0] == "organisation") {
        problem = ReadOrganisation(words);
        ++i;
      } else if (words[0] == "use") {
        if (auto inner = Use(words, file, line, folder, depth)) return inner;
        ++i;
      } else {
        if (auto inner = ReadBlock(lines, file, depth > 0, &i)) return inner;
      }
      if (problem) return Problem{file, line, *problem};
    }
    if (depth == 0 && scenario_.workflow.empty()) return Problem{file, 1, "expected a line `workflow ID`, but there is none"};
    return std::nullopt;
  }

 private:
  static bool IsBlank(const std::string& line) {
    const absl::string_view text = absl::StripLeadingAsciiWhitespace(line);
    return text.empty() || text[0] == '#';
  }

  MaybeProblem ReadWorkflow(const Words& words) {
    if (words.size() != 2) return "expected `workflow ID`";
    if (!scenario_.workflow.empty()) return "expected one line `workflow`, but this is a second";
    scenario_.workflow = words[1];
    return std::nullopt;
  }

  MaybeProblem ReadOrganisation(const Words& words) {
    if (words.size() < 3 || !event::HasForm(event::v1::FORMAT_OIN, words[2])) {
      return "expected `organisation NAME OIN [ROLE…]` with an OIN of 20 digits";
    }
    for (const Organisation& one : scenario_.organisations) {
      if (one.name == words[1] || one.oin == words[2])
        return absl::StrCat("expected an organisation that is not there yet, but ", one.name, " is");
    }
    Organisation made{words[1], words[2], Words(words.begin() + 3, words.end())};
    for (const std::string& role : made.roles) {
      if (!base::Parse<event::v1::Role>(role))
        return absl::StrCat("expected a role (", event::ReportableRoles(), "), but ", role, " is none");
    }
    scenario_.organisations.push_back(std::move(made));
    return std::nullopt;
  }

  std::optional<Problem> Use(const Words& words, const std::string& file, int line, const std::string& folder, int depth) {
    if (words.size() != 2) return Problem{file, line, "expected `use FILE`"};
    if (depth == kDeepestUse) return Problem{file, line, "expected files that use one another at most 4 deep"};
    const std::string path = folder + words[1];
    const std::optional<std::string> text = files_(path);
    if (!text) return Problem{file, line, absl::StrCat("expected a file beside this one, but ", words[1], " is not there")};
    return Read(path, *text, path.substr(0, path.rfind('/') + 1), depth + 1);
  }

  // From its first step to the blank line after what came of it.
  std::optional<Problem> ReadBlock(const Words& lines, const std::string& file, bool used, size_t* i) {
    Block block;
    block.used = used;
    if (lines[*i] == "quietly") {
      block.quietly = true;
      ++*i;
    }
    for (; *i < lines.size() && lines[*i] != kRule && !lines[*i].empty(); ++*i) {
      if (IsBlank(lines[*i])) continue;
      Step step;
      step.file = file;
      step.line = static_cast<int>(*i) + 1;
      const Words words = absl::StrSplit(lines[*i], ' ', absl::SkipEmpty());
      if (MaybeProblem problem = ReadStep(words, &step)) return Problem{file, step.line, *problem};
      block.steps.push_back(std::move(step));
    }
    if (block.steps.empty()) return Problem{file, static_cast<int>(*i), "expected at least one step before ----"};
    block.has_rule = *i < lines.size() && lines[*i] == kRule;
    if (block.has_rule) ++*i;
    if (block.has_rule && used) return Problem{file, static_cast<int>(*i), "expected steps alone in a file that is used, but here is ----"};
    block.first = static_cast<int>(*i);
    while (*i < lines.size() && !lines[*i].empty()) ++*i;
    block.last = static_cast<int>(*i);
    scenario_.blocks.push_back(std::move(block));
    return std::nullopt;
  }

  MaybeProblem ReadStep(const Words& words, Step* step) {
    if (words[0] == "state") {
      step->kind = Step::kState;
      step->fields.assign(words.begin() + 1, words.end());
      Words known = StateFields();
      known.push_back(kWaits);
      for (const std::string& field : step->fields) {
        if (std::find(known.begin(), known.end(), field) == known.end()) {
          return absl::StrCat("expected one of ", absl::StrJoin(known, ", "), ", but ", field, " is none");
        }
      }
      return std::nullopt;
    }
    if (words[0] == "advance") {
      step->kind = Step::kAdvance;
      if (words.size() != 4 || words[1] != "to") return "expected `advance to YYYY-MM-DD HH:MM`";
      return ReadMoment(words[2], words[3], step);
    }
    if (words.size() < 4) {
      return "expected `YYYY-MM-DD HH:MM ORGANISATION EVENT [FIELD=VALUE…]`, `advance to YYYY-MM-DD HH:MM` or `state [FIELD…]`";
    }
    if (MaybeProblem problem = ReadMoment(words[0], words[1], step)) return problem;
    return ReadReport(words, step);
  }

  static MaybeProblem ReadMoment(const std::string& day, const std::string& clock, Step* step) {
    const auto moment = base::ParseTime(absl::StrCat(day, "T", clock, clock.size() == 5 ? ":00Z" : "Z"));
    if (!moment) return absl::StrCat("expected a moment YYYY-MM-DD HH:MM[:SS], but ", day, " ", clock, " is none");
    step->time_us = *moment;
    return std::nullopt;
  }

  MaybeProblem ReadReport(const Words& words, Step* step) {
    const Values values(scenario_);
    step->organisation = values.Oin(words[2]);
    if (!event::HasForm(event::v1::FORMAT_OIN, step->organisation)) {
      return absl::StrCat("expected the name of an organisation, but ", words[2], " is none");
    }
    step->event = words[3];
    const event::Kind* kind = event::FindKind(step->event);
    if (kind == nullptr) return absl::StrCat("expected the name of an event, but ", step->event, " is none");
    Json data = Json::object();
    for (size_t i = 4; i < words.size(); ++i) {
      const size_t equals = words[i].find('=');
      const std::string name = words[i].substr(0, equals);
      const std::string value = equals == std::string::npos ? "yes" : words[i].substr(equals + 1);
      if (name == "id") {
        step->id = value;
        continue;
      }
      const auto field = std::find_if(kind->fields.begin(), kind->fields.end(), [&](const event::Field& one) { return one.name == name; });
      data[name] = field == kind->fields.end() ? Json(value) : values.Value(*field, value);
    }
    if (step->event == "trajecten.started") FillStart(&data);
    step->data = data.dump();
    return std::nullopt;
  }

  // What the head of the scenario says already.
  void FillStart(Json* data) const {
    if (!data->contains("workflow")) (*data)["workflow"] = scenario_.workflow;
    if (!data->contains("client")) (*data)["client"] = "c-1";
    if (data->contains("participants")) return;
    Json participants = Json::array();
    for (const Organisation& one : scenario_.organisations) {
      for (const std::string& role : one.roles) participants.push_back({{"role", role}, {"organisation", one.oin}});
    }
    (*data)["participants"] = participants;
  }

  Files files_;
  Scenario& scenario_;
};

}  // namespace

std::map<std::string, std::string> Scenario::Names() const {
  std::map<std::string, std::string> names;
  for (const Organisation& one : organisations) names[one.oin] = one.name;
  return names;
}

std::string Problem::ToString() const { return absl::StrCat(file, ":", line, ": ", message); }

std::optional<Problem> ReadScenario(absl::string_view file, absl::string_view text, Files files, Scenario* scenario) {
  return Reader(files, scenario).Read(std::string(file), text, "", 0);
}

}  // namespace overdracht::scenario
