#include "services/cli/demo.h"

#include <absl/strings/str_cat.h>
#include <absl/synchronization/notification.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "services/base/uuid.h"
#include "services/cli/demo_region.h"
#include "services/event/read.h"
#include "services/texts/sentences.h"
#include "services/workflow/partition.h"
#include "services/workflow/view.h"

namespace overdracht::cli {
namespace {

absl::StatusOr<workflow::Answer> ReportTo(workflow::Loop* loop, const std::string& json) {
  workflow::Report report;
  report.event = event::ReadCloudEvent(json, [](absl::string_view) { return true; });
  if (const auto* event = std::get_if<event::v1::Event>(&report.event)) report.caller = event->organisation();
  absl::StatusOr<workflow::Answer> result = absl::UnknownError("");
  absl::Notification answered;
  report.done = [&](absl::StatusOr<workflow::Answer> answer) {
    result = std::move(answer);
    answered.Notify();
  };
  if (absl::Status status = loop->Submit(std::move(report), json.size()); !status.ok()) return status;
  answered.WaitForNotification();
  return result;
}

absl::Status AdvanceTo(workflow::Loop* loop, base::Micros moment) {
  absl::Status result;
  absl::Notification done;
  workflow::Advance advance{.to_us = moment, .done = [&](const absl::StatusOr<base::Micros>& clock) {
                              result = clock.status();
                              done.Notify();
                            }};
  if (absl::Status status = loop->Submit(std::move(advance), 256); !status.ok()) return status;
  done.WaitForNotification();
  return result;
}

absl::StatusOr<std::vector<nlohmann::json>> ListTrajecten(workflow::Loop* loop, const DemoRegion& region) {
  std::vector<nlohmann::json> trajecten;
  absl::Status result;
  absl::Notification done;
  workflow::Question question{[&](absl::StatusOr<workflow::Partition*> partition) {
    if (partition.ok()) {
      for (const std::string& id : region.trajecten) {
        const auto state = (*partition)->Find(*base::ParseUuid(id));
        if (state.ok() && *state != nullptr) {
          trajecten.push_back(nlohmann::json::parse(workflow::TrajectShow(**state, *(*partition)->workflows(), 0)));
        }
      }
    }
    result = partition.status();
    done.Notify();
  }};
  if (absl::Status status = loop->Submit(std::move(question), 256); !status.ok()) return status;
  done.WaitForNotification();
  if (!result.ok()) return result;
  return trajecten;
}

// What a coordinator would look at first.
std::string Particular(const nlohmann::json& traject) {
  std::string text;
  for (const auto& handover : traject["handovers"]) {
    if (handover["state"] == "afgewezen") absl::StrAppend(&text, "; aanbod ", handover["handover"].get<std::string>(), " is geweigerd");
  }
  if (traject["status"] == "onderbroken") absl::StrAppend(&text, "; de cliënt is in respijt");
  for (const auto& task : traject["tasks"]) {
    if (task["times"].get<int>() > 0) absl::StrAppend(&text, "; taak ", task["task"].get<std::string>(), " is te laat");
  }
  return text;
}

}  // namespace

absl::Status FillDemo(workflow::Loop* loop, base::Micros now) {
  const absl::StatusOr<DemoRegion> region = ReadDemo(DemoText(), base::DayOf(now));
  if (!region.ok()) return region.status();
  for (const DemoEvent& event : region->history) {
    const absl::StatusOr<workflow::Answer> answer = ReportTo(loop, event.json);
    if (!answer.ok()) return answer.status();
    if (answer->refusal) return absl::InternalError(absl::StrCat(event.json, ": ", texts::English(*answer->refusal)));
  }
  return AdvanceTo(loop, base::StartOf(base::DayOf(now)));
}

absl::Status PrintDemo(workflow::Loop* loop, base::Micros now, const std::string& address) {
  const absl::StatusOr<DemoRegion> region = ReadDemo(DemoText(), base::DayOf(now));
  if (!region.ok()) return region.status();
  const absl::StatusOr<std::vector<nlohmann::json>> trajecten = ListTrajecten(loop, *region);
  if (!trajecten.ok()) return trajecten.status();
  std::printf("\nEen verzonnen regio met %zu cliënten die uit beschermd wonen gaan. Wie houdt wie vast:\n\n", trajecten->size());
  for (const auto& traject : *trajecten) {
    const auto name = region->names.find(traject["responsible"]);
    std::printf("  %s  %-7s  %-11s  %s%s\n", traject["traject"].get<std::string>().c_str(), traject["phase"].get<std::string>().c_str(),
                traject["status"].get<std::string>().c_str(), name == region->names.end() ? "?" : name->second.c_str(),
                Particular(traject).c_str());
  }
  std::printf("\nDe service draait. Stoppen: kill %d.\nVerder kijken:\n", getpid());
  std::error_code error;
  const std::string program = std::filesystem::proximate(std::filesystem::read_symlink("/proc/self/exe", error), error).string();
  for (const std::string& next : region->next) std::printf("  %s %s --server %s\n", program.c_str(), next.c_str(), address.c_str());
  std::printf("\n");
  std::fflush(stdout);
  return absl::OkStatus();
}

}  // namespace overdracht::cli
