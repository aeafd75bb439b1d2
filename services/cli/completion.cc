// overdracht completion bash: words of the command line for the shell, made from the commands themselves.
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <cstdio>

#include "services/cli/command.h"

namespace overdracht::cli {
namespace {

// The words that may follow this command: its subcommands and options.
std::string Words(const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) words.push_back(sub->get_name());
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return absl::StrJoin(words, " ");
}

void AddCases(const CLI::App& command, const std::string& path, std::string* cases) {
  absl::StrAppend(cases, "    '", path, "') words='", Words(command), "' ;;\n");
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    AddCases(*sub, path.empty() ? sub->get_name() : absl::StrCat(path, " ", sub->get_name()), cases);
  }
}

int PrintBash(const CLI::App& program) {
  std::string cases;
  AddCases(program, "", &cases);
  std::printf(R"(# Completion of overdracht for bash:  source <(overdracht completion bash)
_overdracht() {
  local word path='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in -*) break ;; esac
    path="${path:+$path }$word"
  done
  case $path in
%s    *) ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"; compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o filenames -F _overdracht overdracht
)",
              cases.c_str());
  return kDone;
}

}  // namespace

void AddCompletion(CLI::App* program, Action* action) {
  CLI::App* const command = program->add_subcommand("completion", "Completion for a shell: source <(overdracht completion bash)");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash")->required()->check(CLI::IsMember({"bash"}));
  command->callback([program, shell, action] { *action = [program] { return PrintBash(*program); }; });
}

}  // namespace overdracht::cli
