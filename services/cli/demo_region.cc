#include "services/cli/demo_region.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>
#include <absl/strings/str_join.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

#include <algorithm>

#include "services/event/compose.h"

namespace overdracht::cli {
namespace {

struct Step {
  int day = 0;
  std::string by;  // a letter
  std::string event;
  std::vector<std::string> fields;
};

struct Client {
  int days_ago = 0;
  int until_day = INT_MAX;
  std::vector<Step> particular;
};

struct Text {
  std::vector<Step> way;
  std::vector<Client> clients;
  std::vector<std::pair<std::string, std::string>> variables;  // $z -> OIN
  std::string participants;
};

std::string TrajectOf(size_t client) { return absl::StrFormat("00000000-0000-4000-8000-%012d", client + 1); }

bool ReadStep(const std::vector<std::string>& words, Step* step) {
  if (words.size() < 3 || !absl::SimpleAtoi(words[0], &step->day)) return false;
  step->by = words[1];
  step->event = words[2];
  step->fields.assign(words.begin() + 3, words.end());
  return true;
}

bool ReadLine(const std::vector<std::string>& words, Text* text, DemoRegion* region) {
  if (words[0] == "organisation" && words.size() >= 5) {
    text->variables.emplace_back("$" + words[1], words[3]);
    absl::StrAppend(&text->participants, text->participants.empty() ? "" : ",", words[2], ":", words[3]);
    region->names[words[3]] = absl::StrJoin(words.begin() + 4, words.end(), " ");
    return true;
  }
  if (words[0] == "way") return words.size() == 1;
  if (words[0] == "next") {
    region->next.push_back(absl::StrJoin(words.begin() + 1, words.end(), " "));
    return true;
  }
  if (words[0] == "client") {
    Client& client = text->clients.emplace_back();
    region->trajecten.push_back(TrajectOf(text->clients.size() - 1));
    if (words.size() == 4 && words[2] == "until")
      return absl::SimpleAtoi(words[1], &client.days_ago) && absl::SimpleAtoi(words[3], &client.until_day);
    return words.size() == 2 && absl::SimpleAtoi(words[1], &client.days_ago);
  }
  std::vector<Step>& steps = text->clients.empty() ? text->way : text->clients.back().particular;
  return ReadStep(words, &steps.emplace_back());
}

std::string FillIn(const std::string& field, const Text& text, size_t client, base::Days today) {
  std::vector<std::pair<std::string, std::string>> values = text.variables;
  values.insert(values.end(), {{"$client", absl::StrCat("c-", client + 1)},
                               {"$participants", text.participants},
                               {"$today", base::FormatDate(today)},
                               {"$soon", base::FormatDate(today + 5)},
                               {"$later", base::FormatDate(today + 730)},
                               {"$digest", absl::StrCat("sha256:", std::string(64, '0'))}});
  return absl::StrReplaceAll(field, values);
}

absl::StatusOr<DemoEvent> Compose(const Text& text, size_t client, const Step& step, base::Days started, size_t place) {
  const base::Days day = started + step.day;
  DemoEvent event;
  // From nine in the morning, within the day in the order of the text.
  event.at_us = base::StartOf(day) + (9 * 3600 + static_cast<base::Micros>(place) * 60) * base::kSecond;
  event::ReportEnvelope envelope;
  envelope.organisation = FillIn("$" + step.by, text, client, day);
  envelope.system = "demonstratie";
  envelope.id = absl::StrCat("demo-", client + 1, "-", place + 1);
  envelope.traject = TrajectOf(client);
  envelope.time = base::FormatTime(event.at_us);
  std::vector<std::string> fields;
  for (const std::string& field : step.fields) fields.push_back(FillIn(field, text, client, day));
  absl::StatusOr<std::string> json = event::ComposeEvent(step.event, envelope, fields);
  if (!json.ok()) return json.status();
  event.json = *std::move(json);
  return event;
}

absl::Status AddHistory(const Text& text, size_t client, base::Days today, std::vector<DemoEvent>* history) {
  const Client& about = text.clients[client];
  std::vector<Step> steps = about.particular;
  for (const Step& step : text.way) {
    if (step.day < about.until_day) steps.push_back(step);
  }
  std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.day < b.day; });
  for (size_t place = 0; place < steps.size() && steps[place].day < about.days_ago; ++place) {
    absl::StatusOr<DemoEvent> event = Compose(text, client, steps[place], today - about.days_ago, place);
    if (!event.ok()) return event.status();
    history->push_back(*std::move(event));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DemoRegion> ReadDemo(const std::string& content, base::Days today) {
  Text text;
  DemoRegion region;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(content, '\n')) {
    ++number;
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (words.empty() || words[0][0] == '#') continue;
    if (!ReadLine(words, &text, &region))
      return absl::InvalidArgumentError(absl::StrCat("the demonstration: line ", number, " cannot be read"));
  }
  for (size_t client = 0; client < text.clients.size(); ++client) {
    if (absl::Status status = AddHistory(text, client, today, &region.history); !status.ok()) return status;
  }
  std::stable_sort(region.history.begin(), region.history.end(), [](const DemoEvent& a, const DemoEvent& b) { return a.at_us < b.at_us; });
  std::vector<std::pair<std::string, std::string>> values = text.variables;
  for (size_t client = 0; client < region.trajecten.size(); ++client)
    values.emplace_back(absl::StrCat("$", client + 1), region.trajecten[client]);
  for (std::string& next : region.next) next = absl::StrReplaceAll(next, values);
  return region;
}

}  // namespace overdracht::cli
