#include "services/chart/read.h"

#include <absl/container/flat_hash_set.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

#include "services/base/limits.h"
#include "services/chart/check.h"
#include "services/chart/merge.h"
#include "services/chart/reader.h"
#include "services/chart/tree.h"

namespace overdracht::chart {
namespace {

using google::protobuf::Descriptor;

// A region on top of a region on top of the base is as far as anybody can follow.
constexpr size_t kMaxExtends = 4;

bool IsWorkflowId(absl::string_view id) {
  return !id.empty() && id.size() <= 64 &&
         std::all_of(id.begin(), id.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

// Takes an entry out of a map: what it was, or nothing.
Node TakeEntry(absl::string_view key, Node* map) {
  const auto it = std::find_if(map->entries.begin(), map->entries.end(), [&](const Entry& entry) { return entry.key == key; });
  if (it == map->entries.end()) return {};
  Node value = std::move(it->value);
  map->entries.erase(it);
  return value;
}

// The files of a workflow and of those that it extends: first its own, the outermost base last.
class Files {
 public:
  Files(Source source, Findings* findings) : source_(source), findings_(findings) {}

  void Read(const std::string& id, const Place& asked_for_at) {
    ids_.push_back(id);
    Node definition = ReadFile(absl::StrCat(id, "/workflow.yaml"), asked_for_at);
    Node texts = ReadFile(absl::StrCat(id, "/texts.nl.yaml"), definition.place.file == nullptr ? asked_for_at : definition.place);
    if (definition.kind == Node::kMap) {
      const Node name = TakeEntry("workflow", &definition);
      if (name.text != id) {
        findings_->Add(name.place.file == nullptr ? definition.place : name.place, "workflow",
                       absl::StrCat("expected the workflow's name, 'workflow: ", id, "', but this says otherwise"));
      }
    }
    const Node base = TakeEntry("extends", &definition);
    definitions_.push_back(std::move(definition));
    texts_.push_back(std::move(texts));
    if (base.kind != Node::kNothing) ReadBase(base);
  }

  // Every file could be read; else findings would follow about what is missing.
  bool is_whole() const { return is_whole_; }

  Node Definition() { return MergeAll(&definitions_, workflow::v1::WorkflowDefinition::descriptor()); }
  Node Texts() { return MergeAll(&texts_, workflow::v1::WorkflowTexts::descriptor()); }

 private:
  void ReadBase(const Node& base) {
    if (!IsWorkflowId(base.text)) {
      findings_->Add(base.place, "extends", "expected the name of a workflow, but this is none");
    } else if (std::count(ids_.begin(), ids_.end(), base.text) > 0) {
      findings_->Add(base.place, "extends", "expected a workflow that does not extend this one, but it does: they go round in circles");
    } else if (ids_.size() >= kMaxExtends) {
      findings_->Add(base.place, "extends", absl::StrCat("expected at most ", kMaxExtends, " workflows in a row, but here is one more"));
    } else {
      return Read(base.text, base.place);
    }
    is_whole_ = false;
  }

  Node ReadFile(const std::string& path, const Place& asked_for_at) {
    const std::optional<std::string> text = source_(path);
    if (!text) {
      is_whole_ = false;
      const auto file = std::make_shared<const std::string>(path);
      findings_->Add(asked_for_at.file == nullptr ? Place{file, 1, 1} : asked_for_at, "no_file",
                     absl::StrCat("expected the file ", path, ", but it is not there"));
      return {};
    }
    const size_t findings = findings_->size();
    Node node = ReadYaml(path, *text, findings_);
    if (node.kind != Node::kMap && findings_->size() == findings) findings_->Add(node.place, "form", "expected a map, but this is none");
    if (findings_->size() != findings) is_whole_ = false;
    return node;
  }

  Node MergeAll(std::vector<Node>* nodes, const Descriptor* message) {
    Node merged = std::move(nodes->back());
    for (auto over = nodes->rbegin() + 1; over != nodes->rend(); ++over)
      merged = Merge(std::move(merged), std::move(*over), message, findings_);
    return merged;
  }

  Source source_;
  Findings* findings_;
  bool is_whole_ = true;
  std::vector<std::string> ids_;
  std::vector<Node> definitions_, texts_;
};

bool HasRoom(const workflow::v1::WorkflowDefinition& definition, Findings* findings) {
  const size_t size = definition.ByteSizeLong();
  if (size <= base::kMaxDefinitionBytes) return true;
  findings->Add({std::make_shared<const std::string>(absl::StrCat(definition.id(), "/workflow.yaml")), 1, 1}, "too_large",
                absl::StrCat("expected a workflow that takes at most ", base::kMaxDefinitionBytes,
                             " bytes as it is deployed, with all that it extends, but it takes ", size));
  return false;
}

}  // namespace

ReadResult ReadWorkflow(absl::string_view id, Source source) {
  ReadResult result;
  Findings findings;
  const std::string name(id.substr(0, 65));
  if (!IsWorkflowId(name)) {
    findings.Add({std::make_shared<const std::string>(name), 1, 1}, "workflow", "expected a workflow's name of 1 to 64 a-z, 0-9 and -");
    result.findings = findings.Sorted();
    return result;
  }
  Files files(source, &findings);
  files.Read(name, Place());
  if (files.is_whole()) {
    result.definition.set_id(name);
    result.texts.set_workflow(name);
    const Node definition = files.Definition(), texts = files.Texts();
    Places places;
    Reader reader(&findings, &places);
    reader.ReadDefinition(definition, &result.definition);
    reader.ReadTexts(texts, &result.texts);
    if (reader.read_all() && HasRoom(result.definition, &findings)) {
      CheckDefinition(result.definition, places, &findings);
      CheckTexts(result.definition, places, &result.texts, &findings);
    }
  }
  result.findings = findings.Sorted();
  return result;
}

}  // namespace overdracht::chart
