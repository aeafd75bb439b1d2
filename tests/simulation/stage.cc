#include "tests/simulation/stage.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace overdracht::simulation {
namespace {

using log::Batch;
using log::BatchWriter;
using log::EventLog;
using log::Owner;
using log::Tip;

// After the storm.
class Peace : public log::Surroundings {
 public:
  size_t Fault(size_t) override { return 0; }
  void Pass() override {}
};

// The rule as it was first worded: a batch counts if it chains and its epoch is not lower.
log::Verdict JudgeEpochNotLower(const Tip& tip, const Batch& batch) {
  if (batch.epoch < tip.epoch || tip.number == 0) return log::Judge(tip, batch);
  Tip lenient = tip;
  lenient.owner = batch.owner;
  lenient.epoch = batch.kind == log::BatchKind::kTakeOver ? batch.epoch - 1 : batch.epoch;
  return log::Judge(lenient, batch);
}

base::Hash HashOf(absl::string_view bytes) {
  Batch batch;
  return DecodeBatch(bytes, &batch) ? base::Hash{} : batch.hash;
}

// A batch behind the owner's tip that decides up to `count` inputs.
std::string Decide(const Owner& owner, Decisions decisions, uint64_t until, int64_t now) {
  BatchWriter writer = owner.Begin(until, now);
  while (decisions.next < until) writer.Add("", {}, decisions.Decide(now));
  return writer.Finish();
}

}  // namespace

Stage::Stage(const Setting& setting) : setting_(setting) {
  for (int i = 0; i < setting.owners + setting.readers; ++i) {
    const bool owns = i < setting.owners;
    actors_.push_back({.name = absl::StrCat(owns ? "owner " : "reader ", owns ? i + 1 : i + 1 - setting.owners), .owns = owns});
  }
}

int Stage::halted() const {
  return static_cast<int>(std::count_if(actors_.begin(), actors_.end(), [](const Actor& actor) { return actor.halted; }));
}

log::Rule Stage::rule() const {
  log::Rule rule;
  if (setting_.breakage.epoch_not_lower) rule.judge = JudgeEpochNotLower;
  rule.look_at_tip = !setting_.breakage.no_look_at_tip;
  rule.heed_anchors = !setting_.breakage.no_anchors;
  rule.heed_reconnects = !setting_.breakage.no_reconnects;
  return rule;
}

std::unique_ptr<EventLog> Stage::Connect(size_t) {
  return std::make_unique<log::SimulatedLog>(&partition_, this, setting_.patience, rule());
}

void Stage::Begin(size_t which) {
  fibers_.Begin(which, [this, which] {
    Actor& me = actors_[which];
    me.now = me.kept;
    const std::unique_ptr<EventLog> log = Connect(which);
    me.owns ? OwnerLives(me, *log) : ReaderLives(me, *log);
    AtRest(me, kEnded, 0);
  });
}

void Stage::Kill(size_t which) {
  fibers_.Kill(which);
  actors_[which].now = actors_[which].kept;
}

void Stage::Strike(uint64_t kept) {
  ledger_.Disaster();
  Note("the tail from ", kept, " on is lost");
  for (uint64_t offset = kept; offset < partition_.end(); ++offset) ledger_.TakenAway(partition_.records()[offset].bytes);
  partition_.LoseTail(kept);
}

// ---- An owner's life -------------------------------------------------------------------------------------------------------------------

void Stage::OwnerLives(Actor& me, EventLog& log) {
  for (int lived = 0; setting_.ownerships == 0 || lived < setting_.ownerships; ++lived) {
    me.now = me.kept;
    const auto fold = [&](const Tip& at, const Batch& batch) { return Fold(me, at, batch); };
    const auto draw = [&] {
      const log::OwnerToken token = Token(me);
      AtRest(me, kTriesToOwn, lived);
      return setting_.breakage.no_token ? log::OwnerToken{} : token;
    };
    const auto owner = Owner::TakeOver(&log, me.now.tip, 0, Now(), "simulated", fold, draw);
    if (absl::IsDataLoss(owner.status())) return Halt(me, owner.status());
    if (!owner.ok()) continue;
    ledger_.Owns(me.name, (*owner)->tip());
    Note(me.name, " owns from batch ", (*owner)->tip().number, " at offset ", (*owner)->tip().offset);
    if (!Work(me, log, **owner, lived)) return;
  }
}

// False: it halts.
bool Stage::Work(Actor& me, EventLog& log, Owner& owner, int lived) {
  while (me.now.decisions.next < setting_.inputs) {
    AtRest(me, kWorks, lived);
    const uint64_t left = setting_.inputs - me.now.decisions.next;
    const uint64_t count = std::min<uint64_t>(left, std::array{1, 2, 3, 0}[Free(4)]);  // an empty one too
    const std::string bytes = Decide(owner, me.now.decisions, me.now.decisions.next + count, Now());
    if (setting_.breakage.tells_early) Tell(me, Tip{.hash = HashOf(bytes)}, bytes);
    const absl::Status sent = Send(me, log, owner, me.now.decisions, bytes);
    if (absl::IsDataLoss(sent)) {
      Halt(me, sent);
      return false;
    }
    if (!sent.ok()) return true;
    for (int i = 0; i < setting_.patience && owner.courtesy() > absl::ZeroDuration(); ++i) Pass();
    if (Free(32) == 1) return true;  // it leaves
  }
  return true;
}

// Sends until it is settled; what counts then is folded and told.
absl::Status Stage::Send(Actor& me, EventLog& log, Owner& owner, const Decisions& before, std::string bytes) {
  absl::Status status;
  if (setting_.breakage.decides_anew) {
    const Tip tip = owner.tip();
    absl::StatusOr<Tip> appended = log.Append(tip, bytes);
    while (!appended.ok() && !absl::IsAborted(appended.status()) && !absl::IsDataLoss(appended.status())) {
      ledger_.TellsNotRecorded(me.name, HashOf(bytes));
      bytes = Decide(owner, before, std::min(before.next + 1, setting_.inputs), Now() + 1);
      appended = log.Append(tip, bytes);
    }
    status = appended.ok() ? owner.Append(bytes) : appended.status();
  } else {
    do status = owner.Append(bytes);
    while (absl::IsUnavailable(status));
  }
  if (!status.ok()) return status;
  Batch batch;
  (void)DecodeBatch(bytes, &batch);
  if (absl::Status folded = Fold(me, owner.tip(), batch); !folded.ok()) return folded;
  if (Free(4) == 1) me.kept = me.now;
  return status;
}

// What a batch that counts does to memory, and what goes out because of it.
absl::Status Stage::Fold(Actor& me, const Tip& at, const Batch& batch) {
  ledger_.Follows(me.name, me.now.tip, at);
  if (!me.now.decisions.Apply(batch)) {
    ledger_.Violated(absl::StrCat(me.name, " cannot fold batch ", at.number));
    return absl::InternalError("this does not follow from what was before");
  }
  me.now.tip = at;
  if (me.owns) Tell(me, at, batch.stored);
  return absl::OkStatus();
}

void Stage::Tell(const Actor& me, const Tip& at, absl::string_view bytes) {
  Batch batch;
  (void)DecodeBatch(bytes, &batch);
  for (const log::StoredRecord& record : batch.records) ledger_.Tells(me.name, at, record.bytes);
}

void Stage::Halt(Actor& me, const absl::Status& why) {
  me.halted = true;
  Note(me.name, " halted: ", why.message());
  if (!ledger_.disaster()) ledger_.Violated(absl::StrCat(me.name, " halted, but nothing was lost: ", why.message()));
}

// ---- A reader's life -------------------------------------------------------------------------------------------------------------------

void Stage::ReaderLives(Actor& me, EventLog& log) {
  for (int lived = 0; setting_.rounds == 0 || lived < setting_.rounds; ++lived) {
    if (lived > 0) log.Wait(me.now.tip, absl::Milliseconds(100));
    AtRest(me, kReads, lived);
    const absl::Status read = log.Read(me.now.tip, [&](const Tip& at, const Batch& batch) {
      if (absl::Status folded = Fold(me, at, batch); !folded.ok()) return folded;
      if (Free(16) == 1) me.kept = me.now;
      return Free(16) == 1 ? absl::CancelledError("it stops here") : absl::OkStatus();
    });
    if (absl::IsDataLoss(read)) return Halt(me, read);
    if (Free(32) == 1) me.now = me.kept;
    if (Free(64) == 1) me.now = me.kept = {};
  }
}

// ---- The end ---------------------------------------------------------------------------------------------------------------------------

std::vector<std::string> Stage::Settle() {
  for (size_t which = 0; which < actors_.size(); ++which) fibers_.Kill(which);  // what they remember is looked at below
  while (partition_.in_flight() > 0) partition_.LandLate(0);
  partition_.Replicate();
  Peace peace;
  const auto connect = [&] { return log::SimulatedLog(&partition_, &peace, setting_.patience, rule()); };
  DecideTheRest(connect());
  for (const Actor& actor : actors_) {
    if (actor.halted) continue;
    LookOnceMore(connect(), actor, actor.now);
    LookOnceMore(connect(), actor, actor.kept);
  }
  return ledger_.Violations(partition_);
}

void Stage::DecideTheRest(log::SimulatedLog log) {
  Actor last{.name = "the last owner", .owns = true};
  const auto fold = [&](const Tip& at, const Batch& batch) { return Fold(last, at, batch); };
  auto owner = Owner::TakeOver(&log, {}, 0, 1, "simulated", fold, [] { return log::OwnerToken{0xff}; });
  if (owner.ok()) {
    ledger_.Owns(last.name, (*owner)->tip());
    const std::string rest = Decide(**owner, last.now.decisions, std::max(setting_.inputs, last.now.decisions.next), 1);
    const absl::Status sent = (*owner)->Append(rest);
    if (!sent.ok()) ledger_.Violated(absl::StrCat("the rest could not be decided: ", sent.message()));
  } else if (!ledger_.disaster()) {
    ledger_.Violated(absl::StrCat("nobody can take over any more: ", owner.status().message()));
  }
}

// Who remembers what counts reads on to the end; who remembers what is lost is told, as a reader and as an owner.
void Stage::LookOnceMore(log::SimulatedLog log, const Actor& actor, const Snapshot& memory) {
  const std::vector<Counted> counted = WhatCounts(partition_);
  const Tip& tip = memory.tip;
  const bool stands = tip.number == 0 || (tip.number <= counted.size() && counted[tip.number - 1].hash == tip.hash);
  Tip end = tip;
  const absl::Status read = log.Read(tip, [&](const Tip& at, const Batch&) {
    end = at;
    return absl::OkStatus();
  });
  const auto violated = [&](const auto&... what) { ledger_.Violated(absl::StrCat(actor.name, " at batch ", tip.number, what...)); };
  if (!stands) {
    if (!absl::IsDataLoss(read)) violated(" is not told that it is lost");
    log::BatchHeader header{.number = tip.number + 1, .epoch = tip.epoch, .owner = tip.owner, .previous = tip.hash};
    header.input_from = header.input_to = tip.input_to;
    header.first_record = tip.last_record + 1;
    if (actor.owns && !absl::IsDataLoss(log.Append(tip, BatchWriter(header).Finish()).status())) violated(" may go on, but it is lost");
  } else if (read.ok()) {
    if (end.number != counted.size()) violated(" reads to batch ", end.number, " of ", counted.size());
  } else if (!ledger_.disaster()) {
    violated(" cannot read on: ", read.message());
  }
}

}  // namespace overdracht::simulation
