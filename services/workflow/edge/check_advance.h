// Whether a call may move the clock, and to a moment that can be meant.
#ifndef OVERDRACHT_SERVICES_WORKFLOW_EDGE_CHECK_ADVANCE_H_
#define OVERDRACHT_SERVICES_WORKFLOW_EDGE_CHECK_ADVANCE_H_

#include <grpcpp/grpcpp.h>

#include "overdracht/region/v1/operator_service.pb.h"
#include "services/base/time.h"
#include "services/edge/identity.h"

namespace overdracht::workflow {

inline grpc::Status CheckAdvance(const edge::Callers& callers, const grpc::CallbackServerContext& context,
                                 const region::v1::AdvanceClockRequest& request) {
  if (const grpc::Status status = callers.RequireOperator(context); !status.ok()) return status;
  // Given in nanoseconds it would keep the region at work for hours: every term that recurs runs out again and again until then.
  if (request.to_us() > 0 && !base::IsEventTime(request.to_us())) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "expected to_us in microseconds, at most in 2199, but it is beyond"};
  }
  return grpc::Status::OK;
}

}  // namespace overdracht::workflow

#endif  // OVERDRACHT_SERVICES_WORKFLOW_EDGE_CHECK_ADVANCE_H_
