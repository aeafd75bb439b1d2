#include "tests/simulation/world.h"

#include <absl/strings/escaping.h>

#include <algorithm>

#include "services/base/sha256.h"

namespace overdracht::simulation {
namespace {

using log::Batch;
using log::BatchHeader;
using log::BatchKind;
using log::BatchWriter;

class World : public Stage {
 public:
  World(uint64_t seed, const Setting& setting, const Weather& weather);

  Outcome Run();

  size_t Fault(size_t choices) override { return chance_.OneIn(fault_in_) ? chance_.Below(choices) : 0; }

 private:
  size_t Free(size_t choices) override { return chance_.Below(choices); }
  int64_t Now() const override { return step_ / 50; }
  log::OwnerToken Token(Actor&) override;

  void Nature();
  void Elect();
  void Disaster();
  void GrowAgain(uint64_t end);
  void Hostile();
  void LiveOn();

  Chance chance_;
  const int steps_;
  int step_ = 0;
  size_t fault_in_ = 0, elect_in_ = 0, pause_in_ = 0, kill_in_ = 0, hostile_in_ = 0;
  std::vector<int> disasters_;  // at which steps
  std::vector<int> paused_until_;
};

World::World(uint64_t seed, const Setting& setting, const Weather& weather) : Stage(setting), chance_(seed), steps_(weather.steps) {
  chance_.Number();
  const auto one_of = [this](std::initializer_list<size_t> from) { return *(from.begin() + chance_.Below(from.size())); };
  fault_in_ = one_of({0, 4, 10, 30});
  elect_in_ = one_of({0, 40, 200});
  pause_in_ = one_of({0, 50, 200});
  kill_in_ = one_of({0, 100, 400});
  if (weather.hostile) hostile_in_ = one_of({0, 0, 20, 100});
  if (weather.disasters && chance_.OneIn(3)) {
    for (size_t i = 0; i <= chance_.Below(2); ++i) disasters_.push_back(static_cast<int>(chance_.Below(steps_)));
  }
  paused_until_.resize(actors_.size());
}

log::OwnerToken World::Token(Actor& actor) {
  ++actor.attempts;
  log::OwnerToken token;
  for (uint8_t& byte : token) byte = static_cast<uint8_t>(chance_.Number());
  return token;
}

Outcome World::Run() {
  for (size_t which = 0; which < actors_.size(); ++which) Begin(which);
  for (; step_ < steps_; ++step_) {
    Nature();
    LiveOn();
  }
  Outcome outcome;
  base::Hasher hasher("simulated log");
  for (const auto& record : partition_.records()) hasher.Add(record.bytes);
  outcome.bytes = absl::BytesToHexString(base::Hasher::View(hasher.Finish()));
  outcome.violations = Settle();
  if (!outcome.violations.empty()) outcome.story = story_ + Describe(partition_);
  outcome.records = partition_.end();
  for (const Counted& batch : WhatCounts(partition_)) {
    ++outcome.counted;
    outcome.take_overs += batch.header.kind == BatchKind::kTakeOver;
    outcome.inputs += batch.records.size();
  }
  outcome.halted = halted();
  outcome.disaster = ledger_.disaster();
  return outcome;
}

// Somebody runs until it waits, is paused (SIGSTOP), or killed and begun again.
void World::LiveOn() {
  const size_t which = chance_.Below(actors_.size());
  if (chance_.OneIn(pause_in_)) paused_until_[which] = step_ + static_cast<int>(chance_.Below(400));
  if (step_ < paused_until_[which]) return;
  if (chance_.OneIn(kill_in_)) Kill(which);
  if (!fibers_.Lives(which)) {
    if (actors_[which].halted) return;
    Begin(which);
  }
  fibers_.Resume(which);
}

void World::Nature() {
  if (partition_.in_flight() > 0 && chance_.OneIn(12)) {
    const size_t late = chance_.Below(partition_.in_flight());
    chance_.OneIn(4) ? partition_.LoseLate(late) : partition_.LandLate(late);
  }
  if (chance_.OneIn(8)) partition_.Replicate();
  if (chance_.OneIn(elect_in_)) Elect();
  if (chance_.OneIn(hostile_in_)) Hostile();
  if (std::count(disasters_.begin(), disasters_.end(), step_) > 0) Disaster();
}

void World::Elect() {
  const uint64_t kept = partition_.replicated() + chance_.Below(partition_.end() - partition_.replicated() + 1);
  const uint64_t back = std::min<uint64_t>(chance_.Below(4), partition_.visible());
  Note("a leader is elected; ", partition_.end() - kept, " go with the old one");
  partition_.ElectLeader(kept, partition_.visible() - back);
}

// The tail is lost; half of the time somebody who knows nothing of it fills the place at once, exactly or beyond, which hides it best.
void World::Disaster() {
  const uint64_t end = partition_.end();
  if (end == 0) return;
  Strike(end - 1 - chance_.Below(std::min<uint64_t>(end, 12)));
  if (chance_.OneIn(2)) GrowAgain(end + chance_.Below(4));
}

void World::GrowAgain(uint64_t end) {
  const std::vector<Counted> counted = WhatCounts(partition_);
  BatchHeader header;
  Decisions decisions;
  for (const Counted& batch : counted) {
    for (const std::string& record : batch.records) decisions.Apply(record);
    header = {.number = batch.header.number,
              .epoch = batch.header.epoch,
              .owner = batch.header.owner,
              .previous = batch.hash,
              .first_record = batch.header.first_record + batch.records.size(),
              .anchor = {batch.offset, batch.hash}};
  }
  if (counted.empty()) header.first_record = 1;
  bool first = true;
  while (partition_.end() < end) {
    ++header.number;
    header.kind = std::exchange(first, false) ? BatchKind::kTakeOver : BatchKind::kWork;
    if (header.kind == BatchKind::kTakeOver) ++header.epoch, header.owner = {0xee};
    header.input_from = header.input_to = decisions.next;
    const bool decides = header.kind == BatchKind::kWork && decisions.next < setting_.inputs;
    if (decides) ++header.input_to;
    BatchWriter writer(header);
    if (decides) writer.Add("", {}, decisions.Decide(Now()));
    const std::string bytes = writer.Finish();
    header.first_record += decides;
    Batch batch;
    (void)DecodeBatch(bytes, &batch);
    header.previous = batch.hash;
    header.anchor = {partition_.Land(bytes), batch.hash};
  }
  partition_.Replicate();
}

// Somebody with the right to write, and without manners.
void World::Hostile() {
  const std::vector<Counted> counted = WhatCounts(partition_);
  if (counted.empty()) return;
  const Counted& last = counted.back();
  BatchHeader header = last.header;
  header.kind = BatchKind::kWork;
  ++header.number;
  header.previous = last.hash;
  header.input_from = last.header.input_to;
  header.input_to = header.input_from + 1;
  header.first_record += last.records.size();
  header.anchor = {last.offset, last.hash};
  const size_t kind = chance_.Below(7);
  if (kind == 0 && header.epoch > 1) --header.epoch;
  if (kind <= 1) header.owner = {0xbb};
  if (kind == 2) header.kind = BatchKind::kTakeOver, header.input_to = header.input_from, header.epoch += 1 + ~header.epoch / 2;
  if (kind == 3) header.previous = base::Sha256("a fork of its own");
  BatchWriter writer(header);
  if (header.kind == BatchKind::kWork) writer.Add("", {}, "0 0 0");
  std::string bytes = writer.Finish();
  if (kind == 4) bytes = partition_.records()[chance_.Below(partition_.end())].bytes;
  if (kind == 5) bytes.resize(chance_.Below(bytes.size()));
  if (kind == 6) bytes[chance_.Below(bytes.size())] ^= 1;
  if (kind == 0 && header.epoch == last.header.epoch) header.owner = {0xbb};
  partition_.Land(bytes);
}

}  // namespace

uint64_t Chance::Number() {
  uint64_t z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

Outcome Live(uint64_t seed, const Breakage& breakage, const Weather& weather) {
  Chance chance(~seed);
  const Setting setting{.owners = 2 + static_cast<int>(chance.Below(3)),
                        .readers = 1 + static_cast<int>(chance.Below(3)),
                        .inputs = 20 + chance.Below(400),
                        .ownerships = 0,
                        .rounds = 0,
                        .breakage = breakage};
  return World(seed, setting, weather).Run();
}

}  // namespace overdracht::simulation
