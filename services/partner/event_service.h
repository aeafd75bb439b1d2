// DATA ENTERS: the EventService of the API (gRPC). Reads each event, away from the loop's thread, and hands it to the region.
#ifndef OVERDRACHT_SERVICES_PARTNER_EVENT_SERVICE_H_
#define OVERDRACHT_SERVICES_PARTNER_EVENT_SERVICE_H_

#include "overdracht/api/v1/event_service.grpc.pb.h"
#include "services/edge/identity.h"
#include "services/edge/workers.h"
#include "services/region/region.h"

namespace overdracht::partner {

class EventService : public api::v1::EventService::CallbackService {
 public:
  EventService(region::Region* region, const edge::Callers* callers) : region_(region), callers_(callers) {}

  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context, const api::v1::PublishRequest* request,
                                    api::v1::PublishResponse* response) override;
  grpc::ServerBidiReactor<api::v1::PublishStreamRequest, api::v1::PublishStreamResponse>* PublishStream(
      grpc::CallbackServerContext* context) override;

 private:
  region::Region* const region_;
  const edge::Callers* const callers_;
  edge::Workers reader_{1};
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_EVENT_SERVICE_H_
