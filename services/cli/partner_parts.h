// What organisations connect to, over whichever region it is given: CloudEvents, the typed services, the outbox.
#ifndef OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_
#define OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_

#include <absl/status/statusor.h>

#include <memory>
#include <string>
#include <vector>

#include "services/partner/event_service.h"
#include "services/partner/outbox_service.h"
#include "services/partner/report_service.h"

namespace overdracht::cli {

class PartnerParts {
 public:
  // `data`: where subscribers.db stands; its lock is held by the caller. The region and the callers must outlive it.
  static absl::StatusOr<std::unique_ptr<PartnerParts>> Open(region::Region* region, const edge::Callers* callers, const std::string& data) {
    absl::StatusOr<std::unique_ptr<partner::Places>> places = partner::Places::Open(data + "/subscribers.db");
    if (!places.ok()) return places.status();
    return std::unique_ptr<PartnerParts>(new PartnerParts(region, callers, *std::move(places)));
  }

  std::vector<grpc::Service*> services() {
    std::vector<grpc::Service*> services = {&events_, &outbox_};
    for (const auto& service : reports_) services.push_back(service.get());
    return services;
  }

 private:
  PartnerParts(region::Region* region, const edge::Callers* callers, std::unique_ptr<partner::Places> places)
      : places_(std::move(places)),
        events_(region, callers),
        outbox_(region, places_.get(), callers),
        reports_(partner::MakeReportServices(region, callers)) {}

  const std::unique_ptr<partner::Places> places_;
  partner::EventService events_;
  partner::OutboxService outbox_;
  const std::vector<std::unique_ptr<grpc::Service>> reports_;
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_PARTNER_PARTS_H_
