#include "services/scenario/region.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <set>
#include <variant>

#include "services/base/codes.h"
#include "services/event/read.h"

namespace overdracht::scenario {
namespace {

// Organisations that exist for tests only; the source of any other is not believed.
constexpr absl::string_view kTestPrefix = "00000099";

}  // namespace

std::string Answer::code() const { return accepted ? "accepted" : absl::AsciiStrToUpper(base::Code(refusal.code())); }

Answer Region::Publish(absl::string_view json) {
  auto read = event::ReadCloudEvent(json, [&](absl::string_view kind) { return workflows_.KnowsContact(kind); });
  Answer answer;
  if (const auto* malformed = std::get_if<event::Malformed>(&read)) {
    answer.refusal = malformed->refusal;
    return answer;
  }
  event::v1::Event& event = std::get<event::v1::Event>(read);
  if (event.organisation().compare(0, kTestPrefix.size(), std::string(kTestPrefix)) != 0) {
    answer.refusal.set_code(journal::v1::REFUSAL_CODE_SOURCE_MISMATCH);
    answer.refusal.set_reason(journal::v1::REFUSAL_REASON_NOT_THE_CALLER);
    return answer;
  }
  return Report(std::move(event));
}

Answer Region::Report(event::v1::Event event) {
  clock_us_ = std::max(clock_us_, event.time_us());
  Fire();
  Answer answer;
  if (const auto known = trajecten_.find(event.traject()); known != trajecten_.end()) {
    if (const journal::v1::Seen* seen = engine::FindSeen(known->second.memory, event)) {
      answer.accepted = !seen->has_refusal();
      answer.duplicate = true;
      answer.refusal = seen->refusal();
      answer.position = seen->position();
      return answer;
    }
  }
  journal::v1::Record record;
  record.set_traject(event.traject());
  record.set_time_us(clock_us_);
  *record.mutable_event() = std::move(event);
  const journal::v1::Record& decided = Decide(std::move(record));
  answer.accepted = !decided.has_refusal();
  answer.refusal = decided.refusal();
  answer.position = decided.number();
  return answer;
}

void Region::AdvanceTo(int64_t us) {
  if (us <= clock_us_) return;
  clock_us_ = us;
  Fire();
}

void Region::Fire() {
  while (!due_.empty() && due_.begin()->first.first <= clock_us_) {
    const auto& [key, timer] = *due_.begin();
    journal::v1::Record record;
    record.set_traject(key.second);
    record.set_time_us(std::max(timer.at_us, trajecten_.at(key.second).traject.last_us()));
    *record.mutable_term() = timer.term;
    Decide(std::move(record));
  }
}

const journal::v1::Record& Region::Decide(journal::v1::Record record) {
  record.set_number(records_.size() + 1);
  const std::string id = record.traject();
  const auto known = trajecten_.find(id);
  engine::TrajectState after;
  if (known != trajecten_.end()) after = known->second;
  engine::Decide(workflows_, &after, &record);
  records_.push_back(std::move(record));
  const journal::v1::Record& decided = records_.back();
  if (decided.traject().empty()) return decided;

  engine::TrajectState& stored = trajecten_[id];
  Decided(decided, stored, after);
  stored = std::move(after);
  if (const auto due = due_of_.find(id); due != due_of_.end()) {
    due_.erase({due->second, id});
    due_of_.erase(due);
  }
  if (const auto next = engine::NextTimer(stored.traject)) {
    due_[{next->at_us, id}] = *next;
    due_of_[id] = next->at_us;
  }
  return decided;
}

std::vector<std::pair<uint64_t, const notice::v1::Notice*>> Region::Outbox(const std::string& organisation) const {
  std::vector<std::pair<uint64_t, const notice::v1::Notice*>> outbox;
  for (const journal::v1::Record& record : records_) {
    for (const notice::v1::Notice& notice : record.notices()) {
      if (std::find(notice.to().begin(), notice.to().end(), organisation) != notice.to().end())
        outbox.emplace_back(record.number(), &notice);
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

}  // namespace overdracht::scenario
