// The region for edges in the process of its loop.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_LOCAL_REGION_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_LOCAL_REGION_H_

#include "services/region/region.h"
#include "services/workflow/edge/outbox_reader.h"

namespace overdracht::workflow {

class LocalRegion : public region::Region {
 public:
  // `listeners`: those that the loop tells (LoopOptions::told). All must outlive it.
  LocalRegion(Loop* loop, OutboxReader* outboxes, region::Listeners* listeners) : loop_(loop), outboxes_(outboxes), listeners_(listeners) {}

  absl::Status Take(Report&& report, size_t bytes, std::function<void()> when_room) override;
  std::shared_ptr<const chart::Workflows> workflows() const override { return loop_->workflows(); }
  void ReadOutbox(const region::OutboxRequest& request, std::function<void(absl::StatusOr<region::OutboxPage>)> give) override;
  std::unique_ptr<region::Listener> Listen(const std::string& organisation, std::function<void()> told) override {
    return listeners_->Add(organisation, std::move(told));
  }

 private:
  Loop* const loop_;
  OutboxReader* const outboxes_;
  region::Listeners* const listeners_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_LOCAL_REGION_H_
