#include "services/workflow/outbox.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "services/event/write.h"

namespace overdracht::workflow {
namespace {

using journal::v1::Record;

// Records, of some notices each: what a reader that does not read holds.
constexpr int kEntriesAtOnce = 16;
constexpr int kManyAtOnce = 256;
constexpr uint64_t kNear = 8;  // batches

bool IsTo(const notice::v1::Notice& notice, const std::string& organisation) {
  return std::find(notice.to().begin(), notice.to().end(), organisation) != notice.to().end();
}

void Show(const Record& record, const OutboxEntry& entry, const std::string& organisation, bool answers, uint64_t* after, VisitItem visit) {
  for (int n = 0; n < record.notices_size(); ++n) {
    const uint64_t sequence = event::SequenceOf(record.number(), n);
    if (sequence <= *after || !IsTo(record.notices(n), organisation)) continue;
    visit(record, n);
    *after = sequence;
  }
  const uint64_t sequence = event::SequenceOf(record.number(), event::kAnswer);
  if (!answers || !entry.answer || sequence <= *after) return;
  visit(record, event::kAnswer);
  *after = sequence;
}

}  // namespace

absl::StatusOr<OutboxPlan> PlanOutbox(Partition* partition, const region::OutboxRequest& request) {
  const uint64_t from = request.after / event::SequenceOf(1, 0);
  const int at_once = request.large_pages ? kManyAtOnce : kEntriesAtOnce;
  if (from > partition->tip().last_record) {
    return absl::OutOfRangeError(
        "expected a cursor of this outbox, but it is ahead of it: of another installation, or of before it was put back?");
  }
  absl::StatusOr<std::vector<OutboxEntry>> entries = partition->Outbox(request.organisation, from, request.answers, at_once);
  if (!entries.ok()) return entries.status();
  OutboxPlan plan{.entries = *std::move(entries), .before = {}, .more = false};
  plan.more = plan.entries.size() == static_cast<size_t>(at_once);
  if (plan.more) {
    const absl::StatusOr<uint64_t> last = partition->LastOfOutbox(request.organisation);
    if (!last.ok()) return last.status();
    plan.end = event::SequenceOf(*last, 0);
  }
  for (const OutboxEntry& entry : plan.entries) {
    const absl::StatusOr<std::optional<log::Tip>> before = partition->TipBefore(entry.record);
    if (!before.ok()) return before.status();
    if (!before->has_value()) return absl::DataLossError("cache.db: no batch is known for a record of the outbox index");
    plan.before.push_back(**before);
  }
  return plan;
}

absl::Status ReadOutbox(log::EventLog* journal, const OutboxPlan& plan, const std::string& organisation, bool answers, uint64_t* after,
                        VisitItem visit) {
  const absl::Status enough = absl::CancelledError();
  size_t i = 0;
  while (i < plan.entries.size()) {
    const absl::Status status = journal->Read(plan.before[i], [&](const log::Tip& at, const log::Batch& batch) {
      for (; i < plan.entries.size() && plan.entries[i].record <= at.last_record; ++i) {
        if (plan.entries[i].record < batch.first_record) return absl::DataLossError("cache.db: the outbox index does not fit the journal");
        const log::StoredRecord& stored = batch.records[plan.entries[i].record - batch.first_record];
        Record record;
        if (!record.ParseFromArray(stored.bytes.data(), static_cast<int>(stored.bytes.size()))) {
          return absl::DataLossError(absl::StrCat("record ", stored.number, " cannot be read"));
        }
        Show(record, plan.entries[i], organisation, answers, after, visit);
      }
      // Read on to a batch that is near; seek one that is far.
      return i == plan.entries.size() || plan.before[i].number > at.number + kNear ? enough : absl::OkStatus();
    });
    if (status != enough) return status.ok() ? absl::DataLossError("the journal ends before a record of the outbox index") : status;
  }
  return absl::OkStatus();
}

}  // namespace overdracht::workflow
