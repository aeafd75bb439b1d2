#include "services/audit/replay.h"

#include <absl/strings/str_cat.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <utility>

#include "services/audit/export_file.h"
#include "services/audit/record_bytes.h"
#include "services/event/write.h"

namespace overdracht::audit {
namespace {

using engine::TrajectState;
using journal::v1::Record;
using log::StoredRecord;

// What the engine was given: the record without what it decided.
Record InputOf(const Record& record) {
  Record input;
  input.set_number(record.number());
  input.set_time_us(record.time_us());
  if (record.has_term()) {
    input.set_traject(record.traject());
    *input.mutable_term() = record.term();
  } else {
    input.set_traject(record.event().traject());
    *input.mutable_event() = record.event();
    input.set_caller(record.caller());
  }
  return input;
}

// Refused before the engine was asked, by what does not stand in the record: who called, and which position the caller expected.
bool RefusedAtTheDoor(const Record& record) {
  return record.refusal().code() == journal::v1::REFUSAL_CODE_SOURCE_MISMATCH ||
         record.refusal().reason() == journal::v1::REFUSAL_REASON_POSITION_MOVED;
}

// The first field in which the two differ, and how.
std::pair<std::string, std::string> FirstDifference(const Record& decided, const Record& stored) {
  class First : public google::protobuf::util::MessageDifferencer::Reporter {
   public:
    using Path = std::vector<google::protobuf::util::MessageDifferencer::SpecificField>;
    void ReportAdded(const google::protobuf::Message&, const google::protobuf::Message&, const Path& path) override {
      Keep(path, "it to be absent, but it is there");
    }
    void ReportDeleted(const google::protobuf::Message&, const google::protobuf::Message&, const Path& path) override {
      Keep(path, "it, but it is absent");
    }
    void ReportModified(const google::protobuf::Message&, const google::protobuf::Message&, const Path& path) override {
      Keep(path, "another value than is there");
    }

    std::string field, how;

   private:
    void Keep(const Path& path, absl::string_view what) {
      if (!how.empty()) return;
      how = std::string(what);
      for (const auto& step : path) {
        if (step.field == nullptr) continue;
        absl::StrAppend(&field, field.empty() ? "" : ".", step.field->name());
        if (step.field->is_repeated()) absl::StrAppend(&field, "[", std::max(step.index, step.new_index), "]");
      }
    }
  };
  First first;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesTo(&first);
  differencer.Compare(decided, stored);
  return {first.field, first.how.empty() ? "other bytes" : first.how};
}

}  // namespace

absl::StatusOr<Until> ParseUntil(absl::string_view text) {
  Until until;
  if ((until.time = base::ParseTime(text))) return until;
  if (const std::optional<event::Position> position = event::ParsePosition(text)) {
    until.partition = position->partition;
    until.number = position->number;
    return until;
  }
  return absl::InvalidArgumentError(absl::StrCat("expected a time (2017-03-06T09:00:00Z) or a position (0:1289), but it is ", text));
}

absl::Status Replayer::Follow(log::EventLog& log, uint32_t partition) {
  return log.Read({}, [&](const log::Tip&, const log::Batch& batch) { return Follow(partition, batch); });
}

absl::Status Replayer::Follow(uint32_t partition, const log::Batch& batch) {
  partition_ = partition;
  batch_.Clear();
  for (const StoredRecord& stored : batch.records) {
    ++records_;
    if (!Wanted(stored)) continue;
    if (absl::Status status = Fold(stored); !status.ok()) return status;
  }
  return absl::OkStatus();
}

bool Replayer::Wanted(const StoredRecord& stored) const {
  if (!options_.traject.empty() && !stored.traject.empty() && stored.traject != options_.traject) return false;
  return !options_.until || !options_.until->partition ||
         (*options_.until->partition == partition_ && stored.number <= options_.until->number);
}

absl::Status Replayer::Fold(const StoredRecord& stored) {
  record_ = batch_.Add();
  const bool parsed = options_.compare ? record_->ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size()))
                                       : ParseWithoutNotices(stored.bytes, &without_notices_, record_);
  if (!parsed || record_->number() != stored.number || record_->traject() != stored.traject) {
    return absl::DataLossError(
        absl::StrCat("record ", event::FormatPosition(partition_, stored.number), " cannot be read, or says that it is another one"));
  }
  if (record_->has_definition()) return Deploy();
  // Of a traject the times never run backwards; of all of them together they may.
  if (options_.until && options_.until->time && record_->time_us() > *options_.until->time) return absl::OkStatus();
  if (!record_->traject().empty()) return FoldTraject(stored);
  return options_.compare && record_->has_event() && !RefusedAtTheDoor(*record_) ? CompareRefusedStart(stored) : absl::OkStatus();
}

absl::Status Replayer::Deploy() {
  absl::StatusOr<std::shared_ptr<const chart::Workflow>> compiled = chart::Workflow::Compile(record_->definition().definition());
  if (!compiled.ok()) {
    return absl::DataLossError(absl::StrCat("record ", event::FormatPosition(partition_, record_->number()),
                                            ": its workflow does not compile: ", compiled.status().message()));
  }
  if (options_.compare && (*compiled)->version() != record_->definition().version())
    return Differs("definition.version", "another value than is there");
  workflows_.Add(*std::move(compiled));
  return absl::OkStatus();
}

absl::Status Replayer::FoldTraject(const StoredRecord& stored) {
  TrajectState& state = trajecten_[record_->traject()];
  const absl::string_view head = state.memory.head();
  if (head.empty() ? stored.previous != base::Hash{} : head != base::Hasher::View(stored.previous)) {
    return absl::DataLossError(
        absl::StrCat("record ", event::FormatPosition(partition_, stored.number), " does not follow the last one of its traject"));
  }
  if (options_.compare && !RefusedAtTheDoor(*record_)) {
    if (absl::Status status = Compare(stored, &state); !status.ok()) return status;
  } else {
    engine::Apply(*record_, &state);
  }
  engine::SetHead(&state, base::Hasher::View(stored.link));
  return absl::OkStatus();
}

// A report on a traject that nobody started, or that did not start one, leaves no traject behind.
absl::Status Replayer::CompareRefusedStart(const StoredRecord& stored) {
  const auto known = trajecten_.find(record_->event().traject());
  if (known != trajecten_.end() && known->second.started()) return Differs("traject", "it, but it is absent");
  // Of another traject nothing is known that would tell whether it was started.
  if (!options_.traject.empty() && record_->event().traject() != options_.traject) return absl::OkStatus();
  TrajectState nobody;
  return Compare(stored, &nobody);
}

// Decides again; `state` becomes what it was decided to be.
absl::Status Replayer::Compare(const StoredRecord& stored, TrajectState* state) {
  const bool knows_workflow = !state->started() || workflows_.Find(state->traject.workflow(), state->traject.version()) != nullptr;
  if (!knows_workflow) return Differs("", "a workflow that was deployed before, but there is none of this version");
  const auto due = engine::NextTimer(state->traject);
  if (record_->has_event()) {
    if (engine::FindSeen(state->memory, record_->event()) != nullptr)
      return Differs("event.id", "no second decision on a report, but it was decided before");
    if (due && due->at_us <= record_->time_us())
      return Differs("", "the term that ran out before to be decided first, but it was passed over");
  } else if (!due || due->term.SerializeAsString() != record_->term().SerializeAsString()) {
    return Differs("term", "the term that is due, but it is another one");
  }
  Record decided = InputOf(*record_);
  engine::Decide(workflows_, state, &decided);
  if (decided.SerializeAsString() == stored.bytes) return absl::OkStatus();
  auto [field, why] = FirstDifference(decided, *record_);
  return Differs(std::move(field), why);
}

absl::Status Replayer::Differs(std::string field, const std::string& why) {
  difference_ = {event::FormatPosition(partition_, record_->number()), std::move(field), absl::StrCat("expected ", why)};
  return absl::CancelledError(difference_->why);
}

std::vector<const TrajectState*> Replayer::Trajecten() const {
  std::vector<const TrajectState*> all;
  for (const auto& [id, state] : trajecten_) {
    if (state.started()) all.push_back(&state);
  }
  std::sort(all.begin(), all.end(), [](const TrajectState* a, const TrajectState* b) { return a->traject.id() < b->traject.id(); });
  return all;
}

absl::StatusOr<std::unique_ptr<Replayer>> Replay(const std::string& path, const ReplayOptions& options, Progress progress) {
  const absl::StatusOr<uint32_t> partitions = CountPartitions(path);
  if (!partitions.ok()) return partitions.status();
  auto replayer = std::make_unique<Replayer>(options);
  for (uint32_t partition = 0; partition < *partitions; ++partition) {
    const absl::StatusOr<std::unique_ptr<ExportReader>> log = ExportReader::Open(path, partition);
    if (!log.ok()) return log.status();
    const absl::Status read = (*log)->Read({}, [&](const log::Tip&, const log::Batch& batch) {
      progress(replayer->records(), 0);
      return replayer->Follow(partition, batch);
    });
    if (replayer->difference()) break;
    if (!read.ok()) return read;
  }
  return replayer;
}

}  // namespace overdracht::audit
