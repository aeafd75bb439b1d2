// What organisations connect to, over whichever region it is given: CloudEvents, the typed services, the outbox, the overview; and the
// webhooks, by which it connects to them.
#ifndef OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_
#define OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "services/cli/installation.h"
#include "services/http/metrics.h"
#include "services/partner/event_service.h"
#include "services/partner/outbox_service.h"
#include "services/partner/overview/overview_service.h"
#include "services/partner/report_service.h"
#include "services/partner/webhook/webhooks.h"

namespace overdracht::cli {

class PartnerParts {
 public:
  // `data`: where subscribers.db and overview.db stand; its lock is held by the caller. The region and the callers must outlive it.
  static absl::StatusOr<std::unique_ptr<PartnerParts>> Open(region::Region* region, const edge::Callers* callers, const std::string& data);

  std::vector<grpc::Service*> services();

  // Sends to the webhooks from now on. The log must outlive it.
  void StartSending(const Installation& installation, edge::Log* log);
  // What is not taken by now is sent the next time.
  void StopSending() { webhooks_.reset(); }
  // What became of that, for /metrics.
  http::Figures figures() const;

 private:
  PartnerParts(region::Region* region, const edge::Callers* callers, std::unique_ptr<partner::Places> places,
               std::unique_ptr<partner::OverviewStore> overviews);

  region::Region& region_;
  const std::unique_ptr<partner::Places> places_;
  partner::Overviews overviews_;
  partner::EventService events_;
  partner::OutboxService outbox_;
  partner::OverviewService overview_;
  const std::vector<std::unique_ptr<grpc::Service>> reports_;
  partner::WebhookCounts webhook_counts_;
  std::unique_ptr<partner::Webhooks> webhooks_;
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_
