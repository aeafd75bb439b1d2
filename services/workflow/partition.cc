#include "services/workflow/partition.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>
#include <map>

namespace overdracht::workflow {

using journal::v1::Record;

Partition::Partition(std::unique_ptr<Cache> cache, const PartitionLimits& limits)
    : limits_(limits), cache_(std::move(cache)), workflows_(std::make_shared<chart::Workflows>()) {}

namespace {

constexpr base::Micros kForEver = std::numeric_limits<base::Micros>::max();

// A cache is made behind what is durable. One that knows more than the journal is the only witness that the journal has lost its end.
absl::Status ExpectTheEnd(log::EventLog* journal, uint64_t known) {
  uint64_t last = 0;
  const absl::Status read = journal->Read({}, [&last](const log::Tip& at, const log::Batch&) {
    last = at.number;
    return absl::OkStatus();
  });
  if (!read.ok() || last >= known) return read;
  return absl::DataLossError(absl::StrCat(
      "expected journal.db to have batch ", known, ", which cache.db has seen, but it ends after batch ", last,
      "; put the journal back from a copy, or delete cache.db, and its snapshot where there is one, to go on without what is lost"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Partition>> Partition::Open(const std::string& cache_path, log::EventLog* journal,
                                                           const PartitionLimits& limits) {
  for (bool anew : {false, true}) {
    if (anew) {
      if (absl::Status status = Cache::Drop(cache_path); !status.ok()) return status;
    }
    absl::StatusOr<std::unique_ptr<Cache>> cache = Cache::Open(cache_path);
    if (!cache.ok()) {
      if (anew) return log::NotTheJournal(cache.status());
      continue;
    }
    std::unique_ptr<Partition> partition(new Partition(*std::move(cache), limits));
    if (!partition->Load().ok()) continue;  // a damaged cache; a new one is empty and loads
    // Fails also with a cache that is ahead of the journal, or another journal's: the journal does not hold its tip.
    const absl::Status folded = partition->CatchUp(journal);
    if (folded.ok()) return partition;
    if (partition->damaged()) {
      if (anew) return log::NotTheJournal(folded);
      continue;
    }
    if (anew || !absl::IsDataLoss(folded) || partition->checkpoint_.number == 0) return folded;
    if (absl::Status status = ExpectTheEnd(journal, partition->checkpoint_.number); !status.ok()) return status;
  }
  return absl::InternalError("unreachable");
}

absl::Status Partition::Load() {
  const absl::StatusOr<std::optional<CachedAt>> at = cache_->At();
  if (!at.ok()) return at.status();
  if (!at->has_value()) return absl::OkStatus();
  tip_ = checkpoint_ = (*at)->tip;
  clock_us_ = (*at)->clock_us;
  const absl::StatusOr<std::vector<std::string>> definitions = cache_->ReadDefinitions();
  if (!definitions.ok()) return definitions.status();
  chart::Workflows workflows;
  for (const std::string& bytes : *definitions) {
    workflow::v1::WorkflowDefinition definition;
    if (!definition.ParseFromString(bytes)) return absl::DataLossError("cache.db: a definition cannot be read");
    absl::StatusOr<std::shared_ptr<const chart::Workflow>> compiled = chart::Workflow::Compile(std::move(definition));
    if (!compiled.ok()) return compiled.status();
    workflows.Add(*std::move(compiled));
  }
  workflows_ = std::make_shared<chart::Workflows>(std::move(workflows));
  return absl::OkStatus();
}

absl::Status Partition::LookAhead() {
  // The cache must have them all.
  if (absl::Status status = WriteDirty(); !status.ok()) return status;
  const base::Micros from = std::exchange(looked_until_us_, kForEver);
  const std::string from_id = std::exchange(looked_until_id_, "");
  size_t looked_up = 0;
  const absl::Status read = cache_->ReadTimers(from, from_id, [&](absl::string_view id, base::Micros due) {
    if (looked_up++ < limits_.timers_at_once) {
      timers_.insert(KeyOf(due, id));
      return true;
    }
    looked_until_us_ = due;
    looked_until_id_ = std::string(id);
    return false;
  });
  return Noted(read);
}

Partition::TimerKey Partition::KeyOf(base::Micros due, absl::string_view id) {
  TimerKey key{due, {}};
  std::copy_n(id.begin(), 16, key.second.begin());
  return key;
}

absl::Status Partition::CatchUp(log::EventLog* journal, absl::Mutex* others) {
  catching_up_ = true;
  const absl::Status status = journal->Read(tip_, [this, others](const log::Tip& at, const log::Batch& batch) {
    const absl::MutexLockMaybe lock(others);
    return Follow(at, batch);
  });
  catching_up_ = false;
  return status;
}

absl::Status Partition::Follow(const log::Tip& at, const log::Batch& batch) {
  followed_.Clear();
  for (const log::StoredRecord& stored : batch.records) {
    Record* const record = followed_.Add();
    if (!record->ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size()))) {
      return absl::DataLossError(absl::StrCat("record ", stored.number, " cannot be read"));
    }
    if (absl::Status status = Fold(stored, *record); !status.ok()) return status;
  }
  return Project(tip_, at, followed_.all());
}

absl::Status Partition::Fold(const log::StoredRecord& stored, const Record& record) {
  ClockReached(record.time_us());
  if (record.has_definition()) return Deploy(record.number(), record.definition());
  if (record.traject().empty()) return absl::OkStatus();
  const absl::StatusOr<engine::TrajectState*> state = FindOrMake(record.traject());
  if (!state.ok()) return state.status();
  engine::Apply(record, *state);
  engine::SetHead(*state, base::Hasher::View(stored.link));
  Changed(record.traject());
  return absl::OkStatus();
}

absl::StatusOr<engine::TrajectState*> Partition::Find(absl::string_view id) {
  const absl::StatusOr<engine::TrajectState*> state = FindOrMake(id);
  if (!state.ok() || (*state)->started()) return state;
  Changed(id);
  return nullptr;
}

absl::StatusOr<engine::TrajectState*> Partition::FindOrMake(absl::string_view id) {
  auto found = hot_.find(id);
  if (found != hot_.end()) {
    recent_.splice(recent_.begin(), recent_, found->second->used);
    return &found->second->state;
  }
  absl::StatusOr<std::optional<engine::TrajectState>> cold = Noted(cache_->ReadTraject(id));
  if (!cold.ok()) return cold.status();
  auto hot = std::make_unique<Hot>();
  if (cold->has_value()) {
    hot->state = **std::move(cold);
    if (const auto due = engine::NextTimer(hot->state.traject)) hot->due = due->at_us;
  }
  recent_.emplace_front(id);
  hot->used = recent_.begin();
  engine::TrajectState* const state = &hot->state;
  hot_.emplace(id, std::move(hot));
  // Also for who only asks: a list walks over all of them.
  if (absl::Status status = MakeRoom(); !status.ok()) return status;
  return state;
}

void Partition::Changed(absl::string_view id) {
  const auto found = hot_.find(id);
  Hot& hot = *found->second;
  if (!hot.state.started()) {
    recent_.erase(hot.used);
    hot_.erase(found);
    return;
  }
  if (!std::exchange(hot.dirty, true)) ++dirty_;
  std::optional<base::Micros> due;
  if (const auto next = engine::NextTimer(hot.state.traject)) due = next->at_us;
  if (due == hot.due) return;
  if (hot.due) timers_.erase(KeyOf(*hot.due, id));
  if (due && LookedUp(*due, id)) timers_.insert(KeyOf(*due, id));
  hot.due = due;
}

std::optional<Partition::Due> Partition::NextDue() const {
  if (timers_.empty() || timers_.begin()->first >= looked_until_us_) return std::nullopt;
  const auto& [at_us, id] = *timers_.begin();
  return Due{.at_us = at_us, .traject = absl::string_view(reinterpret_cast<const char*>(id.data()), id.size())};
}

absl::Status Partition::Deploy(uint64_t record, const journal::v1::DefinitionDeployed& deployed) {
  absl::StatusOr<std::shared_ptr<const chart::Workflow>> compiled = chart::Workflow::Compile(deployed.definition());
  if (!compiled.ok()) return compiled.status();
  auto workflows = std::make_shared<chart::Workflows>(*workflows_);
  workflows->Add(*std::move(compiled));
  workflows_ = std::move(workflows);
  return Noted(cache_->AddDefinition(record, deployed.definition().SerializeAsString()));
}

std::string ReporterOf(const Record& record) {
  if (!record.has_event()) return "";
  // Whoever reports under another organisation's name is answered itself; that organisation never hears of it.
  const bool mismatch = record.refusal().code() == journal::v1::REFUSAL_CODE_SOURCE_MISMATCH;
  return mismatch ? record.caller() : record.event().organisation();
}

std::vector<std::pair<std::string, OutboxEntry>> OutboxEntriesOf(const Record& record) {
  std::map<std::string, OutboxEntry> entries;
  for (const notice::v1::Notice& notice : record.notices()) {
    for (const std::string& organisation : notice.to()) entries[organisation].notices = true;
  }
  if (const std::string reporter = ReporterOf(record); !reporter.empty()) entries[reporter].answer = true;
  for (auto& [organisation, entry] : entries) entry.record = record.number();
  return {entries.begin(), entries.end()};
}

absl::Status Partition::Project(const log::Tip& before, const log::Tip& tip, const std::vector<Record*>& records,
                                std::set<std::string>* told) {
  if (!records.empty()) {
    if (absl::Status status = Noted(cache_->AddBatch(records.front()->number(), before)); !status.ok()) return status;
  }
  for (const Record* record : records) {
    for (const auto& [organisation, entry] : OutboxEntriesOf(*record)) {
      if (absl::Status status = Noted(cache_->AddOutboxEntry(organisation, entry)); !status.ok()) return status;
      if (told != nullptr) told->insert(organisation);
    }
  }
  tip_ = tip;
  if (tip_.last_record - checkpoint_.last_record >= limits_.records_per_checkpoint) {
    if (absl::Status status = Checkpoint(); !status.ok()) return status;
    // Nobody waits for a partition that catches up.
    return catching_up_ ? MoveCheckpointOn() : absl::OkStatus();
  }
  if (!catching_up_ && dirty_ >= limits_.changed_per_checkpoint) return CheckpointUnlessBusy();
  return absl::OkStatus();
}

absl::Status Partition::Write(const std::string& id, Hot* hot) {
  if (!hot->dirty) return absl::OkStatus();
  hot->dirty = false;
  --dirty_;
  return Noted(cache_->WriteTraject(id, hot->state, hot->due));
}

absl::Status Partition::WriteDirty() {
  if (dirty_ == 0) return absl::OkStatus();
  for (auto& [id, hot] : hot_) {
    if (absl::Status status = Write(id, hot.get()); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Partition::MakeRoom() {
  while (hot_.size() > std::max<size_t>(limits_.hot_trajecten, 1)) {
    const auto coldest = hot_.find(recent_.back());
    if (absl::Status status = Write(coldest->first, coldest->second.get()); !status.ok()) return status;
    recent_.pop_back();
    hot_.erase(coldest);
  }
  return absl::OkStatus();
}

absl::Status Partition::Checkpoint() {
  if (absl::Status status = WriteDirty(); !status.ok()) return status;
  if (absl::Status status = Noted(cache_->Commit({.tip = tip_, .clock_us = clock_us_})); !status.ok()) return status;
  checkpoint_ = tip_;
  return absl::OkStatus();
}

absl::Status Partition::Damaged(absl::string_view why) { return Noted(absl::DataLossError(absl::StrCat("cache.db: ", why))); }

absl::StatusOr<std::vector<std::string>> Partition::Ids(absl::string_view after, int limit) {
  if (absl::Status status = WriteDirty(); !status.ok()) return status;
  return Noted(cache_->ReadIds(after, limit));
}

absl::StatusOr<std::vector<OutboxEntry>> Partition::Outbox(absl::string_view organisation, uint64_t from_record, bool answers, int limit) {
  return Noted(cache_->ReadOutbox(organisation, from_record, answers, limit));
}

absl::Status Partition::ReadBatchOf(uint64_t record, log::EventLog* journal, log::EventLog::Visit visit) {
  const absl::StatusOr<std::optional<log::Tip>> before = TipBefore(record);
  if (!before.ok()) return before.status();
  if (!before->has_value()) return Damaged(absl::StrCat("no batch is known for record ", record));
  absl::Status visited;
  const absl::Status read = journal->Read(**before, [&](const log::Tip& at, const log::Batch& batch) {
    visited = visit(at, batch);
    return absl::CancelledError();
  });
  // It is known to be there: a leader that has just been elected may show less.
  if (read.ok()) return absl::UnavailableError(absl::StrCat("the journal ends before record ", record));
  return absl::IsCancelled(read) ? visited : read;
}

}  // namespace overdracht::workflow
