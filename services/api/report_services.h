// The services of the API whose rpcs report events, one rpc for each kind. In the request of each stand `report`
// (overdracht.api.v1.ReportContext) and `event`, in the response `answer`.
#ifndef OVERDRACHT_SERVICES_API_REPORT_SERVICES_H_
#define OVERDRACHT_SERVICES_API_REPORT_SERVICES_H_

#include <google/protobuf/descriptor.h>

#include <vector>

namespace overdracht::api {

const std::vector<const google::protobuf::ServiceDescriptor*>& ReportServices();

}  // namespace overdracht::api

#endif  // OVERDRACHT_SERVICES_API_REPORT_SERVICES_H_
