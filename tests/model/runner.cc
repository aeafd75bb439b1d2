// runner INPUT.jsonl OUTPUT [ADVANCE_TO]: the engine alone, in memory with the clock `events`, on a file of CloudEvents. Writes the
// answers, trajecten and outboxes in the form in which the model writes them (model.py), so that the two can be compared where no built
// program is at hand.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "services/base/codes.h"
#include "services/base/time.h"
#include "services/base/uuid.h"
#include "services/event/write.h"
#include "tests/support/region.h"

namespace overdracht::testing {
namespace {

using Json = nlohmann::ordered_json;

// As an array, sorted by these fields.
Json Sorted(Json rows, const std::string& first, const std::string& second = "") {
  std::sort(rows.begin(), rows.end(), [&](const Json& a, const Json& b) {
    return a[first] != b[first] || second.empty() ? a[first].get<std::string>() < b[first].get<std::string>()
                                                  : a[second].get<std::string>() < b[second].get<std::string>();
  });
  return rows;
}

Json Row(const std::string& id, const journal::v1::Traject& traject) {
  Json row = {{"traject", base::FormatUuid(id)},
              {"workflow", traject.workflow()},
              {"phase", traject.configuration(0)},
              {"status", base::Code(traject.status())},
              {"responsible", traject.responsible()}};
  Json participants = Json::array(), tasks = Json::array(), handovers = Json::array();
  for (const auto& one : traject.participants())
    participants.push_back({{"role", base::Code(one.role())}, {"organisation", one.organisation()}});
  for (const auto& one : traject.leaving()) participants.push_back({{"role", "vertrekkend"}, {"organisation", one.organisation()}});
  for (const auto& one : traject.tasks()) {
    if (one.open()) tasks.push_back(one.task());
  }
  std::sort(tasks.begin(), tasks.end());
  for (const auto& one : traject.handovers()) {
    handovers.push_back({{"handover", one.handover()},
                         {"sender", one.sender()},
                         {"recipient", one.recipient()},
                         {"state", base::Code(one.state())},
                         {"transfersResponsibility", one.transfers_responsibility()}});
    if (one.held_in() != 0) handovers.back()["heldIn"] = base::Code(one.held_in());
  }
  Json disclosures = Json::array(), episodes = Json::array(), homes = Json::array();
  for (const auto& one : traject.disclosures()) {
    disclosures.push_back({{"handover", one.handover()},
                           {"recipient", one.recipient()},
                           {"category", base::Code(one.category())},
                           {"open", one.open()},
                           {"override", !one.override().empty()}});
  }
  for (const auto& one : traject.episodes()) {
    episodes.push_back({{"episode", one.episode()}, {"state", base::Code(one.state())}, {"severity", base::Code(one.severity())}});
  }
  for (const auto& one : traject.homes()) {
    homes.push_back({{"home", one.home()}, {"kind", base::Code(one.kind())}, {"state", base::Code(one.state())}});
  }
  row["participants"] = Sorted(participants, "role", "organisation");
  row["openTasks"] = tasks;
  row["handovers"] = Sorted(handovers, "handover");
  row["disclosures"] = Sorted(disclosures, "handover", "category");
  row["episodes"] = Sorted(episodes, "episode");
  row["homes"] = Sorted(homes, "home");
  return row;
}

void Publish(const std::string& input, const std::string& output, Region* region) {
  std::ifstream file(input, std::ios::binary);
  std::ofstream answers(output + "/answers.jsonl");
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    if (line.find_first_not_of(' ') == std::string::npos) continue;
    const Answer answer = region->Publish(line);
    Json row = {{"line", number}, {"outcome", answer.accepted ? "accepted" : "refused"}};
    if (!answer.accepted) row["code"] = answer.code();
    row["duplicate"] = answer.duplicate;
    answers << row << "\n";
  }
}

void WriteWhatCame(const Region& region, const std::string& output) {
  std::ofstream trajecten(output + "/trajecten.jsonl");
  for (const auto& [id, state] : region.trajecten()) trajecten << Row(id, state.traject) << "\n";
  for (const std::string& organisation : region.Organisations()) {
    std::ofstream box(output + "/outbox/" + organisation + ".jsonl");
    for (const auto& [number, notice] : region.Outbox(organisation)) {
      const journal::v1::Record& record = region.records()[number - 1];
      box << Json{{"kind", event::NoticeKind(*notice)},
                  {"subject", base::FormatUuid(record.traject())},
                  {"at", base::FormatTime(record.time_us())},
                  {"data", Json::parse(event::WriteNoticeData(*notice))}}
          << "\n";
    }
  }
}

int Main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "runner INPUT.jsonl OUTPUT [ADVANCE_TO]\n";
    return 64;
  }
  const std::string output = argv[2];
  std::filesystem::create_directories(output + "/outbox");
  Region region(ProjectWorkflows());
  Publish(argv[1], output, &region);
  if (argc > 3) region.AdvanceTo(base::ParseTime(argv[3]).value());
  WriteWhatCame(region, output);
  return 0;
}

}  // namespace
}  // namespace overdracht::testing

int main(int argc, char** argv) { return overdracht::testing::Main(argc, argv); }
