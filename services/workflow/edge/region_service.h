// The region for the partner services of organisations, in processes of their own (proto/overdracht/region/v1/region_service.proto).
// DATA ENTERS: reports. DATA LEAVES: decisions and outboxes, each organisation's own.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_REGION_SERVICE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_REGION_SERVICE_H_

#include "overdracht/region/v1/region_service.grpc.pb.h"
#include "services/edge/identity.h"
#include "services/edge/workers.h"
#include "services/region/region.h"

namespace overdracht::workflow {

class RegionService : public region::v1::RegionService::CallbackService {
 public:
  RegionService(region::Region* region, const edge::Callers* callers) : region_(region), callers_(callers) {}

  grpc::ServerBidiReactor<region::v1::LinkRequest, region::v1::LinkResponse>* Link(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* ReadItems(grpc::CallbackServerContext* context, const region::v1::ReadItemsRequest* request,
                                      region::v1::ReadItemsResponse* response) override;

 private:
  region::Region* const region_;
  const edge::Callers* const callers_;
  edge::Workers teller_{1};  // of links: that something is new
};

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_REGION_SERVICE_H_
