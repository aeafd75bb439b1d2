// The region of one organisation over the topics of a Kafka, and what its own producers write there.
#ifndef OVERDRACHT_SERVICES_CLI_KAFKA_PARTNER_PARTS_H_
#define OVERDRACHT_SERVICES_CLI_KAFKA_PARTNER_PARTS_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/statusor.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "services/edge/log.h"
#include "services/http/metrics.h"
#include "services/remote/kafka/ingress.h"
#include "services/remote/kafka/kafka_broker.h"
#include "services/remote/kafka/kafka_region.h"

namespace overdracht::cli {

struct KafkaPartnerOptions {
  std::string organisation;
  kafka::Cluster cluster;
  topics::Names names;
  std::string data;  // outbox.db and ingress.db stand there; its lock is held by the caller
  std::function<void()> changed;
};

class KafkaPartnerParts {
 public:
  // FAILED_PRECONDITION: outbox.db is the mirror of another region's topic. Asks no broker yet. The log must outlive it.
  static absl::StatusOr<std::unique_ptr<KafkaPartnerParts>> Open(const KafkaPartnerOptions& options, edge::Log* log);
  // Nobody calls the region any more.
  ~KafkaPartnerParts();

  remote::LinkedRegion* region() { return &*region_; }
  // Reads what the organisation's own producers write, from now on, until it is stopped.
  void StartIngress() { ingress_.emplace(broker_.get(), &*region_, std::move(place_), ingress_options_); }
  void StopIngress() { ingress_.reset(); }
  // What waits on both ways, for /metrics.
  http::Figures figures() const;

 private:
  KafkaPartnerParts() = default;

  std::unique_ptr<remote::KafkaBroker> broker_;
  std::unique_ptr<remote::IngressPlace> place_;
  remote::Ingress::Options ingress_options_;
  mutable absl::Mutex mutex_;
  remote::IngressFigures ingress_figures_ ABSL_GUARDED_BY(mutex_);
  std::optional<remote::KafkaRegion> region_;
  std::optional<remote::Ingress> ingress_;
};

}  // namespace overdracht::cli

#endif  // OVERDRACHT_SERVICES_CLI_KAFKA_PARTNER_PARTS_H_
