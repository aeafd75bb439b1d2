// DATA ENTERS: the EventService of the API (gRPC). Reads each event on the caller's thread and hands it to the loop.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_EVENT_SERVICE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_EVENT_SERVICE_H_

#include "overdracht/api/v1/event_service.grpc.pb.h"
#include "services/workflow/loop.h"

namespace overdracht::workflow {

class EventService : public api::v1::EventService::CallbackService {
 public:
  explicit EventService(Loop* loop) : loop_(loop) {}

  grpc::ServerUnaryReactor* Publish(grpc::CallbackServerContext* context, const api::v1::PublishRequest* request,
                                    api::v1::PublishResponse* response) override;
  grpc::ServerBidiReactor<api::v1::PublishStreamRequest, api::v1::PublishStreamResponse>* PublishStream(
      grpc::CallbackServerContext* context) override;

 private:
  Loop* const loop_;
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_EVENT_SERVICE_H_
