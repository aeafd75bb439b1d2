// What organisations connect to, over whichever region it is given: CloudEvents, the typed services, the outbox, the overview.
#ifndef OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_
#define OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "services/partner/event_service.h"
#include "services/partner/outbox_service.h"
#include "services/partner/overview/overview_service.h"
#include "services/partner/report_service.h"

namespace overdracht::cli {

class PartnerParts {
 public:
  // `data`: where subscribers.db and overview.db stand; its lock is held by the caller. The region and the callers must outlive it.
  static absl::StatusOr<std::unique_ptr<PartnerParts>> Open(region::Region* region, const edge::Callers* callers, const std::string& data) {
    absl::StatusOr<std::unique_ptr<partner::Places>> places = partner::Places::Open(data + "/subscribers.db");
    if (!places.ok()) return places.status();
    absl::StatusOr<std::unique_ptr<partner::OverviewStore>> overviews = partner::OverviewStore::Open(data + "/overview.db");
    if (!overviews.ok()) return overviews.status();
    return std::unique_ptr<PartnerParts>(new PartnerParts(region, callers, *std::move(places), *std::move(overviews)));
  }

  std::vector<grpc::Service*> services() {
    std::vector<grpc::Service*> services = {&events_, &outbox_, &overview_};
    for (const auto& service : reports_) services.push_back(service.get());
    return services;
  }

 private:
  PartnerParts(region::Region* region, const edge::Callers* callers, std::unique_ptr<partner::Places> places,
               std::unique_ptr<partner::OverviewStore> overviews)
      : places_(std::move(places)),
        overviews_(region, std::move(overviews)),
        events_(region, callers),
        outbox_(region, places_.get(), callers),
        overview_(region, &overviews_, callers),
        reports_(partner::MakeReportServices(region, callers)) {}

  const std::unique_ptr<partner::Places> places_;
  partner::Overviews overviews_;
  partner::EventService events_;
  partner::OutboxService outbox_;
  partner::OverviewService overview_;
  const std::vector<std::unique_ptr<grpc::Service>> reports_;
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_
