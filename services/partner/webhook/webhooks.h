// Subscribers that do not call but are called (docs/webhooks.md): each item of an organisation's outbox is sent by HTTP, in order, one
// request at a time, until it is taken. What is sent is signed; how far a webhook has come is kept among the subscribers' places.
//
// A webhook is in one of these states:
//
//   reads a page of the outbox -> sends what of it is wanted -> keeps its place -> reads … -> waits for something new
//                                  ^ is not taken: waits <-|
#ifndef OVERDRACHT_SERVICES_PARTNER_WEBHOOK_WEBHOOKS_H_
#define OVERDRACHT_SERVICES_PARTNER_WEBHOOK_WEBHOOKS_H_

#include <absl/status/statusor.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "services/edge/log.h"
#include "services/edge/workers.h"
#include "services/partner/places.h"
#include "services/partner/webhook/sender.h"
#include "services/region/region.h"

namespace overdracht::partner {

struct Webhook {
  std::string organisation;
  std::string subscriber;
  std::string url;
  std::string secrets;             // file, read each time
  std::vector<std::string> kinds;  // none: all
  bool answers = false;
  int most_items = 1;       // of one request; 1: an event by itself, else a batch
  std::string authorities;  // of the receiver's certificate (PEM, the file); empty: those of the system
};

struct WebhookCounts {
  std::atomic<uint64_t> taken = 0, refused = 0, unreachable = 0;  // attempts
  std::atomic<int64_t> failing = 0;                               // webhooks whose last attempt was not taken
};

class Webhooks {
 public:
  struct Parts {
    region::Region* region;
    Places* places;
    edge::Log* log;
    WebhookCounts* counts;
    std::optional<edge::TlsFiles> identity;  // shown to receivers that ask for a certificate
  };

  // Sends from now on. The parts must outlive it.
  Webhooks(const std::vector<Webhook>& webhooks, const Parts& parts);
  // Cuts off what is under way: it is sent again the next time.
  ~Webhooks();

 private:
  class Delivery;

  edge::Workers keeper_{1};  // waits for the disk
  const std::shared_ptr<Sender> sender_;
  std::vector<std::shared_ptr<Delivery>> deliveries_;
};

// INVALID_ARGUMENT: the file of its secrets cannot be used, or its kinds are none.
absl::Status CheckWebhook(const Webhook& webhook);

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_WEBHOOK_WEBHOOKS_H_
