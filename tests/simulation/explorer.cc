#include "tests/simulation/explorer.h"

#include <absl/container/flat_hash_set.h>
#include <absl/hash/hash.h>

#include <algorithm>

namespace overdracht::simulation {
namespace {

using log::PlacedRecord;
using log::Report;

// The choices of one way, in order; those of the next way once it has been lived.
class Path {
 public:
  size_t Choose(size_t choices) {
    if (choices <= 1) return 0;
    if (depth_ == taken_.size()) taken_.push_back({0, choices});
    return taken_[depth_++].choice;
  }
  // From here on nothing has been tried yet.
  bool fresh() const { return depth_ == taken_.size(); }
  size_t depth() const { return depth_; }
  bool Next() {
    depth_ = 0;
    while (!taken_.empty() && ++taken_.back().choice == taken_.back().choices) taken_.pop_back();
    return !taken_.empty();
  }

 private:
  struct Taken {
    size_t choice, choices;
  };
  std::vector<Taken> taken_;
  size_t depth_ = 0;
};

// All that a life has been told, as one number.
class Memory {
 public:
  template <typename... Values>
  void Hear(const Values&... values) {
    heard_ = absl::HashOf(heard_, values...);
  }
  // What was told before does not matter any more but for this.
  template <typename... Values>
  void Remember(const Values&... values) {
    heard_ = absl::HashOf(values...);
  }
  size_t heard() const { return heard_; }

 private:
  size_t heard_ = 0;
};

class HeardTransport : public log::SimulatedTransport {
 public:
  // `at_end` is called when all up to an offset has been read, and the end is asked for again.
  HeardTransport(log::SimulatedPartition* partition, log::Surroundings* surroundings, int patience, Memory* memory,
                 std::function<void(uint64_t offset)> at_end)
      : SimulatedTransport(partition, surroundings, patience), memory_(memory), at_end_(std::move(at_end)) {}

  absl::StatusOr<Report> Produce(absl::string_view record) override {
    absl::StatusOr<Report> report = SimulatedTransport::Produce(record);
    memory_->Hear(report.ok(), report.value_or(Report{}).offset, report.value_or(Report{}).reconnected, SimulatedTransport::Reconnects());
    return report;
  }
  absl::StatusOr<uint64_t> HighWatermark() override {
    at_end_(next_);
    absl::StatusOr<uint64_t> mark = SimulatedTransport::HighWatermark();
    memory_->Hear(mark.ok(), mark.value_or(0));
    return mark;
  }
  absl::StatusOr<std::vector<PlacedRecord>> Fetch(uint64_t from, uint64_t end) override {
    absl::StatusOr<std::vector<PlacedRecord>> records = SimulatedTransport::Fetch(from, end);
    memory_->Hear(static_cast<int>(records.status().code()));
    if (!records.ok()) return records;
    for (const PlacedRecord& record : *records) memory_->Hear(record.offset, record.bytes);
    next_ = records->back().offset + 1;
    return records;
  }
  absl::Duration Wait(uint64_t offset, absl::Duration timeout) override {
    const absl::Duration left = SimulatedTransport::Wait(offset, timeout);
    memory_->Hear(left > absl::ZeroDuration());
    return left;
  }
  uint64_t Reconnects() const override {
    memory_->Hear(SimulatedTransport::Reconnects());
    return SimulatedTransport::Reconnects();
  }

 private:
  Memory* const memory_;
  const std::function<void(uint64_t offset)> at_end_;
  uint64_t next_ = 0;
};

class HeardLog : private HeardTransport, public log::ChainedLog {
 public:
  HeardLog(log::SimulatedPartition* partition, log::Surroundings* surroundings, int patience, const log::Rule& rule, Memory* memory,
           std::function<void(uint64_t offset)> at_end)
      : HeardTransport(partition, surroundings, patience, memory, std::move(at_end)), ChainedLog(this, absl::Seconds(10), rule) {}
};

class Way : public Stage {
 public:
  Way(const Bounds& bounds, Path* path, absl::flat_hash_set<size_t>* seen)
      : Stage(bounds.setting), bounds_(bounds), path_(*path), seen_(*seen), memories_(actors_.size()) {}

  // What is violated at its end; nothing where it comes to a state that was there before.
  std::vector<std::string> Live(bool* ended);
  const std::string& story() const { return story_; }
  const log::SimulatedPartition& log() const { return partition_; }

 private:
  size_t Fault(size_t choices) override;
  size_t Free(size_t) override { return 0; }
  int64_t Now() const override { return 0; }
  log::OwnerToken Token(Actor& actor) override {
    return {static_cast<uint8_t>(1 + (&actor - actors_.data())), static_cast<uint8_t>(++actor.attempts)};
  }
  std::unique_ptr<log::EventLog> Connect(size_t actor) override {
    const auto at_end = [this, actor](uint64_t offset) {
      // In its only reading, or before its first attempt: nothing but what it folded, and how far it has read.
      const bool only_reads = actors_[actor].owns ? actors_[actor].attempts == 0 : setting_.rounds == 1;
      if (only_reads && partition_.term() == 0) Remember(actor, static_cast<int>(kReads), offset);
    };
    return std::make_unique<HeardLog>(&partition_, this, setting_.patience, rule(), &memories_[actor], at_end);
  }
  void AtRest(Actor& me, Rest rest, int lived) override;
  void Pass() override {
    if (partition_.end() != end_) memories_[*fibers_.running()].Hear(partition_.end());  // where it has landed something
    Stage::Pass();
    end_ = partition_.end();
  }

  template <typename... Values>
  void Remember(size_t actor, const Values&... values) {
    const Actor& me = actors_[actor];
    memories_[actor].Remember(values..., me.attempts, me.halted, me.now.tip.hash, me.now.tip.offset, me.now.decisions.state,
                              me.kept.tip.hash, me.kept.tip.offset, me.kept.decisions.state);
  }
  size_t State() const;
  std::vector<std::function<void()>> Moves();

  Bounds bounds_;  // what is left of them
  Path& path_;
  absl::flat_hash_set<size_t>& seen_;
  std::vector<Memory> memories_;
  const int faults_ = bounds_.faults;
  uint64_t end_ = 0;  // of the log when the one that runs began to
};

// A report that only comes late is no choice of its own here: others run in between anyway.
size_t Way::Fault(size_t choices) {
  if (bounds_.faults == 0) return 0;
  const size_t fault = path_.Choose(choices > 2 ? choices - 1 : choices);
  memories_[*fibers_.running()].Hear(fault);
  if (fault != 0) --bounds_.faults;
  return fault;
}

// A transport also remembers under which leader it was told last, and an owner how often it was left in doubt.
void Way::AtRest(Actor& me, Rest rest, int lived) {
  if (rest != kEnded && (partition_.term() != 0 || (rest == kTriesToOwn && bounds_.faults != faults_))) return;
  Remember(&me - actors_.data(), static_cast<int>(rest), lived);
}

size_t Way::State() const {
  Memory all;
  all.Hear(ledger_.seen(), ledger_.disaster());
  all.Hear(partition_.replicated(), partition_.visible(), partition_.term(), bounds_.faults, bounds_.elections, bounds_.disasters);
  for (const auto& record : partition_.records()) all.Hear(record.bytes);
  std::vector<absl::string_view> late;
  for (size_t i = 0; i < partition_.in_flight(); ++i) late.push_back(partition_.in_flight(i));
  std::sort(late.begin(), late.end());
  all.Hear(late);
  for (size_t which = 0; which < actors_.size(); ++which) all.Hear(memories_[which].heard(), fibers_.Lives(which));
  return all.heard();
}

// What can happen next.
std::vector<std::function<void()>> Way::Moves() {
  std::vector<std::function<void()>> moves;
  for (size_t which = 0; which < actors_.size(); ++which) {
    if (fibers_.Lives(which)) moves.push_back([this, which] { end_ = partition_.end(), fibers_.Resume(which); });
  }
  if (moves.empty()) return moves;
  for (size_t late = 0; late < partition_.in_flight(); ++late) moves.push_back([this, late] { partition_.LandLate(late); });
  const uint64_t end = partition_.end(), replicated = partition_.replicated(), visible = partition_.visible();
  if (visible < end) moves.push_back([this] { partition_.Replicate(); });
  if (bounds_.elections > 0 && end > 0) {
    const auto elect = [this](uint64_t kept, uint64_t shown) {
      --bounds_.elections;
      Note("a leader is elected; ", partition_.end() - kept, " go with the old one");
      partition_.ElectLeader(kept, shown);
    };
    moves.push_back([=] { elect(end, visible); });
    if (replicated < end) moves.push_back([=] { elect(replicated, visible); });
    if (visible > 0) moves.push_back([=] { elect(end, visible - 1); });
  }
  for (uint64_t kept = 0; bounds_.disasters > 0 && kept < end; ++kept) {
    moves.push_back([this, kept] {
      --bounds_.disasters;
      Strike(kept);
    });
  }
  return moves;
}

std::vector<std::string> Way::Live(bool* ended) {
  *ended = false;
  for (size_t which = 0; which < actors_.size(); ++which) Begin(which);
  while (true) {
    for (size_t which = 0; which < actors_.size(); ++which) {
      if (actors_[which].attempts > bounds_.attempts) Kill(which);
    }
    const std::vector<std::function<void()>> moves = Moves();
    if (moves.empty()) break;
    if (path_.fresh() && !seen_.insert(State()).second) return {};
    moves[path_.Choose(moves.size())]();
  }
  *ended = true;
  return Settle();
}

}  // namespace

Exploration Explore(const Bounds& bounds) {
  Exploration result;
  absl::flat_hash_set<size_t> seen;
  Path path;
  do {
    Way way(bounds, &path, &seen);
    bool ended = false;
    result.violations = way.Live(&ended);
    result.ways += ended;
    result.longest = std::max(result.longest, path.depth());
    if (!result.violations.empty()) result.story = way.story() + Describe(way.log());
  } while (result.violations.empty() && path.Next());
  result.states = seen.size();
  return result;
}

}  // namespace overdracht::simulation
