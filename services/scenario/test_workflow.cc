#include "services/scenario/test_workflow.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "services/chart/read.h"
#include "services/chart/workflow.h"
#include "services/scenario/run.h"

namespace overdracht::scenario {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || fs::is_directory(path)) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// The scenarios of a path, sorted; each lies in <workflow>/scenarios/.
std::vector<fs::path> ScenariosOf(const fs::path& path) {
  std::vector<fs::path> found;
  if (path.extension() == ".scenario") return {path};
  const fs::path folder = fs::is_directory(path) ? path : path.parent_path();
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".scenario") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Tester {
 public:
  Tester(const TestOptions& options, std::ostream& out, std::ostream& err) : options_(options), out_(out), err_(err) {}

  int Run() {
    for (const std::string& path : options_.paths) {
      if (!fs::exists(path)) {
        err_ << path << ": expected a file or a folder, but it is not there\n";
        return 1;
      }
      for (const fs::path& scenario : ScenariosOf(path)) Play(scenario);
    }
    err_ << played_ << " scenarios, " << failed_ << " differ";
    if (options_.rewrite) err_ << ", " << written_ << " rewritten";
    err_ << "\n";
    if (played_ == 0) err_ << "expected scenarios (<workflow>/scenarios/*.scenario), but there are none\n";
    return failed_ > 0 || played_ == 0 ? 2 : 0;
  }

 private:
  void Play(const fs::path& path) {
    ++played_;
    const std::optional<std::string> text = ReadFile(path);
    const chart::Workflows* workflows = WorkflowsFor(fs::absolute(path).lexically_normal().parent_path().parent_path());
    if (!text || workflows == nullptr) return Report(path, "the scenario or its workflow cannot be read\n");
    const auto files = [&](absl::string_view name) { return ReadFile(path.parent_path() / std::string(name)); };
    const Outcome outcome = scenario::Run(*workflows, path.string(), *text, files);
    if (outcome.problem) return Report(path, outcome.problem->ToString() + "\n");
    if (options_.rewrite && outcome.text != *text) {
      std::ofstream(path, std::ios::binary) << outcome.text;
      ++written_;
      return Report(path, "");
    }
    Report(path, outcome.difference);
  }

  void Report(const fs::path& path, const std::string& difference) {
    failed_ += difference.empty() ? 0 : 1;
    if (options_.json) {
      out_ << nlohmann::ordered_json{{"scenario", path.string()}, {"ok", difference.empty()}, {"difference", difference}}.dump() << "\n";
    } else {
      out_ << difference;
    }
  }

  // The workflow in this folder, with what it extends from the folders beside it or, failing that, from the binary. Null: it has findings.
  const chart::Workflows* WorkflowsFor(const fs::path& folder) {
    auto [known, fresh] = workflows_.try_emplace(folder.string());
    if (!fresh) return known->second.get();
    const auto source = [&](absl::string_view wanted) -> std::optional<std::string> {
      if (auto text = ReadFile(folder.parent_path() / std::string(wanted))) return text;
      const auto shipped = chart::ShippedWorkflows().find(std::string(wanted));
      if (shipped == chart::ShippedWorkflows().end()) return std::nullopt;
      return shipped->second;
    };
    const chart::ReadResult read = chart::ReadWorkflow(folder.filename().string(), source);
    for (const chart::Finding& finding : read.findings) err_ << finding.ToString() << "\n";
    if (!read.ok()) return nullptr;
    auto compiled = chart::Workflow::Compile(read.definition);
    if (!compiled.ok()) {
      err_ << folder.string() << ": " << compiled.status().message() << "\n";
      return nullptr;
    }
    known->second = std::make_unique<chart::Workflows>();
    known->second->Add(*std::move(compiled));
    return known->second.get();
  }

  const TestOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  std::map<std::string, std::unique_ptr<chart::Workflows>> workflows_;  // by folder
  int played_ = 0, failed_ = 0, written_ = 0;
};

}  // namespace

int TestWorkflows(const TestOptions& options, std::ostream& out, std::ostream& err) { return Tester(options, out, err).Run(); }

}  // namespace overdracht::scenario
