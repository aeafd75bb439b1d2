#include "services/chart/show.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>

#include <map>
#include <vector>

#include "services/base/codes.h"

namespace overdracht::chart {
namespace {

using google::protobuf::RepeatedPtrField;
using workflow::v1::State;
using workflow::v1::Transition;
using workflow::v1::WorkflowDefinition;
using workflow::v1::WorkflowTexts;

bool EndsTheTraject(const State& state) { return state.final() != notice::v1::STATUS_UNSPECIFIED; }

class Diagram {
 public:
  Diagram(const WorkflowDefinition& definition, const WorkflowTexts& texts) {
    for (const auto& text : texts.texts()) labels_[text.name()] = text.label();
    for (const State& phase : definition.phases()) Find(phase, {});
  }

  std::string Draw(const WorkflowDefinition& definition) {
    out_ = "stateDiagram-v2\n";
    DrawInside({}, definition.phases(), false, definition.phases().empty() ? "" : definition.phases(0).name());
    return std::move(out_);
  }

 private:
  // The states around a state, outermost first, and the state.
  using Path = std::vector<std::string>;

  void Find(const State& state, Path path) {
    path.push_back(state.name());
    paths_[state.name()] = path;
    all_.push_back(&state);
    for (const State& child : state.states()) Find(child, path);
  }

  // What stands in one state, or in the chart: its states, where it begins, and the transitions that belong here.
  void DrawInside(const Path& path, const RepeatedPtrField<State>& states, bool parallel, const std::string& initial) {
    for (int i = 0; i < states.size(); ++i) {
      if (parallel && i > 0) Line(path.size(), "--");
      DrawState(path, states[i]);
    }
    if (!parallel && !initial.empty()) Line(path.size(), absl::StrCat("[*] --> ", Id(initial)));
    for (const State* source : all_) {
      for (const Transition& transition : source->transitions()) {
        if (Inside(source->name(), transition.to()) == path) DrawTransition(path.size(), *source, transition);
      }
      if (EndsTheTraject(*source) && Around(source->name()) == path) Line(path.size(), absl::StrCat(Id(source->name()), " --> [*]"));
    }
  }

  void DrawState(const Path& path, const State& state) {
    const bool is_history = state.history() != workflow::v1::HISTORY_UNSPECIFIED;
    const std::string label = is_history ? (state.history() == workflow::v1::HISTORY_DEEP ? "H*" : "H") : LabelOf(state.name());
    const std::string head = absl::StrCat("state \"", label, "\" as ", Id(state.name()));
    if (state.states().empty()) return Line(path.size(), head);
    Line(path.size(), absl::StrCat(head, " {"));
    Path inside = path;
    inside.push_back(state.name());
    DrawInside(inside, state.states(), state.parallel(), state.initial().empty() ? state.states(0).name() : state.initial());
    Line(path.size(), "}");
  }

  void DrawTransition(size_t depth, const State& source, const Transition& transition) {
    std::vector<std::string> why;
    if (transition.has_on()) why.push_back(Why(transition.on()));
    std::vector<std::string> gates;
    for (const auto& gate : transition.gates()) gates.push_back(LabelOf(gate.name()));
    if (!gates.empty()) why.push_back(absl::StrCat("[", absl::StrJoin(gates, ", "), "]"));
    Line(depth, absl::StrCat(Id(source.name()), " --> ", Id(transition.to()), why.empty() ? "" : " : ", absl::StrJoin(why, " ")));
  }

  std::string Why(const workflow::v1::Trigger& trigger) const {
    std::vector<std::string> values;
    for (const auto& match : trigger.where()) {
      values.push_back(absl::StrJoin(match.codes(), "/", [&](std::string* out, const std::string& code) { out->append(LabelOf(code)); }));
    }
    const std::string event = trigger.event().empty() ? base::Code(trigger.internal()) : trigger.event();
    return values.empty() ? event : absl::StrCat(event, " (", absl::StrJoin(values, ", "), ")");
  }

  // The states around a state, without itself.
  Path Around(const std::string& name) const {
    const auto it = paths_.find(name);
    return it == paths_.end() ? Path() : Path(it->second.begin(), it->second.end() - 1);
  }

  // The innermost state that holds both, as path; neither of the two holds itself.
  Path Inside(const std::string& source, const std::string& target) const {
    const Path a = Around(source), b = Around(target);
    size_t same = 0;
    while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
    return Path(a.begin(), a.begin() + same);
  }

  // Mermaid has words of its own.
  static std::string Id(const std::string& name) {
    static const auto* reserved =
        new std::vector<std::string>{"state", "note", "end", "direction", "as", "fork", "join", "choice", "default"};
    for (const std::string& word : *reserved) {
      if (name == word) return absl::StrCat(name, "_");
    }
    return name;
  }

  std::string LabelOf(const std::string& name) const {
    const auto it = labels_.find(name);
    return absl::StrReplaceAll(
        it == labels_.end() ? name : it->second,
        {{"\"", "'"}, {":", " -"}, {";", ","}, {"#", ""}, {"<", ""}, {">", ""}, {"{", "("}, {"}", ")"}, {"\n", " "}});
  }

  void Line(size_t depth, absl::string_view text) { absl::StrAppend(&out_, std::string(2 * depth + 2, ' '), text, "\n"); }

  std::map<std::string, std::string> labels_;
  std::map<std::string, Path> paths_;
  std::vector<const State*> all_;  // in document order
  std::string out_;
};

}  // namespace

std::string Mermaid(const WorkflowDefinition& definition, const WorkflowTexts& texts) {
  return Diagram(definition, texts).Draw(definition);
}

}  // namespace overdracht::chart
