#include "services/cli/partner_parts.h"

#include <utility>

namespace overdracht::cli {

absl::StatusOr<std::unique_ptr<PartnerParts>> PartnerParts::Open(region::Region* region, const edge::Callers* callers,
                                                                 const std::string& data) {
  absl::StatusOr<std::unique_ptr<partner::Places>> places = partner::Places::Open(data + "/subscribers.db");
  if (!places.ok()) return places.status();
  absl::StatusOr<std::unique_ptr<partner::OverviewStore>> overviews = partner::OverviewStore::Open(data + "/overview.db");
  if (!overviews.ok()) return overviews.status();
  return std::unique_ptr<PartnerParts>(new PartnerParts(region, callers, *std::move(places), *std::move(overviews)));
}

PartnerParts::PartnerParts(region::Region* region, const edge::Callers* callers, std::unique_ptr<partner::Places> places,
                           std::unique_ptr<partner::OverviewStore> overviews)
    : region_(*region),
      places_(std::move(places)),
      overviews_(region, std::move(overviews)),
      events_(region, callers),
      outbox_(region, places_.get(), callers),
      overview_(region, &overviews_, callers),
      reports_(partner::MakeReportServices(region, callers)) {}

std::vector<grpc::Service*> PartnerParts::services() {
  std::vector<grpc::Service*> services = {&events_, &outbox_, &overview_};
  for (const auto& service : reports_) services.push_back(service.get());
  return services;
}

void PartnerParts::StartSending(const Installation& installation, edge::Log* log) {
  if (installation.webhooks.empty()) return;
  webhooks_ = std::make_unique<partner::Webhooks>(
      installation.webhooks,
      partner::Webhooks::Parts{
          .region = &region_, .places = places_.get(), .log = log, .counts = &webhook_counts_, .identity = installation.tls});
}

http::Figures PartnerParts::figures() const {
  return [&counts = webhook_counts_] {
    return std::vector<http::Figure>{
        {.name = "overdracht_webhook_attempts_total",
         .help = "Requests that were sent to webhooks, by what became of them.",
         .values = {{"outcome=\"taken\"", static_cast<double>(counts.taken)},
                    {"outcome=\"refused\"", static_cast<double>(counts.refused)},
                    {"outcome=\"unreachable\"", static_cast<double>(counts.unreachable)}}},
        {.name = "overdracht_webhooks_failing",
         .help = "Webhooks whose last request was not taken.",
         .type = http::Figure::kGauge,
         .values = {{"", static_cast<double>(counts.failing)}}},
    };
  };
}

}  // namespace overdracht::cli
