// DATA ENTERS: POST /v1/events, CloudEvents one by one or as a batch. Each goes on as the bytes that came, and is read and judged where
// every event is (EventService).
#ifndef OVERDRACHT_SERVICES_HTTP_EVENTS_HANDLER_H_
#define OVERDRACHT_SERVICES_HTTP_EVENTS_HANDLER_H_

#include <memory>

#include "services/http/calls.h"
#include "services/http/exchange.h"

namespace overdracht::http {

inline constexpr size_t kMostBatchBytes = 4 << 20;
inline constexpr size_t kMostBatchItems = 1000;

void HandleEvents(Calls* calls, const Request& request, const std::shared_ptr<Reply>& reply);

}  // namespace overdracht::http

#endif  // OVERDRACHT_SERVICES_HTTP_EVENTS_HANDLER_H_
