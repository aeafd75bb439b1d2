#include "services/workflow/edge/outbox_reader.h"

#include <utility>

namespace overdracht::workflow {

void AskLoop(Loop* loop, const std::string& organisation, std::function<void(Partition*)> ask,
             std::function<void(const absl::Status&)> failed) {
  Input question = Question{[ask, failed](const absl::StatusOr<Partition*>& partition) {
    if (!partition.ok()) return failed(partition.status());
    ask(*partition);
  }};
  const absl::Status status = loop->Submit(
      std::move(question), 256, [loop, organisation, ask, failed] { AskLoop(loop, organisation, ask, failed); }, organisation);
  if (!status.ok() && !absl::IsResourceExhausted(status)) failed(status);
}

void OutboxReader::Read(const region::OutboxRequest& request, std::function<void(const journal::v1::Record&, int n)> visit,
                        std::function<void(absl::StatusOr<Place>)> done) {
  const auto read = [this, request, visit = std::move(visit), done](const OutboxPlan& plan) {
    Place place{.after = request.after, .more = plan.more};
    const absl::Status status = ReadOutbox(journal_, plan, request.organisation, request.answers, &place.after, visit);
    if (!status.ok()) return done(status);
    place.end = plan.more ? plan.end : place.after;
    done(place);
  };
  AskLoop(
      loop_, request.organisation,
      [this, request, read, done](Partition* partition) {
        absl::StatusOr<OutboxPlan> plan = PlanOutbox(partition, request);
        if (!plan.ok()) return done(plan.status());
        workers_.Do([read, plan = *std::move(plan)] { read(plan); });
      },
      done);
}

}  // namespace overdracht::workflow
