// No entry of a workflow is there for nothing: each is changed in a copy, one at a time, and some scenario of the workflow comes out
// otherwise, or the check refuses the copy. An entry whose change nobody sees has no scenario, or no effect: write the one, or take out
// the other.

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <queue>
#include <set>

#include "services/chart/check.h"
#include "services/chart/read.h"
#include "services/chart/workflow.h"
#include "services/scenario/run.h"
#include "tests/scenarios/mutate.h"

namespace overdracht::testing {
namespace {

namespace fs = std::filesystem;
using workflow::v1::WorkflowDefinition;

constexpr int kAtOnce = 2;
// What a child process says by its exit code; from kSeen on, the scenario that saw it.
constexpr int kUnseen = 0, kRefused = 1, kSeen = 2;

std::string ReadFile(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

WorkflowDefinition Read(const std::string& id) {
  const auto read = chart::ReadWorkflow(id, [](absl::string_view path) -> std::optional<std::string> {
    return ReadFile(fs::path(OVERDRACHT_SOURCE_DIR) / "workflows" / std::string(path));
  });
  EXPECT_TRUE(read.ok());
  return read.definition;
}

struct Played {
  std::string file;
  scenario::Scenario scenario;
  std::vector<scenario::Lines> expected;  // by block
};

std::vector<Played> ScenariosOf(const std::string& id) {
  std::vector<Played> all;
  const fs::path folder = fs::path(OVERDRACHT_SOURCE_DIR) / "workflows" / id / "scenarios";
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".scenario") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    Played played{file.filename().string(), {}, {}};
    const auto beside = [&](absl::string_view name) -> std::optional<std::string> { return ReadFile(folder / std::string(name)); };
    EXPECT_FALSE(scenario::ReadScenario(played.file, ReadFile(file), beside, &played.scenario).has_value()) << file;
    all.push_back(std::move(played));
  }
  return all;
}

chart::Workflows With(std::shared_ptr<const chart::Workflow> workflow) {
  chart::Workflows workflows;
  workflows.Add(std::move(workflow));
  return workflows;
}

// What comes of the scenarios as the workflow is.
void Play(const WorkflowDefinition& definition, std::vector<Played>* scenarios) {
  auto compiled = chart::Workflow::Compile(definition);
  ASSERT_TRUE(compiled.ok());
  const chart::Workflows workflows = With(*compiled);
  for (Played& one : *scenarios) {
    scenario::Player player(workflows, one.scenario);
    std::optional<scenario::Problem> problem;
    for (const scenario::Block& block : one.scenario.blocks) one.expected.push_back(player.Play(block, &problem));
    ASSERT_FALSE(problem.has_value()) << problem->ToString();
  }
}

bool Differs(const chart::Workflows& workflows, const Played& one) {
  scenario::Player player(workflows, one.scenario);
  std::optional<scenario::Problem> problem;
  for (size_t i = 0; i < one.expected.size(); ++i) {
    if (player.Play(one.scenario.blocks[i], &problem) != one.expected[i] || problem) return true;
  }
  return false;
}

// In a process of its own: what the change leads to, or a death where the engine met what its reader should have refused.
int Try(const WorkflowDefinition& definition, const Mutation& mutation, const std::vector<Played>& scenarios,
        const std::vector<int>& order) {
  WorkflowDefinition changed = definition;
  mutation.apply(&changed);
  if (!DanglingReferences(changed).empty()) return kRefused;  // by the reader
  chart::Findings findings;
  chart::CheckDefinition(changed, {}, &findings);
  if (findings.size() > 0) return kRefused;
  auto compiled = chart::Workflow::Compile(changed);
  if (!compiled.ok()) return kRefused;
  const chart::Workflows workflows = With(*compiled);
  for (const int i : order) {
    if (Differs(workflows, scenarios[i])) return kSeen + i;
  }
  return kUnseen;
}

class Runner {
 public:
  Runner(const WorkflowDefinition& definition, std::vector<Played> scenarios) : definition_(definition), scenarios_(std::move(scenarios)) {
    for (size_t i = 0; i < scenarios_.size(); ++i) order_.push_back(static_cast<int>(i));
  }

  void Run(const std::vector<Mutation>& mutations) {
    for (const Mutation& mutation : mutations) {
      if (running_.size() == kAtOnce) Wait();
      const pid_t child = fork();
      ASSERT_GE(child, 0);
      if (child == 0) {
        close(STDERR_FILENO);
        _exit(Try(definition_, mutation, scenarios_, order_));
      }
      running_.push({child, &mutation});
    }
    while (!running_.empty()) Wait();
    std::cout << mutations.size() << " changes: " << refused_ << " refused by the check, " << seen_ << " seen in " << seen_in_.size()
              << " of " << scenarios_.size() << " scenarios\n";
  }

  const std::vector<std::string>& unseen() const { return unseen_; }

 private:
  // For the one that was started first, not for whichever ends first: the order in which the next one tries the scenarios is then the same
  // on every machine.
  void Wait() {
    const auto [child, started] = running_.front();
    running_.pop();
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    const Mutation& mutation = *started;
    if (!WIFEXITED(status)) {
      unseen_.push_back(mutation.path + " (the engine died of it: the check should refuse it)");
    } else if (WEXITSTATUS(status) == kUnseen) {
      unseen_.push_back(mutation.path);
    } else if (WEXITSTATUS(status) == kRefused) {
      ++refused_;
    } else {
      ++seen_;
      // The next change stands near this one, so that the same scenario is likely to see it.
      const int by = WEXITSTATUS(status) - kSeen;
      ++seen_in_[by];
      order_.erase(std::find(order_.begin(), order_.end(), by));
      order_.insert(order_.begin(), by);
    }
  }

  const WorkflowDefinition& definition_;
  std::vector<Played> scenarios_;
  std::vector<int> order_;                                 // the likeliest first
  std::queue<std::pair<pid_t, const Mutation*>> running_;  // in the order in which they were started
  std::map<int, int> seen_in_;
  int refused_ = 0, seen_ = 0;
  std::vector<std::string> unseen_;
};

void EveryChangeIsSeen(const std::string& id, const std::vector<Mutation>& mutations) {
  const WorkflowDefinition definition = Read(id);
  std::vector<Played> scenarios = ScenariosOf(id);
  ASSERT_FALSE(scenarios.empty());
  ASSERT_LT(scenarios.size(), 250u) << "more than an exit code can say";
  Play(definition, &scenarios);
  Runner runner(definition, std::move(scenarios));
  runner.Run(mutations);
  for (const std::string& path : runner.unseen()) ADD_FAILURE() << "no scenario sees " << path;
}

TEST(DefinitionMutation, EveryEntryOfUitstroomIsSeen) {
  const WorkflowDefinition definition = Read("uitstroom");
  const std::vector<Mutation> mutations = MutationsOf(definition);
  EXPECT_GT(mutations.size(), 300u);
  EveryChangeIsSeen("uitstroom", mutations);
}

// A regional workflow shows only what is particular: the changes that the base has too are the base's to see. `follows`: entries that
// follow from others and are said for the reader of the workflow, or that only the check looks at.
void EveryOwnEntryIsSeen(const std::string& id, const std::set<std::string>& follows) {
  const WorkflowDefinition definition = Read(id);
  const auto entry = [](const Mutation& mutation) { return mutation.path.substr(0, mutation.path.find(" -> ")); };
  std::set<std::string> of_base;
  for (const Mutation& mutation : MutationsOf(Read("uitstroom"))) of_base.insert(entry(mutation));
  std::vector<Mutation> own;
  std::set<std::string> left_out;
  for (Mutation& mutation : MutationsOf(definition)) {
    if (of_base.contains(entry(mutation))) continue;
    const std::string place = mutation.path.substr(0, mutation.path.find(": "));
    if (follows.contains(place)) {
      left_out.insert(place);
    } else {
      own.push_back(std::move(mutation));
    }
  }
  EXPECT_EQ(left_out, follows) << "what is not there any more, take out of the list";
  EveryChangeIsSeen(id, own);
}

TEST(DefinitionMutation, EveryOwnEntryOfApeldoornIsSeen) {
  EveryOwnEntryIsSeen("uitstroom-apeldoorn", {
                                                 // In this state no other decision is accepted.
                                                 "phases[aanmelding].states[commissie].transitions[dossier].on.where[decision]",
                                                 "phases[aanmelding].states[commissie].transitions[gestopt].on.where[decision]",
                                                 "phases[tijdens].transitions[terugkeer].on.where[decision]",
                                                 "phases[na].transitions[terugkeer].on.where[decision]",
                                                 // Addresses for who extends this workflow: nothing that is told or recorded holds them.
                                                 "tasks[warme_terugkeer_bw].name",
                                                 "rules[woning_kwijt].name",
                                                 "rules[opname_beschermd_wonen].name",
                                             });
}

TEST(DefinitionMutation, EveryOwnEntryOfDenHaagIsSeen) {
  // An invariant is for the check: it refuses a change that breaks it (tests/unit/chart).
  EveryOwnEntryIsSeen("uitstroom-den-haag", {"invariants[geen_behandeling_geeist].no_gate_waits_for",
                                             "invariants[geen_behandeling_geeist].name", "invariants[geen_behandeling_geeist]"});
}

TEST(DefinitionMutation, EveryOwnEntryOfDordrechtIsSeen) {
  // There is no other decision.
  EveryOwnEntryIsSeen("uitstroom-dordrecht",
                      {"phases[voor].states[maatwerk].states[niet_op_doe_tafel].transitions[doe_tafel].on.where[decision]",
                       "phases[voor].states[maatwerk].states[doe_tafel_klaar].transitions[doe_tafel].on.where[decision]"});
}

}  // namespace
}  // namespace overdracht::testing
