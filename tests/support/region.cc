#include "tests/support/region.h"

#include <iostream>
#include <set>

#include "services/base/check.h"
#include "services/base/codes.h"
#include "services/chart/read.h"
#include "services/event/read.h"

namespace overdracht::testing {

std::string Answer::code() const {
  if (accepted) return "accepted";
  std::string code = base::Code(refusal.code());
  for (char& c : code) c = static_cast<char>(std::toupper(c));
  return code;
}

Answer Region::Publish(absl::string_view json) {
  auto read = event::ReadCloudEvent(json, [&](absl::string_view kind) { return workflows_.KnowsContact(kind); });
  if (auto* malformed = std::get_if<event::Malformed>(&read)) {
    Answer answer;
    answer.refusal = malformed->refusal;
    return answer;
  }
  event::v1::Event& event = std::get<event::v1::Event>(read);
  if (event.organisation().rfind("00000099", 0) != 0) {
    Answer answer;
    answer.refusal.set_code(journal::v1::REFUSAL_CODE_SOURCE_MISMATCH);
    return answer;
  }
  return Report(std::move(event));
}

Answer Region::Report(event::v1::Event event) {
  clock_us_ = std::max(clock_us_, event.time_us());
  Fire(clock_us_);
  const std::string id = event.traject();
  const auto known = trajecten_.find(id);
  Answer answer;
  if (known != trajecten_.end()) {
    if (const journal::v1::Seen* seen = engine::FindSeen(known->second.memory, event)) {
      answer.accepted = !seen->has_refusal();
      answer.duplicate = true;
      answer.refusal = seen->refusal();
      answer.position = seen->position();
      return answer;
    }
  }
  engine::TrajectState state;
  if (known != trajecten_.end()) state = known->second;
  journal::v1::Record record;
  record.set_traject(id);
  record.set_time_us(clock_us_);
  *record.mutable_event() = std::move(event);
  record = Decide(std::move(record), &state);
  answer.accepted = !record.has_refusal();
  answer.refusal = record.refusal();
  answer.position = record.number();
  return answer;
}

void Region::AdvanceTo(int64_t us) {
  if (us <= clock_us_) return;
  clock_us_ = us;
  Fire(us);
}

void Region::Fire(int64_t until_us) {
  while (!due_.empty() && due_.begin()->first.first <= until_us) {
    const std::string id = due_.begin()->first.second;
    engine::TrajectState state = trajecten_.at(id);
    journal::v1::Record record;
    record.set_traject(id);
    record.set_time_us(std::max(due_.begin()->second.at_us, state.traject.last_us()));
    *record.mutable_term() = due_.begin()->second.term;
    Decide(std::move(record), &state);
  }
}

journal::v1::Record Region::Decide(journal::v1::Record record, engine::TrajectState* state) {
  record.set_number(records_.size() + 1);
  const std::string id = record.traject();
  const engine::TrajectState before = *state;
  engine::Decide(workflows_, state, &record);
  records_.push_back(record);
  if (record.traject().empty()) return record;
  engine::TrajectState& folded = folded_[id];
  engine::Apply(record, &folded);
  OVERDRACHT_CHECK(folded.traject.SerializeAsString() == state->traject.SerializeAsString(), "replay differs from live");
  OVERDRACHT_CHECK(folded.memory.SerializeAsString() == state->memory.SerializeAsString(), "replayed memory differs from live");
  trajecten_[id] = *state;
  if (const auto due = due_of_.find(id); due != due_of_.end()) due_.erase({due->second, id});
  due_of_.erase(id);
  if (const auto next = engine::NextTimer(state->traject)) {
    due_[{next->at_us, id}] = *next;
    due_of_[id] = next->at_us;
  }
  if (check_) check_(record, before, *state);
  return record;
}

std::vector<std::pair<uint64_t, const notice::v1::Notice*>> Region::Outbox(const std::string& organisation) const {
  std::vector<std::pair<uint64_t, const notice::v1::Notice*>> outbox;
  for (const journal::v1::Record& record : records_) {
    for (const notice::v1::Notice& notice : record.notices()) {
      for (const std::string& to : notice.to()) {
        if (to == organisation) outbox.emplace_back(record.number(), &notice);
      }
    }
  }
  return outbox;
}

std::vector<std::string> Region::Organisations() const {
  std::set<std::string> all;
  for (const journal::v1::Record& record : records_) {
    for (const notice::v1::Notice& notice : record.notices()) all.insert(notice.to().begin(), notice.to().end());
  }
  return {all.begin(), all.end()};
}

const chart::Workflows& ProjectWorkflows() {
  static const auto* workflows = [] {
    auto* made = new chart::Workflows;
    const auto& files = chart::ShippedWorkflows();
    for (const auto& [path, text] : files) {
      const size_t slash = path.find("/workflow.yaml");
      if (slash == std::string::npos) continue;
      const auto read = chart::ReadWorkflow(path.substr(0, slash), [&](absl::string_view wanted) -> std::optional<std::string> {
        const auto it = files.find(std::string(wanted));
        if (it == files.end()) return std::nullopt;
        return it->second;
      });
      for (const chart::Finding& finding : read.findings) std::cerr << finding.ToString() << "\n";
      OVERDRACHT_CHECK(read.ok(), "a workflow of the project that cannot be read");
      auto compiled = chart::Workflow::Compile(read.definition);
      OVERDRACHT_CHECK(compiled.ok(), "a workflow of the project that does not compile");
      made->Add(*std::move(compiled));
    }
    return made;
  }();
  return *workflows;
}

}  // namespace overdracht::testing
