#include "tests/simulation/ledger.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <optional>

#include "tests/simulation/decisions.h"

namespace overdracht::simulation {
namespace {

using log::Batch;
using log::BatchKind;
using log::Tip;

std::string Name(const base::Hash& hash) {
  std::string hex;
  for (int i = 0; i < 4; ++i) absl::StrAppend(&hex, absl::Hex(hash[i], absl::kZeroPad2));
  return hex;
}

// 'Only behind the last one that counts, as work by the same owner in the same epoch, or as a take-over that opens exactly the next epoch,
// with its number, its input and its records following on.'
bool IsNext(const std::vector<Counted>& counted, uint64_t records, const Batch& batch) {
  const uint64_t range = batch.input_to - batch.input_from;
  if (batch.input_to < batch.input_from || batch.number != counted.size() + 1 || batch.first_record != records + 1) return false;
  if (counted.empty()) return batch.kind == BatchKind::kTakeOver && batch.epoch == 1 && batch.previous == base::Hash{} && range == 0;
  const Counted& last = counted.back();
  if (batch.previous != last.hash || batch.input_from != last.header.input_to) return false;
  if (batch.kind == BatchKind::kTakeOver) return batch.epoch == last.header.epoch + 1;
  return batch.epoch == last.header.epoch && batch.owner == last.header.owner;
}

}  // namespace

std::vector<Counted> WhatCounts(const log::SimulatedPartition& partition) {
  std::vector<Counted> counted;
  uint64_t records = 0;
  Batch batch;
  for (uint64_t offset = 0; offset < partition.end(); ++offset) {
    if (DecodeBatch(partition.records()[offset].bytes, &batch) || !IsNext(counted, records, batch)) continue;
    records += batch.records.size();
    Counted next{offset, batch, batch.hash, {}};
    next.header.decided_by = {};
    for (const log::StoredRecord& record : batch.records) next.records.emplace_back(record.bytes);
    counted.push_back(std::move(next));
  }
  return counted;
}

std::string Describe(const log::SimulatedPartition& partition) {
  std::string text;
  std::set<uint64_t> counted;
  for (const Counted& batch : WhatCounts(partition)) counted.insert(batch.offset);
  Batch batch;
  for (uint64_t offset = 0; offset < partition.end(); ++offset) {
    absl::StrAppend(&text, offset, counted.count(offset) ? " counts " : "        ");
    if (DecodeBatch(partition.records()[offset].bytes, &batch)) {
      absl::StrAppend(&text, "no batch\n");
      continue;
    }
    absl::StrAppend(&text, Name(batch.hash), " behind ", Name(batch.previous), ": ", batch.number,
                    batch.kind == BatchKind::kWork ? " work" : " take-over", " of epoch ", batch.epoch, ", input ", batch.input_from,
                    " to ", batch.input_to, ", anchor ", batch.anchor.offset, "\n");
  }
  return text;
}

void Ledger::Owns(absl::string_view who, const Tip& take_over) {
  See(who, take_over.hash);
  owners_.push_back({std::string(who), take_over});
}

void Ledger::Follows(absl::string_view who, const Tip& before, const Tip& at) {
  if (at.number != before.number + 1) Violated(absl::StrCat(who, " came from batch ", before.number, " to batch ", at.number));
  if (followed_.try_emplace(at.hash, Following{std::string(who), at}).second) See(at.hash);
}

void Ledger::Tells(absl::string_view who, const Tip& at, absl::string_view decision) {
  const std::string input(decision.substr(0, decision.find(' ')));
  if (tellings_.try_emplace({input, at.hash}, Telling{std::string(who), at.hash, std::string(decision)}).second) See(decision, at.hash);
}

void Ledger::TellsNotRecorded(absl::string_view who, const base::Hash& batch) {
  See("not recorded", batch);
  not_recorded_.emplace_back(who, batch);
}

void Ledger::TakenAway(absl::string_view record) {
  Batch batch;
  if (!DecodeBatch(record, &batch) && taken_away_.insert(batch.hash).second) See("taken away", batch.hash);
}

std::vector<std::string> Ledger::Violations(const log::SimulatedPartition& partition) const {
  std::vector<std::string> found = violations_;
  const auto violated = [&found](const auto&... what) { found.push_back(absl::StrCat(what...)); };
  const std::vector<Counted> counted = WhatCounts(partition);
  std::map<base::Hash, const Counted*> by_hash;
  Decisions decisions;
  for (const Counted& batch : counted) {
    by_hash[batch.hash] = &batch;
    for (const std::string& record : batch.records) {
      if (!decisions.Apply(record)) violated("batch ", batch.header.number, ": '", record, "' was not decided from the state before it");
    }
    if (decisions.next != batch.header.input_to) violated("batch ", batch.header.number, " does not decide its input");
  }
  const auto counts = [&](const base::Hash& hash) { return by_hash.count(hash) != 0; };
  for (const auto& [hash, following] : followed_) {
    const auto it = by_hash.find(hash);
    const bool same = it != by_hash.end() && it->second->header.number == following.at.number && it->second->offset == following.at.offset;
    if (!same && !IsTakenAway(hash)) violated(following.who, " counted ", Name(hash), ", which does not count");
  }
  std::map<std::string, const Telling*> told;
  for (const auto& [key, telling] : tellings_) {
    if (IsTakenAway(telling.batch)) continue;
    if (!counts(telling.batch)) violated(telling.who, " told '", telling.decision, "', which does not count");
    const auto [it, first] = told.try_emplace(key.first, &telling);
    if (!first && it->second->decision != telling.decision)
      violated("'", telling.decision, "' and '", it->second->decision, "' were told of one input");
  }
  for (const auto& [who, hash] : not_recorded_) {
    if (counts(hash)) violated(who, " told that something was not recorded, which counts");
  }
  std::map<uint64_t, const Owning*> owner_of;
  for (const Owning& owning : owners_) {
    if (IsTakenAway(owning.take_over.hash)) continue;
    const auto [it, first] = owner_of.try_emplace(owning.take_over.epoch, &owning);
    if (!first) violated(owning.who, " and ", it->second->who, " both own epoch ", owning.take_over.epoch);
  }
  return found;
}

}  // namespace overdracht::simulation
