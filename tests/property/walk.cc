#include "tests/property/walk.h"

#include <cstdlib>

#include "services/base/time.h"

namespace overdracht::testing {
namespace {

constexpr uint64_t kTakeOverEvery = 7;  // records

// A region that an oracle looks at.
class Watched {
 public:
  explicit Watched(Region::Check observe) : region_(ProjectWorkflows()), observe_(std::move(observe)) {
    region_.OnRecord([this](const journal::v1::Record& record, const engine::TrajectState& before, const engine::TrajectState& after) {
      if (observe_) observe_(record, before, after);
      if (!violations_.empty()) return;
      violations_ = oracle_.Check(record, before.traject, after.traject);
      // One that comes later and takes the traject over as it is must agree.
      if (record.number() % kTakeOverEvery == 0) late_oracle_ = {};
      for (oracle::Violation& one : late_oracle_.Check(record, before.traject, after.traject)) {
        one.what += " (says an oracle that took the traject over)";
        violations_.push_back(std::move(one));
      }
      for (oracle::Violation& one : violations_) one.what = "record " + std::to_string(record.number()) + ": " + one.what;
    });
  }

  bool Take(const Input& input) {
    if (input.event) {
      region_.Report(*input.event);
    } else {
      region_.AdvanceTo(input.at_us);
    }
    if (!region_.records().empty()) ObserveWithoutTraject(region_.records().back());
    return violations_.empty();
  }

  const Region& region() const { return region_; }
  const std::vector<oracle::Violation>& violations() const { return violations_; }

 private:
  // A refused start, or a report where there is no traject.
  void ObserveWithoutTraject(const journal::v1::Record& last) {
    if (observe_ && last.traject().empty() && last.number() > observed_) observe_(last, {}, {});
    observed_ = last.number();
  }

  Region region_;
  Region::Check observe_;
  uint64_t observed_ = 0;
  oracle::Oracle oracle_, late_oracle_;
  std::vector<oracle::Violation> violations_;
};

}  // namespace

Walk Draw(uint64_t seed, const std::string& workflow, int steps, const Region::Check& observe) {
  Generator generator(seed, workflow);
  Watched watched(observe);
  Walk walk;
  int ended = 0;
  for (int i = 0; i < steps; ++i) {
    const auto& trajecten = watched.region().trajecten();
    const journal::v1::Traject* traject = trajecten.empty() ? nullptr : &trajecten.begin()->second.traject;
    if (traject != nullptr && traject->status() >= notice::v1::STATUS_AFGEROND && ++ended > 25)
      break;  // what can happen after the end is soon seen
    walk.inputs.push_back(generator.Next(traject, watched.region().clock_us()));
    if (!watched.Take(walk.inputs.back())) break;
  }
  walk.records = watched.region().records().size();
  walk.violations = watched.violations();
  return walk;
}

Walk Repeat(const std::vector<Input>& inputs) {
  Watched watched({});
  Walk walk;
  for (const Input& input : inputs) {
    walk.inputs.push_back(input);
    if (!watched.Take(input)) break;
  }
  walk.violations = watched.violations();
  return walk;
}

std::vector<Input> Shrink(const Walk& walk) {
  const int invariant = walk.violations.empty() ? 0 : walk.violations[0].invariant;
  std::vector<Input> shortest = walk.inputs;
  for (size_t piece = shortest.size() / 2; piece > 0; piece /= 2) {
    for (size_t from = 0; from < shortest.size();) {
      std::vector<Input> shorter = shortest;
      shorter.erase(shorter.begin() + from, shorter.begin() + std::min(from + piece, shorter.size()));
      const Walk again = Repeat(shorter);
      if (!again.violations.empty() && again.violations[0].invariant == invariant) {
        shortest = again.inputs;
      } else {
        from += piece;
      }
    }
  }
  return shortest;
}

std::string Print(const std::vector<Input>& inputs) {
  std::string text;
  for (const Input& input : inputs) {
    text += base::FormatTime(input.at_us) + (input.event ? " " + ToJson(*input.event) : " the clock is moved on to here") + "\n";
  }
  return text;
}

std::string Print(const std::vector<oracle::Violation>& violations) {
  std::string text;
  for (const oracle::Violation& one : violations) text += "  invariant " + std::to_string(one.invariant) + ": " + one.what + "\n";
  return text;
}

int Effort() {
  const char* factor = std::getenv("OVERDRACHT_WALKS");
  return factor == nullptr ? 1 : std::max(1, std::atoi(factor));
}

}  // namespace overdracht::testing
