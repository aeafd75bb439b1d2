// overdracht workflow check, show, test: the author's tools.
#include <absl/strings/str_cat.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "services/chart/read.h"
#include "services/chart/show.h"
#include "services/cli/command.h"
#include "services/cli/definitions.h"
#include "services/scenario/test_workflow.h"

namespace overdracht::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::string id;
  std::string format = "mermaid";
  std::string folder;
  bool json = false;
  bool rewrite = false;
};

void PrintFinding(const chart::Finding& finding, bool json) {
  if (!json) {
    std::printf("%s\n", finding.ToString().c_str());
    return;
  }
  const nlohmann::ordered_json line = {
      {"file", finding.file}, {"line", finding.line}, {"column", finding.column}, {"code", finding.code}, {"message", finding.message}};
  std::printf("%s\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

int Check(const Options& options) {
  size_t workflows = 0, findings = 0;
  for (const std::string& path : options.paths) {
    const std::vector<WorkflowPlace> places = FindWorkflows(path);
    if (places.empty()) return NotFinished(absl::StrCat("expected a workflow (a folder with workflow.yaml), but there is none at ", path));
    for (const WorkflowPlace& place : places) {
      ++workflows;
      for (const chart::Finding& finding : ReadWorkflowAt(place).findings) {
        ++findings;
        PrintFinding(finding, options.json);
      }
    }
  }
  std::fprintf(stderr, "%zu workflows, %zu findings\n", workflows, findings);
  return findings == 0 ? kDone : kRefused;
}

int Show(const Options& options) {
  const WorkflowPlace place{.folder = options.folder, .id = options.id};
  const chart::ReadResult workflow = ReadWorkflowAt(place);
  for (const chart::Finding& finding : workflow.findings) std::fprintf(stderr, "%s\n", finding.ToString().c_str());
  if (!workflow.ok()) return NotFinished(absl::StrCat("expected a workflow that can be read, but ", options.id, " is none"));
  std::fputs(chart::Mermaid(workflow.definition, workflow.texts).c_str(), stdout);
  return kDone;
}

}  // namespace

void AddWorkflow(CLI::App* program, Action* action) {
  CLI::App* const workflow = program->add_subcommand("workflow", "Workflows: check, show and test them");
  workflow->require_subcommand(1);
  auto options = std::make_shared<Options>();

  CLI::App* const check = workflow->add_subcommand("check", "What is wrong with workflows, as file:line:column: code: message");
  check->add_option("PATH", options->paths, "A workflow's folder or its workflow.yaml, or a folder of workflows")->required();
  check->add_flag("--json", options->json, "One JSON object a finding");
  check->callback([options, action] { *action = [options] { return Check(*options); }; });

  CLI::App* const show = workflow->add_subcommand("show", "The chart of a workflow");
  show->add_option("ID", options->id, "Its id")->required();
  show->add_option("--format", options->format, "How it is drawn")->check(CLI::IsMember({"mermaid"}))->capture_default_str();
  show->add_option("--workflows", options->folder, "Look in this folder first, then among those in the program")->type_name("DIR");
  show->callback([options, action] { *action = [options] { return Show(*options); }; });

  CLI::App* const test = workflow->add_subcommand("test", "Play the scenarios beside workflows");
  test->add_option("PATH", options->paths, "A scenario, a workflow's folder or its workflow.yaml, or a folder of workflows")->required();
  test->add_flag("--rewrite", options->rewrite, "Write what comes of the steps into the scenarios");
  test->add_flag("--json", options->json, "One JSON object a scenario");
  test->callback([options, action] {
    *action = [options] {
      return scenario::TestWorkflows({.paths = options->paths, .rewrite = options->rewrite, .json = options->json}, std::cout, std::cerr);
    };
  });
}

}  // namespace overdracht::cli
