// How HTTP says the status of a call.
#ifndef OVERDRACHT_SERVICES_HTTP_CODES_H_
#define OVERDRACHT_SERVICES_HTTP_CODES_H_

#include <grpcpp/support/status.h>

#include "services/http/exchange.h"

namespace overdracht::http {

// The number, and Connect's name of the code. A refusal because of the state is a conflict (409).
struct HttpCode {
  int status;
  const char* name;
};
HttpCode CodeFor(grpc::StatusCode code);
Response ErrorOf(const grpc::Status& status);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_CODES_H_
