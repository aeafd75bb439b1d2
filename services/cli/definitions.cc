#include "services/cli/definitions.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <filesystem>

#include "services/cli/text_file.h"

namespace overdracht::cli {
namespace {

namespace fs = std::filesystem;

constexpr char kFile[] = "workflow.yaml";

std::optional<std::string> Shipped(absl::string_view path) {
  const auto& files = chart::ShippedWorkflows();
  const auto found = files.find(std::string(path));
  if (found == files.end()) return std::nullopt;
  return found->second;
}

std::optional<std::string> FromDisk(const std::string& path) {
  absl::StatusOr<std::string> text = ReadTextFile(path);
  return text.ok() ? std::optional(*std::move(text)) : std::nullopt;
}

std::string PathOf(const WorkflowPlace& place, absl::string_view file) {
  if (!place.file.empty() && file == absl::StrCat(place.id, "/", kFile)) return place.file;
  return place.folder.empty() ? std::string(file) : absl::StrCat(place.folder, "/", file);
}

std::vector<WorkflowPlace> ShippedPlaces() {
  std::vector<WorkflowPlace> places;
  for (const auto& [path, text] : chart::ShippedWorkflows()) {
    const std::string id = path.substr(0, path.find('/'));
    if (path == absl::StrCat(id, "/", kFile)) places.push_back({.folder = "", .id = id});
  }
  return places;
}

// A name that a workflow may have, made of a file's.
std::string IdFor(const std::string& stem) {
  std::string id;
  for (char c : stem.substr(0, 64)) id += absl::ascii_isalnum(c) ? absl::ascii_tolower(c) : '-';
  return id;
}

}  // namespace

std::vector<WorkflowPlace> FindWorkflows(const std::string& path) {
  std::error_code error;
  fs::path folder = fs::absolute(path, error).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  if (folder.filename() == kFile) folder = folder.parent_path();
  // As it was given, not made absolute, so that findings read as the author writes paths.
  const auto place = [&](const fs::path& workflow) {
    const fs::path given = fs::proximate(workflow.parent_path(), error);
    return WorkflowPlace{.folder = given.string(), .id = workflow.filename().string()};
  };
  if (fs::is_regular_file(folder, error)) {
    if (fs::exists(folder.parent_path() / kFile, error)) return {place(folder.parent_path())};
    return {{.folder = fs::proximate(folder.parent_path(), error).string(), .id = IdFor(folder.stem().string()), .file = path}};
  }
  if (fs::exists(folder / kFile, error)) return {place(folder)};
  std::vector<WorkflowPlace> places;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (fs::exists(entry.path() / kFile, error)) places.push_back(place(entry.path()));
  }
  std::sort(places.begin(), places.end(), [](const WorkflowPlace& a, const WorkflowPlace& b) { return a.id < b.id; });
  return places;
}

chart::ReadResult ReadWorkflowAt(const WorkflowPlace& place) {
  chart::ReadResult result = chart::ReadWorkflow(place.id, [&](absl::string_view file) {
    if (!place.folder.empty()) {
      if (std::optional<std::string> text = FromDisk(PathOf(place, file))) return text;
    }
    return Shipped(file);
  });
  for (chart::Finding& finding : result.findings) {
    const std::string path = PathOf(place, finding.file);
    if (fs::exists(path)) finding.file = path;
  }
  return result;
}

absl::StatusOr<std::vector<workflow::v1::WorkflowDefinition>> ReadDefinitions(const std::string& folder) {
  const std::vector<WorkflowPlace> places = folder.empty() ? ShippedPlaces() : FindWorkflows(folder);
  if (places.empty()) return absl::NotFoundError(absl::StrCat("expected workflows in ", folder, " (<id>/", kFile, "), but there are none"));
  std::vector<workflow::v1::WorkflowDefinition> definitions;
  std::string findings;
  for (const WorkflowPlace& place : places) {
    chart::ReadResult result = ReadWorkflowAt(place);
    for (const chart::Finding& finding : result.findings) absl::StrAppend(&findings, "\n", finding.ToString());
    definitions.push_back(std::move(result.definition));
  }
  if (!findings.empty()) return absl::InvalidArgumentError(absl::StrCat("expected workflows that are whole, but:", findings));
  return definitions;
}

}  // namespace overdracht::cli
