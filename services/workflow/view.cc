#include "services/workflow/view.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/base/uuid.h"

namespace overdracht::workflow {
namespace {

using Json = nlohmann::ordered_json;

// Sorted by bytes of these fields, in this order.
Json Sorted(Json list, std::initializer_list<const char*> fields) {
  std::sort(list.begin(), list.end(), [&](const Json& a, const Json& b) {
    for (const char* field : fields) {
      const auto& left = a[field].get_ref<const std::string&>();
      const auto& right = b[field].get_ref<const std::string&>();
      if (left != right) return left < right;
    }
    return false;
  });
  return list;
}

Json Participants(const journal::v1::Traject& traject) {
  Json list = Json::array();
  for (const auto& participant : traject.participants()) {
    list.push_back({{"role", base::Code(participant.role())}, {"organisation", participant.organisation()}});
  }
  for (const auto& leaving : traject.leaving()) {
    list.push_back({{"role", base::Code(event::v1::ROLE_VERTREKKEND)}, {"organisation", leaving.organisation()}});
  }
  return Sorted(std::move(list), {"role", "organisation"});
}

Json OpenTasks(const journal::v1::Traject& traject) {
  std::vector<std::string> names;
  for (const auto& task : traject.tasks()) {
    if (task.open()) names.push_back(task.task());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Json Handovers(const journal::v1::Traject& traject) {
  Json list = Json::array();
  for (const auto& handover : traject.handovers()) {
    Json entry = {{"handover", handover.handover()},
                  {"sender", handover.sender()},
                  {"recipient", handover.recipient()},
                  {"state", base::Code(handover.state())},
                  {"transfersResponsibility", handover.transfers_responsibility()}};
    if (handover.state() == notice::v1::HANDOVER_STATE_AANGEHOUDEN) entry["heldIn"] = base::Code(handover.held_in());
    list.push_back(std::move(entry));
  }
  return Sorted(std::move(list), {"handover"});
}

Json Disclosures(const journal::v1::Traject& traject) {
  Json list = Json::array();
  for (const auto& disclosure : traject.disclosures()) {
    list.push_back({{"handover", disclosure.handover()},
                    {"recipient", disclosure.recipient()},
                    {"category", base::Code(disclosure.category())},
                    {"open", disclosure.open()},
                    {"override", !disclosure.override().empty()}});
  }
  return Sorted(std::move(list), {"handover", "category"});
}

Json Episodes(const journal::v1::Traject& traject) {
  Json list = Json::array();
  for (const auto& episode : traject.episodes()) {
    list.push_back({{"episode", episode.episode()}, {"state", base::Code(episode.state())}, {"severity", base::Code(episode.severity())}});
  }
  return Sorted(std::move(list), {"episode"});
}

Json Homes(const journal::v1::Traject& traject) {
  Json list = Json::array();
  for (const auto& home : traject.homes()) {
    list.push_back({{"home", home.home()}, {"kind", base::Code(home.kind())}, {"state", base::Code(home.state())}});
  }
  return Sorted(std::move(list), {"home"});
}

Json Line(const journal::v1::Traject& traject) {
  return {{"traject", base::FormatUuid(traject.id())},
          {"workflow", traject.workflow()},
          {"version", traject.version()},
          {"phase", traject.configuration_size() == 0 ? "" : traject.configuration(0)},
          {"status", base::Code(traject.status())},
          {"responsible", traject.responsible()},
          {"participants", Participants(traject)},
          {"openTasks", OpenTasks(traject)},
          {"handovers", Handovers(traject)},
          {"disclosures", Disclosures(traject)},
          {"episodes", Episodes(traject)},
          {"homes", Homes(traject)},
          {"stateHash", engine::StateHash(traject)}};
}

// One entry for the chart of the workflow, one for each handover and episode.
Json Charts(const journal::v1::Traject& traject) {
  Json charts = Json::array();
  charts.push_back(
      {{"chart", "traject"}, {"configuration", std::vector<std::string>(traject.configuration().begin(), traject.configuration().end())}});
  for (const auto& handover : traject.handovers()) {
    charts.push_back({{"chart", absl::StrCat("handover:", handover.handover())}, {"configuration", {base::Code(handover.state())}}});
  }
  for (const auto& episode : traject.episodes()) {
    charts.push_back({{"chart", absl::StrCat("episode:", episode.episode())}, {"configuration", {base::Code(episode.state())}}});
  }
  return charts;
}

const journal::v1::Timer* TimerOf(const journal::v1::Traject& traject, const std::string& task) {
  for (const auto& timer : traject.timers()) {
    if (timer.of() == notice::v1::TERM_KIND_TASK && timer.reference() == task) return &timer;
  }
  return nullptr;
}

std::string OwnerRole(const workflow::v1::Task* task) {
  if (task == nullptr) return "";
  return task->owner().has_role() ? base::Code(task->owner().role()) : base::Code(task->owner().relation());
}

Json Tasks(const journal::v1::Traject& traject, const chart::Workflow* workflow) {
  Json list = Json::array();
  for (const auto& task : traject.tasks()) {
    if (!task.open()) continue;
    const workflow::v1::Task* const defined =
        workflow == nullptr ? nullptr : workflow->FindTask(task.task().substr(0, task.task().find(':')));
    Json entry = {{"task", task.task()},
                  {"owner", {{"role", OwnerRole(defined)}, {"organisation", task.owner()}}},
                  {"required", defined != nullptr && !defined->optional()}};
    const journal::v1::Timer* const timer = TimerOf(traject, task.task());
    if (timer != nullptr && !timer->stands_still()) entry["dueBy"] = base::FormatTime(timer->at_us());
    entry["standsStill"] = timer != nullptr && timer->stands_still();
    entry["times"] = timer == nullptr || timer->times() == 0 ? 0 : timer->times() - 1;
    list.push_back(std::move(entry));
  }
  return Sorted(std::move(list), {"task"});
}

// An ISO 8601 duration by the clock.
std::string FormatLeft(base::Micros left) {
  std::string text = "P";
  if (left >= base::kDay) absl::StrAppend(&text, left / base::kDay, "D");
  const base::Micros seconds = left % base::kDay / base::kSecond;
  if (seconds == 0) return text == "P" ? "PT0S" : text;
  absl::StrAppend(&text, "T");
  if (seconds >= 3600) absl::StrAppend(&text, seconds / 3600, "H");
  if (seconds / 60 % 60 != 0) absl::StrAppend(&text, seconds / 60 % 60, "M");
  if (seconds % 60 != 0) absl::StrAppend(&text, seconds % 60, "S");
  return text;
}

Json Timers(const journal::v1::Traject& traject) {
  Json list = Json::array();
  for (const auto& timer : traject.timers()) {
    Json entry = {{"of", base::Code(timer.of())}, {"reference", timer.reference()}};
    if (timer.stands_still()) {
      entry["left"] = timer.whole().empty() ? FormatLeft(timer.left_us()) : timer.whole();
    } else {
      entry["at"] = base::FormatTime(timer.at_us());
    }
    entry["times"] = timer.times();
    list.push_back(std::move(entry));
  }
  return Sorted(std::move(list), {"of", "reference"});
}

}  // namespace

std::string TrajectLine(const journal::v1::Traject& traject) { return Line(traject).dump(); }

std::string TrajectShow(const engine::TrajectState& state, const chart::Workflows& workflows, uint32_t partition) {
  const journal::v1::Traject& traject = state.traject;
  Json show = Line(traject);
  show["charts"] = Charts(traject);
  show["tasks"] = Tasks(traject, workflows.Find(traject.workflow(), traject.version()));
  show["timers"] = Timers(traject);
  show["position"] = absl::StrCat(partition, ":", state.memory.position());
  return show.dump();
}

}  // namespace overdracht::workflow
