// DATA LEAVES: GET /v1/outbox/<oin>, a page of an organisation's outbox as CloudEvents; with `wait` as soon as there is something.
#ifndef OVERDRACHT_SERVICES_HTTP_OUTBOX_HANDLER_H_
#define OVERDRACHT_SERVICES_HTTP_OUTBOX_HANDLER_H_

#include <memory>

#include "services/http/calls.h"
#include "services/http/exchange.h"

namespace overdracht::http {

void HandleOutbox(Calls* calls, absl::string_view organisation, const Request& request, const std::shared_ptr<Reply>& reply);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_OUTBOX_HANDLER_H_
