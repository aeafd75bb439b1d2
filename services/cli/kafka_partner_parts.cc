#include "services/cli/kafka_partner_parts.h"

#include <utility>

namespace overdracht::cli {

absl::StatusOr<std::unique_ptr<KafkaPartnerParts>> KafkaPartnerParts::Open(const KafkaPartnerOptions& options, edge::Log* log) {
  std::unique_ptr<KafkaPartnerParts> parts(new KafkaPartnerParts);
  const topics::Names& names = options.names;
  absl::StatusOr<std::unique_ptr<remote::Mirror>> mirror =
      remote::Mirror::Open(options.data + "/outbox.db", names.Outbox(options.organisation));
  if (!mirror.ok()) return mirror.status();
  absl::StatusOr<std::unique_ptr<remote::IngressPlace>> place =
      remote::IngressPlace::Open(options.data + "/ingress.db", names.Ingress(options.organisation));
  if (!place.ok()) return place.status();
  parts->place_ = *std::move(place);
  absl::StatusOr<std::unique_ptr<remote::KafkaBroker>> broker = remote::KafkaBroker::Open(options.cluster);
  if (!broker.ok()) return broker.status();
  parts->broker_ = *std::move(broker);
  parts->region_.emplace(parts->broker_.get(), *std::move(mirror),
                         remote::KafkaOptions{.organisation = options.organisation, .names = names, .changed = options.changed});
  parts->ingress_options_ = {.organisation = options.organisation,
                             .names = names,
                             .said =
                                 [log](const std::string& why) {
                                   log->Write(edge::Log::kWarning, "the organisation's ingress topic is not read", {{"why", why}});
                                 },
                             .shows =
                                 [parts = parts.get()](const remote::IngressFigures& figures) {
                                   absl::MutexLock lock(&parts->mutex_);
                                   parts->ingress_figures_ = figures;
                                 }};
  return parts;
}

KafkaPartnerParts::~KafkaPartnerParts() { StopIngress(); }

http::Figures KafkaPartnerParts::figures() const {
  return [this] {
    const remote::KafkaRegionFigures region = region_->figures();
    remote::IngressFigures ingress;
    {
      absl::MutexLock lock(&mutex_);
      ingress = ingress_figures_;
    }
    const auto one = [](const char* name, const char* help, http::Figure::Type type, double value) {
      return http::Figure{.name = name, .help = help, .type = type, .values = {{"", value}}};
    };
    const auto gauge = [&one](const char* name, const char* help, double value) { return one(name, help, http::Figure::kGauge, value); };
    return std::vector<http::Figure>{
        one("overdracht_outbox_items_total", "Items of the organisation's outbox that were taken in.", http::Figure::kCounter,
            static_cast<double>(region.items)),
        gauge("overdracht_outbox_lag", "Records of the outbox topic that are not read.", static_cast<double>(region.outbox_lag)),
        gauge("overdracht_unanswered_reports", "Reports that wait for their answer.", static_cast<double>(region.unanswered)),
        gauge("overdracht_unanswered_seconds", "How long the oldest of them has waited; 0: none does.",
              absl::ToDoubleSeconds(region.oldest)),
        gauge("overdracht_ingress_read", "Whether the ingress topic is read (1) or cannot be (0).", ingress.read ? 1 : 0),
        gauge("overdracht_ingress_lag", "Records of the ingress topic that are not taken in.", static_cast<double>(ingress.lag)),
        {.name = "overdracht_unreadable_total",
         .help = "What was reported and is no event (MALFORMED): it stands in the topic of unreadable ones.",
         .values = {{"from=\"calls\"", static_cast<double>(region.unreadable)},
                    {"from=\"ingress\"", static_cast<double>(ingress.unreadable)}}},
    };
  };
}

}  // namespace overdracht::cli
