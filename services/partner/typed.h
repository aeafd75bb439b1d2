// A typed call's request -> a report, by descriptor: no kind of event stands here by name.
#ifndef OVERDRACHT_SERVICES_PARTNER_TYPED_H_
#define OVERDRACHT_SERVICES_PARTNER_TYPED_H_

#include <absl/functional/function_ref.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "overdracht/api/v1/report.pb.h"
#include "services/region/region.h"

namespace overdracht::partner {

// One rpc that reports an event: its request holds `report` (api.v1.ReportContext) and `event`, its response `answer`.
struct ReportMethod {
  std::string path;  // /overdracht.api.v1.HandoverService/OfferHandover
  const google::protobuf::Message* request = nullptr;
  const google::protobuf::Message* response = nullptr;
  const google::protobuf::FieldDescriptor* context = nullptr;  // in the request
  const google::protobuf::FieldDescriptor* event = nullptr;    // in the request
  const google::protobuf::FieldDescriptor* answer = nullptr;   // in the response
  const google::protobuf::FieldDescriptor* data = nullptr;     // in event.v1.Event
  std::string kind;                                            // handovers.accepted
};

// The rpcs of one of api::ReportServices().
std::vector<ReportMethod> MethodsOf(const google::protobuf::ServiceDescriptor& service);

// The envelope in a request.
const api::v1::ReportContext& ContextOf(const ReportMethod& method, const google::protobuf::Message& request);

// Takes the event out of the request. `caller`: the organisation; `new_id`: what an empty request id becomes. What is wrong with the
// event stands in the report as Malformed; INVALID_ARGUMENT: with the request around it.
absl::StatusOr<region::Report> ReadTyped(const ReportMethod& method, const std::string& caller, absl::FunctionRef<std::string()> new_id,
                                         event::KnowsContact knows_contact, google::protobuf::Message* request);

}  // namespace overdracht::partner

#endif  // OVERDRACHT_SERVICES_PARTNER_TYPED_H_
