// DATA LEAVES: what an organisation knows of its trajecten (proto/overdracht/api/v1/overview_service.proto).
#ifndef OVERDRACHT_SERVICES_PARTNER_OVERVIEW_OVERVIEW_SERVICE_H_
#define OVERDRACHT_SERVICES_PARTNER_OVERVIEW_OVERVIEW_SERVICE_H_

#include "overdracht/api/v1/overview_service.grpc.pb.h"
#include "services/edge/identity.h"
#include "services/edge/workers.h"
#include "services/partner/overview/overviews.h"
#include "services/region/region.h"

namespace overdracht::partner {

class OverviewService : public api::v1::OverviewService::CallbackService {
 public:
  OverviewService(region::Region* region, Overviews* overviews, const edge::Callers* callers)
      : region_(region), overviews_(overviews), callers_(callers) {}

  grpc::ServerUnaryReactor* GetTraject(grpc::CallbackServerContext* context, const api::v1::GetTrajectRequest* request,
                                       api::v1::GetTrajectResponse* response) override;
  grpc::ServerUnaryReactor* ListTrajecten(grpc::CallbackServerContext* context, const api::v1::ListTrajectenRequest* request,
                                          api::v1::ListTrajectenResponse* response) override;
  grpc::ServerWriteReactor<api::v1::WatchTrajectenResponse>* WatchTrajecten(grpc::CallbackServerContext* context,
                                                                            const api::v1::WatchTrajectenRequest* request) override;
  grpc::ServerUnaryReactor* ExplainTraject(grpc::CallbackServerContext* context, const api::v1::ExplainTrajectRequest* request,
                                           api::v1::ExplainTrajectResponse* response) override;

 private:
  region::Region* const region_;
  Overviews* const overviews_;
  const edge::Callers* const callers_;
  edge::Workers explainer_{1};  // waits for decisions
};

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_OVERVIEW_OVERVIEW_SERVICE_H_
