#include "services/cli/traject_text.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

namespace overdracht::cli {
namespace {

using nlohmann::json;

std::string Text(const json& object, const char* field) { return object.value(field, ""); }

// The day and, where it is not midnight, the time: 2017-03-06 09:00.
std::string Moment(const std::string& moment) {
  const std::string text = moment.substr(0, 16);
  return absl::StrReplaceAll(text, {{"T00:00", ""}, {"T", " "}});
}

// The roles that an organisation holds here, before its OIN.
std::string Who(const json& traject, const std::string& organisation) {
  std::string roles;
  for (const json& participant : traject["participants"]) {
    if (participant["organisation"] == organisation) absl::StrAppend(&roles, roles.empty() ? "" : ", ", Text(participant, "role"));
  }
  return roles.empty() ? organisation : absl::StrCat(roles, " (", organisation, ")");
}

void AddHeading(std::string* text, const json& list, const char* heading) {
  if (!list.empty()) absl::StrAppend(text, "\n", heading, "\n");
}

void AddTasks(const json& traject, std::string* text) {
  const json& tasks = traject["tasks"];
  AddHeading(text, tasks, "Open taken");
  for (const json& task : tasks) {
    absl::StrAppend(text, "  ", Text(task, "task"), task.value("required", false) ? "" : " (mag)", ": ",
                    Who(traject, task["owner"].value("organisation", "")));
    if (task.contains("dueBy")) absl::StrAppend(text, ", uiterlijk ", Moment(Text(task, "dueBy")));
    if (task.value("standsStill", false)) absl::StrAppend(text, ", de termijn staat stil");
    if (task.value("times", 0) > 0) absl::StrAppend(text, ", ", task.value("times", 0), " keer over de termijn");
    absl::StrAppend(text, "\n");
  }
}

void AddHandovers(const json& traject, std::string* text) {
  AddHeading(text, traject["handovers"], "Overdrachten");
  for (const json& handover : traject["handovers"]) {
    absl::StrAppend(text, "  ", Text(handover, "handover"), ": ", Text(handover, "state"));
    if (handover.contains("heldIn")) absl::StrAppend(text, " (in ", Text(handover, "heldIn"), ")");
    absl::StrAppend(text, ", van ", Who(traject, Text(handover, "sender")), " naar ", Who(traject, Text(handover, "recipient")),
                    handover.value("transfersResponsibility", false) ? ", met de verantwoordelijkheid" : "", "\n");
  }
}

void AddDisclosures(const json& traject, std::string* text) {
  AddHeading(text, traject["disclosures"], "Gegevens die gedeeld zijn");
  for (const json& disclosure : traject["disclosures"]) {
    absl::StrAppend(text, "  ", Text(disclosure, "category"), " met ", Who(traject, Text(disclosure, "recipient")), " (overdracht ",
                    Text(disclosure, "handover"), "): ", disclosure.value("open", false) ? "open" : "gesloten",
                    disclosure.value("override", false) ? ", zonder toestemming" : "", "\n");
  }
}

void AddRest(const json& traject, std::string* text) {
  AddHeading(text, traject["episodes"], "Terugval");
  for (const json& episode : traject["episodes"]) {
    absl::StrAppend(text, "  ", Text(episode, "episode"), ": ", Text(episode, "state"), ", ernst ", Text(episode, "severity"), "\n");
  }
  AddHeading(text, traject["homes"], "Woningen");
  for (const json& home : traject["homes"]) {
    absl::StrAppend(text, "  ", Text(home, "home"), ": ", Text(home, "state"), " (", Text(home, "kind"), ")\n");
  }
  AddHeading(text, traject["participants"], "Wie doen mee");
  for (const json& participant : traject["participants"]) {
    absl::StrAppend(text, "  ", Text(participant, "role"), ": ", Text(participant, "organisation"), "\n");
  }
}

}  // namespace

std::string TrajectLineText(const json& traject) {
  return absl::StrCat(Text(traject, "traject"), "  ", Text(traject, "workflow"), "  ", Text(traject, "phase"), " ", Text(traject, "status"),
                      "  ", Who(traject, Text(traject, "responsible")), " heeft de cliënt vast; ", traject["openTasks"].size(),
                      " open taken");
}

std::string TrajectShowText(const json& traject) {
  std::string text =
      absl::StrCat("Traject ", Text(traject, "traject"), "\n", "  ", Text(traject, "workflow"), ", fase ", Text(traject, "phase"), ", ",
                   Text(traject, "status"), "\n", "  ", Who(traject, Text(traject, "responsible")), " heeft de cliënt vast\n");
  AddTasks(traject, &text);
  AddHandovers(traject, &text);
  AddDisclosures(traject, &text);
  AddRest(traject, &text);
  return text;
}

}  // namespace overdracht::cli
