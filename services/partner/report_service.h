// DATA ENTERS: the typed services of the API, one rpc for each kind of event. One handler serves them all, by their descriptors (typed.h).
#ifndef OVERDRACHT_SERVICES_PARTNER_REPORT_SERVICE_H_
#define OVERDRACHT_SERVICES_PARTNER_REPORT_SERVICE_H_

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <vector>

#include "services/edge/identity.h"
#include "services/partner/typed.h"
#include "services/region/region.h"

namespace overdracht::partner {

// One service of api::ReportServices().
class ReportService : public grpc::Service {
 public:
  ReportService(const google::protobuf::ServiceDescriptor& service, region::Region* region, const edge::Callers* callers);

 private:
  const std::vector<ReportMethod> methods_;
};

std::vector<std::unique_ptr<grpc::Service>> MakeReportServices(region::Region* region, const edge::Callers* callers);

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_REPORT_SERVICE_H_
