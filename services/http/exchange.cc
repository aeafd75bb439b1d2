#include "services/http/exchange.h"

#include <nlohmann/json.hpp>

namespace overdracht::http {

Response ErrorResponse(int status, absl::string_view code, absl::string_view message) {
  const nlohmann::ordered_json error = {{"code", std::string(code)}, {"message", std::string(message)}};
  return {.status = status,
          .content_type = "application/json",
          .body = error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
          .headers = {}};
}

}  // namespace overdracht::http
