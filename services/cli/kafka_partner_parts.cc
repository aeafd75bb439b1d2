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
  parts->ingress_options_ = {.organisation = options.organisation, .names = names, .said = [log](const std::string& why) {
                               log->Write(edge::Log::kWarning, "the organisation's ingress topic is not read", {{"why", why}});
                             }};
  return parts;
}

KafkaPartnerParts::~KafkaPartnerParts() { StopIngress(); }

}  // namespace overdracht::cli
