#include "services/workflow/edge/local_region.h"

#include <utility>

#include "services/event/write.h"

namespace overdracht::workflow {

using journal::v1::Record;

absl::Status LocalRegion::Take(Report&& report, size_t bytes, std::function<void()> when_room) {
  // Of reports in an order all in one lane, whomever each speaks for.
  const std::string lane = report.order ? report.order->organisation : report.caller;
  Input input(std::move(report));
  absl::Status status = loop_->Submit(std::move(input), bytes, std::move(when_room), lane);
  if (!status.ok()) report = std::move(std::get<Report>(input));
  return status;
}

void LocalRegion::ReadOutbox(const region::OutboxRequest& request, std::function<void(absl::StatusOr<region::OutboxPage>)> give) {
  auto page = std::make_shared<region::OutboxPage>();
  outboxes_->Read(
      request,
      [page, partition = loop_->partition()](const Record& record, int n) { page->items.push_back(event::ItemOf(partition, record, n)); },
      [page, give = std::move(give)](const absl::StatusOr<OutboxReader::Place>& place) {
        if (!place.ok()) return give(place.status());
        page->after = place->after;
        page->more = place->more;
        page->end = place->end;
        give(std::move(*page));
      });
}

}  // namespace overdracht::workflow
