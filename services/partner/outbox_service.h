// DATA LEAVES: an organisation's own outbox over gRPC (proto/overdracht/api/v1/outbox_service.proto).
#ifndef OVERDRACHT_SERVICES_PARTNER_OUTBOX_SERVICE_H_
#define OVERDRACHT_SERVICES_PARTNER_OUTBOX_SERVICE_H_

#include "overdracht/api/v1/outbox_service.grpc.pb.h"
#include "services/edge/identity.h"
#include "services/edge/workers.h"
#include "services/partner/places.h"
#include "services/region/region.h"

namespace overdracht::partner {

class OutboxService : public api::v1::OutboxService::CallbackService {
 public:
  OutboxService(region::Region* region, Places* places, const edge::Callers* callers)
      : region_(region), places_(places), callers_(callers) {}

  grpc::ServerWriteReactor<api::v1::SubscribeResponse>* Subscribe(grpc::CallbackServerContext* context,
                                                                  const api::v1::SubscribeRequest* request) override;
  grpc::ServerUnaryReactor* ListItems(grpc::CallbackServerContext* context, const api::v1::ListItemsRequest* request,
                                      api::v1::ListItemsResponse* response) override;
  grpc::ServerUnaryReactor* Acknowledge(grpc::CallbackServerContext* context, const api::v1::AcknowledgeRequest* request,
                                        api::v1::AcknowledgeResponse* response) override;

 private:
  region::Region* const region_;
  Places* const places_;
  const edge::Callers* const callers_;
  edge::Workers writer_{1};  // waits for the disk
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_OUTBOX_SERVICE_H_
