// DATA LEAVES: what became of a report, as the API says it.
#ifndef OVERDRACHT_SERVICES_EDGE_ANSWERS_H_
#define OVERDRACHT_SERVICES_EDGE_ANSWERS_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <string>

#include "overdracht/api/v1/report.pb.h"
#include "services/base/time.h"
#include "services/region/report.h"

namespace overdracht::edge {

// Whom an answer goes to: the envelope of its event, as far as it could be read.
struct Envelope {
  std::string source;
  std::string id;
  std::string subject;
};
Envelope EnvelopeOf(const std::variant<event::v1::Event, event::Malformed>& event);

api::v1::Answer ToApi(const Envelope& envelope, const region::Answer& answer);
// A refusal as an error of a unary call, with google.rpc.ErrorInfo, and BadRequest or PreconditionFailure.
grpc::Status ToError(const api::v1::Answer& refused);
// RESOURCE_EXHAUSTED, with google.rpc.RetryInfo.
grpc::Status TooOften(absl::string_view why, base::Micros again_after);
// RESOURCE_EXHAUSTED, with google.rpc.ErrorInfo: reason FALLING_BEHIND, and behind which `cursor` to go on.
absl::Status FallsBehind(absl::string_view cursor);
grpc::Status ToGrpc(const absl::Status& status);
// Ends a unary call at once.
grpc::ServerUnaryReactor* Finished(grpc::CallbackServerContext* context, const grpc::Status& status);

}  // namespace overdracht::edge

#endif  // OVERDRACHT_SERVICES_EDGE_ANSWERS_H_
